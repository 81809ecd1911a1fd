/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the files of the zoo use of each other, a section for each.
 *
 *	main.c		the command line, and one process that holds all shapes
 *	guide.c		says what to look for in them, for a class
 *	table.c		which shapes there are, and what each must share
 *	flags.c		what each flag of clone(2) means for sharing
 *	make.c		how the shapes are made; make_worker.c: with io_uring,
 *			make_case.c: situations that users reported
 *	task.c		how a task reports itself and waits for the end
 *	forest.c	trees of tasks made at random, for a test to judge
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

/* The headers may be older than the kernel. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

/* For ioprio_set(2); linux/ioprio.h is for programs only from 5.15 on. */
#define IOPRIO_CLASS_SHIFT	13
#define IOPRIO_CLASS_BE		2
#define IOPRIO_WHO_PROCESS	1

/* main.c */

/* Write what is buffered for standard output, or end the program. */
void flush_output(void);

/* flags.c */

/* The resources that a shape promises something about, a bit for each. */
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

/* The flags of pthread_create(3) that decide about sharing. */
#define CLONE_POSIX_THREAD \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM)

#define WORDS_SIZE	256

/* What a task shares with the task that made it by clone(2) with @flags. */
unsigned int shared_by(unsigned long flags);

/* @flags and those that the kernel requires with them. */
unsigned long legal_flags(unsigned long flags);

/* Write "CLONE_VM|CLONE_FS", "vm+fs" or "mm,fs"; "-" if there are none. */
const char *flag_words(char words[WORDS_SIZE], unsigned long flags);
const char *flag_short_words(char words[WORDS_SIZE], unsigned long flags);
const char *resource_list(char words[WORDS_SIZE], unsigned int resources);

/* table.c */

struct shape {
	const char *name;
	unsigned long flags;	/* of the clone(2) that makes its task */
	unsigned int apart;	/* what its task no longer shares after that */
	int unshare;		/* flags of unshare(2) that its task calls */
	int setns;		/* kind of a namespace that its task joins */
	int parent_unshare;	/* flags that its parent unshares before */
	int parent_setns;	/* kind of a namespace that its parent joins before */
	uid_t uid;		/* real user id that its task takes; 0: none */
	uid_t euid;		/* effective user id that it takes, or 0 */
	uid_t fsuid;		/* user id for files that it takes then, or 0 */
	const char *comm;	/* name that its task takes, or NULL */
	int (*act)(void);	/* a call of its own that its task makes, or NULL */
	int seccomp;		/* mode that its task enters, or 0 */
	int signal;		/* that its task raises before it ends, or 0 */
	int status;		/* with which its task ends */
	bool renew_cred;	/* its worker keeps the old credentials */
	void (*make)(const struct shape *shape);	/* NULL: make_tasks() */
	int count;		/* how many tasks it has, if it can have many */
	const char *what;
};

/* The rows, by number from 0; NULL beyond the last. */
const struct shape *shape_at(size_t index);

/* The row of that name, or NULL. */
const struct shape *shape_find(const char *name, size_t length);

/* What its task and that task's maker share; they share nothing else. */
unsigned int shape_shares(const struct shape *shape);

/* Print all shapes; with @all also what each must share. */
void list_shapes(bool all);

/* guide.c */

/* Print what to look for in the tasks of @shape; @reports is their lines. */
void guide(const struct shape *shape, const char *reports);

/* Run commands from standard input until an empty line or its end. */
void guide_commands(void);

/* make.c */

/* unshare(2), fork(2) with @flags for namespaces, and a thread; or skip(). */
void unshare_or_skip(const struct shape *shape, int flags);
pid_t fork_or_skip(const struct shape *shape, unsigned long flags);
void start_thread(const struct shape *shape, void *(*run)(void *));

/* How many tasks have yet to call task_ready(); 1 unless a maker sets it. */
extern atomic_int tasks_left;

/* The calling task is as it will stay. The last one completes the report. */
void task_ready(void);

/* What a task of a shape does: what its row says, and then it waits. */
int live_as_task(void *shape);
void *live_as_thread(void *shape);

/* Each maker runs in a process of its own, and returns after the end. */
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

/* What .act of a row does. Each returns below 0, and errno, if it fails. */
int end_first_child(void);
int close_no_range(void);
int rejoin_ipc(void);

/* task.c */

#define STACK_SIZE	(64 * 1024)

/* All tasks wait at hold[0] for the end; only main() has hold[1]. */
extern int hold[2];

/* Where tasks report themselves. */
extern int report_fd;

/* A task, by its ids in the pid namespace of /proc. */
struct pids {
	pid_t pid;
	pid_t tid;
};

/* The calling task; zeros if /proc does not say. */
struct pids own_pids(void);

/* Report a task of @shape; @role is "", or "-parent" for the one that made it. */
void report(const struct shape *shape, const char *role, struct pids pids);

/* The report of the shape is complete. */
void report_done(void);
void wait_for_end(void);
void done_and_wait(void);

/* This shape cannot be made here: @call failed, as errno says. */
_Noreturn void skip(const struct shape *shape, const char *call);
_Noreturn void skip_because(const struct shape *shape, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Whether the kernel has namespaces of this kind, by its name in /proc/PID/ns.
 * That of 32-bit ARM has no time namespaces, whatever its release.
 */
bool has_namespaces(const char *name);

/* Memory for @count stacks of @size bytes; the top of one of STACK_SIZE. */
char *map_stacks(size_t count, size_t size);
char *stack_top(void);

/*
 * The caller has these only after it used them: an io_context, and a list of
 * semaphores to undo. @class is that of ioprio_set(2).
 */
bool use_io(int class);
bool use_sysvsem(void);

/* Give the caller credentials of its own, equal to those that it had. */
bool renew_cred(void);

/* forest.c */

/* Make @count forests, one after the other, the first from @seed. */
void forests(uint64_t seed, unsigned long count);

#endif /* ZOO_H */
