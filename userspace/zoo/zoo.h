/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the rooms of the zoo know of each other, a section for each.
 *
 *	main.c		the command line, and one process that holds all
 *	list.c		what it says of its shapes
 *	guide.c		what to look for in them, for a class
 *	table.c		what shapes there are, and what each must share
 *	flags.c		what each flag of clone(2) means for sharing
 *	hold.c		how a task tells of itself, and waits for the end
 *	make_*.c	how the shapes are made, by concern
 *	forest.c	trees of tasks made at random, for an oracle to judge
 *	plan.c		what a forest does, step by step
 *	cost*.c		what tasks cost; see cost.h
 */
#ifndef ZOO_H
#define ZOO_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Older headers than the kernel. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

/* What ioprio_set(2) takes; Linux has a header of that for programs from 5.15 on. */
#define IOPRIO_CLASS_SHIFT	13
#define IOPRIO_CLASS_BE		2
#define IOPRIO_WHO_PROCESS	1

/* Only glibc has it, from 2.32 on; the messages are the same in the C locale. */
#if !defined(__GLIBC__) || (__GLIBC__ == 2 && __GLIBC_MINOR__ < 32)
#include <string.h>
#define strerrordesc_np(error)	strerror(error)
#endif

/* flags.c */

/* The resources that a shape promises something of, a bit for each. */
enum resource {
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
	EVERYTHING = (1 << 17) - 1,
};

/* What pthread_create(3) asks of clone(2), as far as it decides on sharing. */
#define CLONE_POSIX_THREAD \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM)

#define WORDS_SIZE	256

/* What a task shares with the one that made it by clone(2) with @flags. */
unsigned int shared_by(unsigned long flags);

/* @flags with those that the kernel wants beside them. */
unsigned long legal_flags(unsigned long flags);

/* Writes "CLONE_VM|CLONE_FS", "vm+fs" or "mm,fs"; "-" for none of them. */
const char *flag_words(char words[WORDS_SIZE], unsigned long flags);
const char *flag_short_words(char words[WORDS_SIZE], unsigned long flags);
const char *resource_words(char words[WORDS_SIZE], unsigned int resources);

/* table.c */

struct shape {
	const char *name;
	unsigned long flags;	/* of the clone(2) that made its task */
	unsigned int apart;	/* what its task shares no more after that */
	void (*make)(const struct shape *shape);
	int count;		/* how many tasks there are of it */
	const char *what;
};

/* What its task and the one that made it have in common, and nothing else. */
unsigned int shape_shares(const struct shape *shape);

/* The rows, by number from 0; NULL beyond the last. */
const struct shape *shape_at(size_t index);

/* The row of that name, or NULL. */
const struct shape *shape_find(const char *name, size_t length);

/* list.c */

/* The table of shapes; with @all also what each must share. */
void list_shapes(bool all);

/* guide.c */

/* Prints what to look for in the tasks of @shape, of which it @told. */
void guide(const struct shape *shape, const char *told);

/* Runs what is typed, until that is an empty line, or ends. */
void guide_commands(void);

/* hold.c */

#define STACK_SIZE	(64 * 1024)

/* All tasks wait at hold[0] for its end; only main() has hold[1]. */
extern int hold[2];

struct task_name {
	pid_t pid;
	pid_t tid;
};

/* The calling task, by its pids in the pid namespace of /proc. */
struct task_name own_name(void);

/* Where tasks tell of themselves from now on. */
void report_to(int fd);

/* One line, in one piece. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The task of a shape, or that which made it. */
void tell_task(const struct shape *shape, struct task_name task);
void tell_parent(const struct shape *shape, struct task_name task);
void tell_self(const struct shape *shape);
void tell_self_parent(const struct shape *shape);

/* That was the last line of this shape; waits for the end. */
void tell_done(void);
void done_and_wait(void);
void wait_for_end(void);

/* Why this shape cannot be had here: @call failed, as errno says. */
_Noreturn void skip(const struct shape *shape, const char *call);
_Noreturn void skip_because(const struct shape *shape, const char *reason);

/* Memory for @count stacks of @size bytes; the top of one of STACK_SIZE. */
char *stacks(size_t count, size_t size);
char *stack_top(void);

/*
 * Whether this kernel has those of a name in /proc/PID/ns: that of 32-bit ARM has
 * no time namespaces, whatever its release.
 */
bool has_namespaces(const char *name);

/* fork(2), to be skipped if it fails. */
pid_t fork_for(const struct shape *shape);

/* What a task has only after it used it: an io_context, a list of undos. */
bool use_io(int class);
bool use_sysvsem(void);

/* Credentials of its own, equal to those that it had. */
bool renew_cred(void);

/* make_clone.c */
void make_fork(const struct shape *shape);
void make_clone(const struct shape *shape);
void make_threads(const struct shape *shape);
void make_chain(const struct shape *shape);
void make_named(const struct shape *shape);

/* make_apart.c: a task that gives up what it shared */
void make_unshare(const struct shape *shape);
void make_setresuid(const struct shape *shape);

/* make_namespace.c */
void make_new_namespace(const struct shape *shape);
void make_unshare_namespace(const struct shape *shape);
void make_unshare_child(const struct shape *shape);
void make_setns(const struct shape *shape);
void make_nested_pid(const struct shape *shape);

/* make_dead.c: tasks that do not run, or not any more */
void make_zombie(const struct shape *shape);
void make_zombie_leader(const struct shape *shape);
void make_stopped(const struct shape *shape);

/* make_worker.c */
void make_worker(const struct shape *shape);
void make_worker_as_other(const struct shape *shape);

/* plan.c */

#define FOREST_TASKS	12	/* at most, and at least... */
#define FOREST_LEAST	4
#define FOREST_STEPS	32

enum action { STEP_CLONE, STEP_UNSHARE, STEP_SEMOP, STEP_IOPRIO, STEP_CAPSET };

struct step {
	enum action action;
	int actor;		/* who does it, by number */
	int made;		/* STEP_CLONE: the number of the new task */
	unsigned long flags;	/* of clone(2) or unshare(2); class of ioprio */
};

struct plan {
	int tasks;
	int steps;
	struct step step[FOREST_STEPS];
};

/*
 * The same plan for the same @seed, on every machine; with @namespaces if
 * whoever carries it out may make them. Each step is legal after those before.
 */
void plan_forest(struct plan *plan, uint64_t seed, bool namespaces);

/* forest.c */
int forests(uint64_t seed, unsigned long count);

#endif /* ZOO_H */
