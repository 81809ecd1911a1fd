/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Interfaces between the files of taskmap-zoo, one section per file.
 *
 *	main.c		the command line, and the process that holds all shapes
 *	complete.c	what the Tab key offers in a shell
 *	guide.c		suggests commands to look at the tasks, for a class
 *	table.c		the shapes, and what each must share
 *	flags.c		what each flag of clone(2) shares
 *	make.c		creates the shapes; make_worker.c: with io_uring,
 *			make_case.c: situations that users reported
 *	task.c		how a task reports itself and waits for the end
 *	forest.c	random trees of tasks, for tests
 *	quiz.c		questions about a random family of tasks
 *	random.c	random numbers from a seed
 *	cost*.c		what tasks cost; see cost.h
 */
#ifndef ZOO_H
#define ZOO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The headers may be older than the running kernel. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

/* For ioprio_set(2). Programs can include linux/ioprio.h only since 5.15. */
#define IOPRIO_CLASS_SHIFT	13
#define IOPRIO_CLASS_BE		2
#define IOPRIO_WHO_PROCESS	1

/* main.c */

struct shape;

/* What taskmap-zoo can do, one bit each. */
enum {
	SHAPES	= 1 << 0,	/* create the named shapes; the default */
	FORESTS	= 1 << 1,	/* an option selects it, not a command */
	LIST	= 1 << 2,
	COST	= 1 << 3,
	QUIZ	= 1 << 4,
	ANYTHING = (1 << 5) - 1,
};

struct zoo_command {
	const char *name;
	int bit;
	const char *help;
};

struct zoo_option {
	int letter;		/* a short option too if it is in lower case, or J or V */
	const char *name;	/* with its dashes */
	const char *argument;	/* NULL: it takes none; "FILE" is a file */
	int commands;		/* bits of those that take it */
	const char *help;
};

/* Both end with an element without a name. */
extern const struct zoo_command zoo_commands[];
extern const struct zoo_option zoo_options[];

/* Returns NULL if no command has this name. */
const struct zoo_command *zoo_command(const char *name);

/* Flush standard output. Ends the program if that fails. */
void flush_output(void);

/*
 * Create the tasks of @shape, if @apart in their own process group: Ctrl-C does not reach
 * them. Returns the lines of its report, or only the "skip" line, which the caller frees.
 */
char *create_shape(const struct shape *shape, bool apart);

/* complete.c */

/*
 * Print what the last of @words, which are those after the name of the program, can be
 * completed to: in the form of the function with this name in options.h.
 */
void complete(char **words);

/* flags.c */

/* The resources that every shape either shares or does not, one bit each. */
enum {
	MM	= 1 << 0,
	FILES	= 1 << 1,
	FS	= 1 << 2,
	SIGHAND	= 1 << 3,
	SIGNAL	= 1 << 4,
	IO	= 1 << 5,
	SYSVSEM	= 1 << 6,
	CRED	= 1 << 7,
	NSPROXY	= 1 << 8,
	UTS	= 1 << 9,
	IPC	= 1 << 10,
	MNT	= 1 << 11,
	PID	= 1 << 12,
	NET	= 1 << 13,
	TIME	= 1 << 14,
	CGROUP	= 1 << 15,
	USER	= 1 << 16,
	NAMESPACES = UTS | IPC | MNT | PID | NET | TIME | CGROUP | USER,
	EVERYTHING = (1 << 17) - 1,
};

/* The flags of pthread_create(3) that affect sharing. */
#define CLONE_POSIX_THREAD \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM)

#define WORDS_SIZE	256

/* Resources that a task shares with its creator after clone(2) with @flags. */
unsigned int shared_by(unsigned long flags);

/* @flags, and the flags that the kernel requires with them. */
unsigned long legal_flags(unsigned long flags);

/* Write "CLONE_VM|CLONE_FS", "vm+fs" or "mm,fs"; the first and last write "-" for 0. */
const char *flag_words(char words[WORDS_SIZE], unsigned long flags);
const char *flag_short_words(char words[WORDS_SIZE], unsigned long flags);
const char *resource_list(char words[WORDS_SIZE], unsigned int resources);

/* table.c */

struct shape {
	const char *name;
	unsigned long flags;	/* of the clone(2) that creates its task */
	unsigned int apart;	/* resources that its task then gives up */
	int unshare;		/* flags that its task passes to unshare(2) */
	int setns;		/* kind of namespace that its task joins */
	int parent_unshare;	/* flags that its parent unshares first */
	int parent_setns;	/* kind of namespace that it joins first */
	uid_t uid;		/* real user id that its task sets, or 0 */
	uid_t euid;		/* effective user id that its task sets, or 0 */
	uid_t fsuid;		/* filesystem user id that it sets, or 0 */
	const char *comm;	/* name that its task sets, or NULL */
	int (*act)(void);	/* another call that its task makes, or NULL */
	int seccomp;		/* seccomp mode that its task enters, or 0 */
	int signal;		/* signal that its task raises, or 0 */
	int status;		/* exit status of its task */
	bool renew_cred;	/* its worker keeps the old credentials */
	void (*make)(const struct shape *shape);	/* NULL: make_tasks() */
	int count;		/* default number of tasks; 0: always one */
	const char *what;	/* a description for people, one phrase */
};

