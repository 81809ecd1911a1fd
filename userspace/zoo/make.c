// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Functions that create the tasks of a shape.
 *
 * make_tasks() creates each shape that its row describes completely. The
 * functions below it create the others.
 *
 * The kernel has these rules for namespaces (ksys_unshare() in kernel/fork.c,
 * and the install functions of setns(2)):
 *
 *  - A single thread can enter another uts, ipc, net or cgroup namespace. It
 *    can enter another mnt namespace if it shares no root and working directory
 *    with other tasks. unshare(2) unshares these too; setns(2) fails if they
 *    are shared.
 *  - A task that leaves an ipc namespace loses its semaphore undo list.
 *  - unshare(2) and setns(2) of pid namespaces, and unshare(2) of time
 *    namespaces, affect only future children. The caller stays in its
 *    namespace, but gets a new nsproxy.
 *  - setns(2) gives the caller a new nsproxy.
 *  - All threads of a process are in one user namespace and one time namespace,
 *    so only a process without other threads can leave these.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

/* The kinds of namespaces that @flags create. */
static unsigned int namespaces_of(unsigned long flags)
{
	return NAMESPACES & ~shared_by(flags);
}

/* skip() after @call with @flags failed, perhaps for lack of namespaces. */
static _Noreturn void skip_flags(const struct shape *shape, const char *call,
				 unsigned long flags)
{
	char name[WORDS_SIZE];
	int error = errno;

	resource_list(name, namespaces_of(flags));
	if (*name && !has_namespaces(name))
		skip_because(shape, "this kernel has no %s namespaces", name);
	errno = error;
	skip(shape, call);
}

void unshare_or_skip(const struct shape *shape, int flags)
{
	if (unshare(flags))
		skip_flags(shape, "unshare", (unsigned long)flags);
}

/*
 * Uses clone3(2) for @flags, because clone(2) cannot take CLONE_NEWTIME: it has
 * the exit signal in these bits. clone3(2) takes it since 6.3.
 */
pid_t fork_or_skip(const struct shape *shape, unsigned long flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	long child = flags ? syscall(SYS_clone3, &args, sizeof(args)) : fork();

	if (child < 0)
		skip_flags(shape, flags ? "clone3" : "fork", flags);
	return (pid_t)child;
}

void start_thread(const struct shape *shape, void *(*run)(void *))
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, (void *)shape);
	if (errno)
		skip(shape, "pthread_create");
}

/*
 * The owner: a process in a new namespace. It is a grandchild, because the
 * first task in a new pid or time namespace is a child of the task that created
 * it.
 */
static struct pids owner;

static void make_owner(const struct shape *shape, int kind)
{
	int ends[2];

	if (pipe(ends))
		skip(shape, "pipe");
	if (fork_or_skip(shape, 0) == 0) {
		unshare_or_skip(shape, kind);
		if (fork_or_skip(shape, 0) == 0) {
			owner = own_pids();
			if (write(ends[1], &owner, sizeof(owner)) < 0)
				_exit(1);
		}
		close(ends[1]);
		wait_for_end();
		_exit(0);
	}
	close(ends[1]);
	/* If there is no owner, the child has already skipped the shape. */
	if (read(ends[0], &owner, sizeof(owner)) != sizeof(owner))
		wait_for_end();
	close(ends[0]);
	report(shape, "-owner", owner);
}

static void join_owner(const struct shape *shape, int kind)
{
	char name[WORDS_SIZE], path[WORDS_SIZE + 64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", owner.pid,
		 resource_list(name, namespaces_of((unsigned long)kind)));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		skip(shape, "open of a namespace file");
	if (setns(fd, kind))
		skip(shape, "setns");
	close(fd);
}

static uid_t or_as_it_is(uid_t id)
{
	return id ? id : (uid_t)-1;
}

/*
 * libc's functions would change all threads, so these are bare system calls. An
 * unprivileged task can set its fsuid only to one of its other user ids, so the
 * saved user id becomes the fsuid first.
 */
