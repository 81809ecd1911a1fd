/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The commands, their options and their common functions. To remove a command,
 * remove its file and its row in main.c.
 */
#ifndef TASKMAP_COMMAND_H
#define TASKMAP_COMMAND_H

#include <sys/types.h>

#include "output/output.h"
#include "util.h"

struct passwd;

struct options {
	const char *input;	/* NULL: the running system */
	const struct source *source;	/* the running system, to read if @input is NULL */
	struct output output;
	struct filter filter;
	struct selection compared;	/* diff: the columns to compare */
	bool all;		/* also objects that one task holds */
	bool complete;		/* explain: print everything, not five lines */
	bool births;		/* graph: also draw who created whom */
	const char *file;	/* graph, metrics: where to write; NULL: standard output */
	const char *page;	/* watch: where to write a page; NULL: none */
	const char *database;	/* sql: its file; NULL: in memory */
	uint32_t resources;	/* groups, graph: resources to show */
	char **args;		/* arguments after the command */
	bool files;		/* graph: @args are snapshots, not pids */
	/* The first argument: the name of a task or, if there is none, a misspelt command */
	const char *doubtful;
	uint64_t seed;		/* verify: random seed */
	bool seeded;		/* @seed was given */
	bool dashes;		/* "--" precedes the arguments */
	unsigned int interval;	/* metrics: seconds between two exports; 0: export once */
	const struct passwd *account;	/* watch: user to run COMMAND as; or NULL */
};

/* Each returns an enum exit_status, or -1 with @error set. */
int compare_command(const struct options *options, struct error *error);
int diff_command(const struct options *options, struct error *error);
int drift_command(const struct options *options, struct error *error);
int explain_command(const struct options *options, struct error *error);
int graph_command(const struct options *options, struct error *error);
int groups_command(const struct options *options, struct error *error);
int list_command(const struct options *options, struct error *error);
int metrics_command(const struct options *options, struct error *error);
int save_command(const struct options *options, struct error *error);
int sql_command(const struct options *options, struct error *error);
int verify_command(const struct options *options, struct error *error);
int watch_command(const struct options *options, struct error *error);

/* Modes of a new file: what is to be shown to others, and what need not be. */
#define SAVE_UMASK	0666
#define SAVE_PRIVATE	0600

/*
 * Writes @image to a new file with @mode, or replaces the caller's own one, all or
 * nothing. Returns the reason for a failure, or NULL.
 */
const char *save_as(const char *path, const struct buffer *image, mode_t mode);

/* Writes @image to an open file. Returns the reason for a failure, or NULL. */
const char *save_to(int fd, const struct buffer *image);

/* Returns the reason for which save_as() would fail, as far as it shows; or NULL. */
const char *save_refusal(const char *path);

/* Runs instead of the command for --list-columns. */
int list_columns(const struct options *options);

/* The columns of each command. Others include those of tasks. */
extern const struct columns task_columns, object_columns, change_columns,
			    finding_columns;

/* The columns that diff compares. The defaults are those that seldom change. */
extern const struct columns compared_columns;

/* A snapshot, and the part of it that a command shows. */
struct view {
	const struct options *options;
	struct snapshot snap;
	struct model model;
	struct filter filter;	/* that of @options, for this snapshot */
	/* The reader is not in the initial pid namespace, or may not be. */
	bool elsewhere;
	bool *chosen;		/* the tasks to show, set by view_choose() */
	bool missing;		/* a requested pid or name is missing */
};

/**
 * view_open() - read the snapshot that the options name, and say whose pids it shows
 * @view: filled in; call view_close() unless this fails
 * @options: the command line
 * @error: set if the snapshot cannot be read
 *
 * Return: 0, or -1, without an error if options->doubtful is not a task.
 */
int view_open(struct view *view, const struct options *options,
	      struct error *error);

/*
 * Frees @view. Returns @status, or STATUS_MISSING if that is STATUS_DONE and a
 * requested pid or name is missing.
 */