/* Shape number @index, from 0, or NULL after the last shape. */
const struct shape *shape_at(size_t index);

/* The shape called @name, or NULL. */
const struct shape *shape_find(const char *name, size_t length);

/* The resources that the task of @shape shares with its creator; only these. */
unsigned int shape_shares(const struct shape *shape);

/* Print all shapes. With @all, also print flags and what each must share. */
void list_shapes(bool all);

/* guide.c */

/* Suggest commands for the tasks of @shape, which @reports lists. */
void guide(const struct shape *shape, const char *reports);

/* Run a shell until it ends. It is interactive if standard input is a terminal. */
void guide_commands(void);

/* make.c */

/* unshare(2), fork(2) with namespaces, pthread_create(3); skip() on error. */
void unshare_or_skip(const struct shape *shape, int flags);
pid_t fork_or_skip(const struct shape *shape, unsigned long flags);
void start_thread(const struct shape *shape, void *(*run)(void *));

/* Number of tasks that have yet to call task_ready(). A maker may set it. */
extern atomic_int tasks_left;

/* The caller will not change any more. The last call completes the report. */
void task_ready(void);

/* The life of a task: do what the row says, report, wait for the end. */
int live_as_task(void *shape);
void *live_as_thread(void *shape);

/* Makers. Each runs in its own process, and returns after the end. */
void make_tasks(const struct shape *shape);
void *make_tasks_as_thread(void *shape);
void make_chain(const struct shape *shape);
void make_nested_pid(const struct shape *shape);
void make_by_thread(const struct shape *shape);
void make_traced(const struct shape *shape);
void make_in_cgroup(const struct shape *shape);
void make_silent(const struct shape *shape);
void make_zombie_leader(const struct shape *shape);

/* make_worker.c */
void make_worker(const struct shape *shape);

/* make_case.c */
void make_deep_pid(const struct shape *shape);
void make_orphan(const struct shape *shape);
void make_memory_heir(const struct shape *shape);
void make_no_signal(const struct shape *shape);
void make_traced_stop(const struct shape *shape);
void make_ending_init(const struct shape *shape);
void make_parent_exec(const struct shape *shape);
void make_leader_apart(const struct shape *shape);
void make_two_vforks(const struct shape *shape);

/* Functions for .act of a row. On error they return below 0 and set errno. */
int end_first_child(void);
int close_no_range(void);
int rejoin_ipc(void);

/* task.c */

#define STACK_SIZE	(64 * 1024)

/* All tasks read hold[0] until the end. Only the main process has hold[1]. */
extern int hold[2];

/* The pipe to which tasks report themselves. */
extern int report_fd;

/* A task, by its pids in the pid namespace of /proc. */
struct pids {
	pid_t pid;
	pid_t tid;
};

/* The pids of the calling task; zeros if /proc does not show them. */
struct pids own_pids(void);

/* Report a task of @shape. @role is "" for its task, "-parent" for the creator. */
void report(const struct shape *shape, const char *role, struct pids pids);

/* Complete the report of the shape. */
void report_done(void);

/* Wait until the main process lets all tasks end. */
void wait_for_end(void);

/* report_done(), then wait_for_end() */
void done_and_wait(void);

/* Report that @shape cannot be created: @call failed and set errno. */
_Noreturn void skip(const struct shape *shape, const char *call);
_Noreturn void skip_because(const struct shape *shape, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Whether the kernel has namespaces of the kind that /proc/PID/ns calls @name.
 * 32-bit ARM has no time namespaces in any release.
 */
bool has_namespaces(const char *name);

/* Map memory for @count stacks of @size bytes. */
char *map_stacks(size_t count, size_t size);

/* The top of a new stack of STACK_SIZE bytes. */
char *stack_top(void);

/*
 * Give the caller an io_context, and a semaphore undo list, which the kernel
 * creates on first use. @class is a priority class of ioprio_set(2).
 */
bool use_io(int class);
bool use_sysvsem(void);

/* Give the caller new credentials with the same content. */
bool renew_cred(void);

/* forest.c */

/* Create @count forests, one after the other, from @seed, @seed + 1, ... */
void forests(uint64_t seed, unsigned long count);

/* quiz.c */

/* Create the family of @seed, and ask questions about it on standard output. */
void quiz(uint64_t seed);

/* random.c */

/* The next random number below @limit, by SplitMix64. */
unsigned int random_below(uint64_t *state, unsigned int limit);

#endif /* ZOO_H */