static void change_user(const struct shape *shape)
{
	if ((shape->uid || shape->euid) &&
	    syscall(SYS_setresuid, or_as_it_is(shape->uid),
		    or_as_it_is(shape->euid), or_as_it_is(shape->fsuid)))
		skip(shape, "setresuid");
	/* setfsuid(2) reports no error; a second call returns the id. */
	if (shape->fsuid) {
		syscall(SYS_setfsuid, shape->fsuid);
		if (syscall(SYS_setfsuid, -1) != (long)shape->fsuid)
			skip_because(shape, "setfsuid is not permitted");
	}
}

/* The filter allows everything. Unprivileged tasks need PR_SET_NO_NEW_PRIVS. */
static void enter_seccomp(const struct shape *shape)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog filter = { .len = 1, .filter = &allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, shape->seccomp, &filter))
		skip(shape, "prctl(PR_SET_SECCOMP)");
}

atomic_int tasks_left = 1;

void task_ready(void)
{
	if (atomic_fetch_sub(&tasks_left, 1) == 1)
		report_done();
}

int live_as_task(void *argument)
{
	const struct shape *shape = argument;
	struct pids self = own_pids();

	if (shape->unshare)
		unshare_or_skip(shape, shape->unshare);
	if (shape->setns)
		join_owner(shape, shape->setns);
	change_user(shape);
	if (shape->comm)
		prctl(PR_SET_NAME, shape->comm);
	if (shape->act && shape->act() < 0)
		skip(shape, shape->name);
	if (shape->seccomp)
		enter_seccomp(shape);
	report(shape, "", self);
	task_ready();
	wait_for_end();
	/* exit(3) calls exit_group(2), which strict mode does not permit. */
	if (shape->seccomp == SECCOMP_MODE_STRICT)
		syscall(SYS_exit, 0);
	return 0;
}

void *live_as_thread(void *shape)
{
	live_as_task(shape);
	return NULL;
}

/*
 * Create the task with clone(2). The caller first gets an io_context and an
 * undo list, so that it has every resource that a flag can share. With
 * CLONE_VFORK it stays in clone(2) until the new task ends.
 */
static void clone_or_skip(const struct shape *shape)
{
	if (!use_io(IOPRIO_CLASS_BE))
		skip(shape, "ioprio_set");
	if (!use_sysvsem())
		skip(shape, "semop");
	if (clone(live_as_task, stack_top(), (int)shape->flags | SIGCHLD,
		  (void *)shape) < 0)
		skip(shape, "clone");
}

void make_tasks(const struct shape *shape)
{
	int tasks = shape->count ? shape->count : 1;

	tasks_left = tasks;
	if (shape->setns || shape->parent_setns)
		make_owner(shape, shape->setns | shape->parent_setns);
	if (shape->parent_setns)
		join_owner(shape, shape->parent_setns);
	if (shape->parent_unshare)
		unshare_or_skip(shape, shape->parent_unshare);
	report(shape, "-parent", own_pids());
	if (shape->flags == CLONE_POSIX_THREAD) {
		for (int i = 0; i < tasks; i++)
			start_thread(shape, live_as_thread);
	} else if (shape->flags && !namespaces_of(shape->flags)) {
		clone_or_skip(shape);
	} else if (fork_or_skip(shape, shape->flags) == 0) {
		live_as_task((void *)shape);
	}
	wait_for_end();
}

/* The parent is one pid namespace down, and its child is two. */
void make_nested_pid(const struct shape *shape)
{
	if (fork_or_skip(shape, shape->flags) == 0)
		make_tasks(shape);
	wait_for_end();
}

void *make_tasks_as_thread(void *shape)
{
	make_tasks(shape);
	return NULL;
}

void make_by_thread(const struct shape *shape)
{
	report(shape, "-leader", own_pids());
	start_thread(shape, make_tasks_as_thread);
	wait_for_end();
}

/* The tracer reports the child, once it traces it. */
void make_traced(const struct shape *shape)
{
	pid_t child;

	report(shape, "-parent", own_pids());
	child = fork_or_skip(shape, 0);
	if (child == 0) {
		wait_for_end();
		_exit(0);
	}
	if (ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_EXITKILL))
		skip(shape, "ptrace");
	report(shape, "", (struct pids){ child, child });
	done_and_wait();
}

