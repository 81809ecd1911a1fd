/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The commands, what the command line asked of them, and what they have in
 * common. To remove a command, remove its file and its row in main.c.
 */
#ifndef TASKMAP_COMMAND_H
#define TASKMAP_COMMAND_H

#include "output/output.h"
#include "util.h"

struct passwd;

struct options {
	const char *input;	/* NULL: the running system */
	const struct source *source;	/* how to take a snapshot of that */
	struct output output;
	struct filter filter;
	struct selection compared;	/* diff: the columns to compare */
	bool all;		/* also objects that one task holds */
	bool complete;		/* explain: not in five lines */
	bool births;		/* graph: who created whom */
	uint32_t resources;	/* those that are shown */
	char **args;		/* what follows the command */
	uint64_t seed;		/* for what is chosen at random */
	bool seeded;		/* it was given */
	bool dashes;		/* "--" precedes the arguments */
	const struct passwd *account;	/* watch: of whom to run COMMAND; or NULL */
};

/* Each returns an enum exit_status, or -1 with @error set. */
int compare_command(const struct options *options, struct error *error);
int diff_command(const struct options *options, struct error *error);
int drift_command(const struct options *options, struct error *error);
int explain_command(const struct options *options, struct error *error);
int graph_command(const struct options *options, struct error *error);
int groups_command(const struct options *options, struct error *error);
int list_command(const struct options *options, struct error *error);
int save_command(const struct options *options, struct error *error);
int verify_command(const struct options *options, struct error *error);
int watch_command(const struct options *options, struct error *error);

/* What --list-columns does, in place of the command. */
int list_columns(const struct options *options);

/* The columns of each command; those of tasks are part of others. */
extern const struct columns task_columns, object_columns, change_columns,
			    finding_columns;

/* What changes of tasks are looked for in; the defaults are what seldom does. */
extern const struct columns compared_columns;

/* What a command shows of one snapshot. */
struct view {
	const struct options *options;
	struct snapshot snap;
	struct model model;
	struct filter filter;	/* that of @options, here */
	/* The reader is not in the initial pid namespace, or may not be. */
	bool elsewhere;
	bool *chosen;		/* tasks, once view_choose() was called */
	bool missing;		/* a pid that was asked for is not there */
};

/**
 * view_open() - read the snapshot that was asked for, and say whose pids these are
 * @view: filled in; to be closed unless this fails
 * @options: the command line
 * @error: set if the snapshot cannot be read
 *
 * Return: 0 or -1.
 */
int view_open(struct view *view, const struct options *options,
	      struct error *error);

/* Frees it. Returns @status, or that something is missing if that is all. */
int view_close(struct view *view, int status);

/*
 * Says whose pids are shown and were given if that is not the initial pid
 * namespace, as it is for most, and sets @pid_ns to the inode number of the
 * reader's; 0 if it is the initial one, or unknown. Returns whether it said so.
 */
bool place_tell(const struct options *options, uint32_t *pid_ns);

/* Chooses the tasks that --pid and --kind name. Complains of missing pids. */
void view_choose(struct view *view);

/*
 * The tasks whose pids were given, in that order, to be freed. Complains of
 * missing ones.
 */
unsigned int *view_tasks(struct view *view, size_t *count);

/* Prints @rows of its snapshot, which JSON calls @key. */
void view_print(struct view *view, const char *key, const struct rows *rows);

/* filter_apply(), with a complaint of each pid that is missing. */
bool *choose(const struct filter *filter, const struct model *model,
	     bool *missing);

/* What is special about a task, in a few words: "" if nothing is. */
void note_oddities(const struct model *model, unsigned int task,
		   char out[VALUE_SIZE]);

/* The resources of which note_oddities() asks who holds them. */
#define NOTED	(BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS))

/* The kernel thread, or threads, with which model_odd_kthread() compares others. */
const char *usual_kthread(const struct model *model);

/* What is said of a process that the kernel started, NULL of others. */
const char *helper_words(const struct model *model, unsigned int task);

/* Whether one of two tasks is in a mode of seccomp(2) that has no filter. */
bool seccomp_is_strict(const struct model *model, unsigned int a,
		       unsigned int b);

/* What a relation says, for JSON. */
void json_add_relation(struct json_object *object,
		       const struct relation *relation);

/* What the kernel makes first (rest_init(), init/main.c). */
#define PID_INIT	1
#define PID_KTHREADD	2

#endif /* TASKMAP_COMMAND_H */