int view_close(struct view *view, int status);

/*
 * If the reader is not in the initial pid namespace, says whose pids are shown and
 * whose pids were given. Sets @pid_ns to the inode number of the reader's pid
 * namespace; 0 if it is the initial one, or unknown. Returns whether it said so.
 */
bool place_tell(const struct options *options, uint32_t *pid_ns);

/* Chooses the tasks that the filter selects. Complains about missing pids and names. */
void view_choose(struct view *view);

/*
 * Returns the tasks with the requested pids and names, each once, in the given
 * order. Complains about missing ones. The caller frees the array.
 */
unsigned int *view_tasks(struct view *view, size_t *count);

/* Prints @rows. In JSON, @key is the name of their array. */
void view_print(struct view *view, const char *key, const struct rows *rows);

/*
 * Like filter_apply() for @count models, whose tasks are in the result one after the
 * other. Complains about pids and names that are missing in all. The caller frees the
 * result.
 */
bool *choose(const struct filter *filter, const struct model *const *models,
	     unsigned int count, bool *missing);

/*
 * Describes in a few words how a task deviates from the textbook: "" if it does
 * not.
 */
void note_oddities(const struct model *model, unsigned int task,
		   char out[VALUE_SIZE]);

/* The resources whose holders note_oddities() needs. */
#define NOTED	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS))

/* Names the kernel thread or threads that model_odd_kthread() compares with. */
const char *usual_kthread(const struct model *model);

/* Words for a process that the kernel started; NULL for any other task. */
const char *helper_words(const struct model *model, unsigned int task);

/*
 * Whether one of the two tasks is in seccomp's strict mode, which has no
 * filter.
 */
bool seccomp_is_strict(const struct model *model, unsigned int a,
		       unsigned int b);

/*
 * What drift finds in the @chosen tasks: an array of objects with the rule, the
 * resources, the reason and the pids. @exact: also check references.
 */
struct json_object *drift_array(struct model *model, bool exact,
				const bool *chosen);

enum drift_rule {
	DRIFT_OWN,	/* a task holds another object than its process or kind */
	DRIFT_SHARED,	/* tasks share an object that is usually not shared */
	DRIFT_VFORK,	/* a vfork child still borrows its parent's mm */
	DRIFT_BORROWED,	/* a kernel thread uses an object of a process */
	DRIFT_WORKER,	/* the kernel created a thread inside a process */
	DRIFT_LEADER,	/* the leader is dead, but threads live */
	DRIFT_HELPER,	/* the kernel started a process */
	DRIFT_REFS,	/* the holders of an object do not account for its refs */
	DRIFT_RULES
};

extern const char *const drift_rules[DRIFT_RULES];

struct drift_counts {
	uint64_t findings[DRIFT_RULES];	/* tasks found by the rule */
	/* DRIFT_OWN by resource, outside the kernel and of kernel threads */
	uint64_t threads[TASKMAP_RESOURCES];
	uint64_t kthreads[TASKMAP_RESOURCES];
};

/* Counts what drift finds in all tasks. @exact: also check references. */
void drift_count(struct model *model, bool exact, struct drift_counts *counts);

/*
 * What compare says of @task and @first: an array of the relation, whether the flags
 * are recorded, the flags and the note.
 */
struct json_object *comparison_words(struct model *model, unsigned int task,
				     unsigned int first);

/*
 * Sets @error unless one load of the module made both snapshots, whose names are in
 * @names. Returns 0 or -1.
 */
int check_same_load(const struct snapshot *a, const struct snapshot *b,
		    char **names, struct error *error);

/* Adds the members of @relation to @object. */
void json_add_relation(struct json_object *object,
		       const struct relation *relation);

/* The first processes that the kernel creates (rest_init(), init/main.c). */
#define PID_INIT	1
#define PID_KTHREADD	2

#endif /* TASKMAP_COMMAND_H */