/* Store the mount point of cgroup2 in @path, or skip() if it is not mounted. */
static void find_cgroups(const struct shape *shape, char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *mount;

	if (!mounts)
		skip(shape, "open of /proc/self/mounts");
	do {
		mount = getmntent(mounts);
	} while (mount && strcmp(mount->mnt_type, "cgroup2"));
	if (!mount)
		skip_because(shape, "no cgroup2 hierarchy is mounted");
	snprintf(path, size, "%s", mount->mnt_dir);
	endmntent(mounts);
}

static void enter_cgroup(const struct shape *shape, const char *cgroup)
{
	char path[PATH_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		skip(shape, "write of cgroup.procs");
	close(fd);
}

/* The parent removes the cgroup after its child has ended. */
void make_in_cgroup(const struct shape *shape)
{
	char cgroup[PATH_MAX];
	size_t length;

	find_cgroups(shape, cgroup, sizeof(cgroup));
	length = strlen(cgroup);
	snprintf(cgroup + length, sizeof(cgroup) - length, "/taskmap-zoo-%d",
		 own_pids().pid);
	if (mkdir(cgroup, 0700))
		skip(shape, "mkdir of a cgroup");
	report(shape, "-parent", own_pids());
	if (fork_or_skip(shape, 0) == 0) {
		enter_cgroup(shape, cgroup);
		live_as_task((void *)shape);
		_exit(0);
	}
	wait_for_end();
	wait(NULL);
	rmdir(cgroup);
}

/* Stack size of a link of the chain, which touches one or two pages of it. */
#define LINK_STACK	(16 * 1024)

static struct chain {
	const struct shape *shape;
	char *stacks;
} chain;

/* Create the next link and wait. @below is the number of links to come. */
static int live_as_link(void *below)
{
	intptr_t left = (intptr_t)below;
	char *top = chain.stacks + left * LINK_STACK;

	if (left == 0)
		return live_as_task((void *)chain.shape);
	if (left == 1)
		report(chain.shape, "-parent", own_pids());
	if (clone(live_as_link, top, (int)chain.shape->flags | SIGCHLD,
		  (void *)(left - 1)) < 0)
		skip(chain.shape, "clone");
	wait_for_end();
	return 0;
}

void make_chain(const struct shape *shape)
{
	if (shape->count < 2)
		skip_because(shape, "a chain needs at least two tasks");
	report(shape, "-first", own_pids());
	chain.shape = shape;
	chain.stacks = map_stacks((size_t)shape->count, LINK_STACK);
	live_as_link((void *)(intptr_t)(shape->count - 1));
}

/*
 * Create children that cannot report themselves, because they are zombies or
 * stopped. WNOWAIT leaves them in this state.
 */
void make_silent(const struct shape *shape)
{
	int tasks = shape->count ? shape->count : 1;
	siginfo_t info;
	pid_t child;

	report(shape, "-parent", own_pids());
	for (int i = 0; i < tasks; i++) {
		child = fork_or_skip(shape, 0);
		if (child == 0) {
			/* A stopped task cannot notice the end of the zoo. */
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			raise(shape->signal);
			_exit(shape->status);
		}
		if (waitid(P_PID, (id_t)child, &info,
			   WEXITED | WSTOPPED | WNOWAIT))
			skip(shape, "waitid");
		report(shape, "", (struct pids){ child, child });
	}
	done_and_wait();
}

/* The state letter of the caller's leader, or 0 if it is unknown. */
static char leader_state(void)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
		 own_pids().pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state;
}

static void *outlive_leader(void *argument)
{
	const struct shape *shape = argument;
	struct pids self = own_pids();

	while (leader_state() != 'Z')
		sched_yield();
	report(shape, "-parent", (struct pids){ self.pid, self.pid });
	report(shape, "", self);
	done_and_wait();
	return NULL;
}

void make_zombie_leader(const struct shape *shape)
{
	start_thread(shape, outlive_leader);
	pthread_exit(NULL);
}
