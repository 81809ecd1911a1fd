// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What holds references to each resource, and the kernel functions that show it:
 * of Linux 6.12 unless another version is named.
 *
 * Kernel threads may use an object of a process without counting. Idle tasks also
 * hold the objects that kernel threads hold, but no snapshot contains idle tasks
 * (INIT_TASK in init/init_task.c, fork_idle() in kernel/fork.c). A task that is
 * being created counts before it becomes visible. A task that exits, execs or
 * unshares drops its pointer first, and decrements the count then. So an object
 * never has fewer refs than holders, and may have more for a moment.
 *
 * mm: mm_users. Each task (copy_mm() in kernel/fork.c, exec_mmap() in
 *	fs/exec.c); kthread_use_mm() in kernel/kthread.c does not count. A
 *	vhost device, as long as it has its owner (vhost_attach_mm() in
 *	drivers/vhost/vhost.c). For a moment:
 *	get_task_mm(), mm_access() and mmget_not_zero(), called by readers and
 *	writers of /proc/PID/maps, mem, environ and so on (fs/proc/base.c,
 *	task_mmu.c, array.c), ptrace(2) and process_vm_readv(2), uprobes, perf,
 *	userfaultfd(2), swapoff(2), move_pages(2), cpusets, page faults that KVM
 *	resolves later (virt/kvm/async_pf.c), iommufd, SVA, binder, page aging
 *	(mm/vmscan.c), and mmput_async().
 * files: count. Each task (copy_files(); replaced by unshare_files() and
 *	close_range(2)). Before 5.11, readers of /proc/PID/fd
 *	(get_files_struct() in fs/file.c). Before 5.12, requests of io_uring
 *	(io_grab_identity() in fs/io_uring.c), which has used threads since.
 * fs: users. Each task (copy_fs(), unshare_fs_struct(), ksys_unshare()). Before
 *	5.12, requests of io_uring, as above.
 * sighand: count. Each task until it is reaped (copy_sighand(),
 *	unshare_sighand() in fs/exec.c, __exit_signal() in kernel/exit.c).
 * signal: sigcnt. Each task until its memory is freed (copy_process(),
 *	__put_task_struct()): an RCU grace period after a thread has ended, or
 *	when the last reference to the task_struct is dropped: by perf events,
 *	io_uring, vhost, futexes (get_task_struct()). A pidfd or an open
 *	directory of /proc does not count: it holds the struct pid.
 * io: active_ref. Each task (__copy_io(), exit_io_context() in
 *	block/blk-ioc.c). Requests and queues count in refcount instead.
 * sysvsem: refcnt, in a type that is private to ipc/sem.c.
 * cred: usage. Each task twice, for real_cred and cred (copy_creds(),
 *	commit_creds() in kernel/cred.c), until its memory is freed. Also each
 *	file that was opened with it (f_cred, init_file() in fs/file_table.c),
 *	requests and personalities of io_uring, authorisations of keys, tasks
 *	that act with it (override_creds(): overlayfs, nfsd, cachefiles), and
 *	peers of sockets.
 * nsproxy: count. Each task (copy_namespaces(), switch_task_namespaces() in
 *	kernel/nsproxy.c). For a moment: setns(2) with a pidfd, ioctls of pidfs.
 *	Before 5.12, requests of io_uring.
 * cgroups: refcount. Each task until its memory is freed (cgroup_post_fork(),
 *	cgroup_free() in kernel/cgroup/cgroup.c). A set of threaded cgroups
 *	counts in the set of their domain (dom_cset). For a moment: migrations
 *	and readers of cgroup.procs. A new task has the initial set, which
 *	kernel threads have, until cgroup_post_fork() gives it its own.
 * namespaces of an nsproxy: each nsproxy (create_new_namespaces()); in the time
 *	namespace twice, also for time_ns_for_children. Also open or mounted
 *	files of /proc/PID/ns; sockets and mounts of sysfs (net); mounts of
 *	mqueue, open files of SysV IPC (ipc); mounts of cgroups (cgroup). Since
 *	6.18 the initial ones are not counted. mnt: the count is in a type that
 *	is private to fs/mount.h.
 * pid: each struct pid whose last number is in it (alloc_pid() in kernel/pid.c),
 *	and every task has one; child namespaces, nsproxies that put children
 *	there, mounts of proc.
 * user: each cred (prepare_creds(), create_user_ns()); namespaces that it owns,
 *	child namespaces, address spaces, mounts.
 */
#include <linux/sched.h>
#include <string.h>

#include "core/resources.h"
#include "core/snapshot.h"

#define COUNT(counted_, only_tasks_, others_)				\
	.counted = COUNTED_##counted_,					\
	.only_tasks = only_tasks_,					\
	.others = others_
#define NOT_COUNTED	COUNT(NOT, false, NULL)

#define RESOURCE(name_, column_, key_, noun_, help_, ...)	{	\
	.name = name_,							\
	.key = key_,							\
	.column = column_,						\
	.refs_column = column_ "_REFS",					\
	.noun = noun_,							\
	.help = help_,							\
	.refs_help = "kernel's reference count of " column_,	\
	__VA_ARGS__							\
}
#define HELD(name, column, noun, help, ...) \
	RESOURCE(name, column, name, noun, help, __VA_ARGS__)
#define SHARED(name, column, flag_, noun, help, ...)			\
	RESOURCE(name, column, name, noun, help " (" #flag_ ")",		\
		 .shared = true, .flag = #flag_, .bit = flag_, __VA_ARGS__)
#define LINK(column, key, link_)					\
	.link = link_,							\
	.inode_key = key "_inode",					\
	.inode_column = column "_INODE",				\
	.inode_help = "inode number of " column
#define NAMESPACE(name, column, flag_, help, ...)			\
	RESOURCE(name, column, name "ns", name " namespace",		\
		 help " (" #flag_ ")", LINK(column, name "ns", name),		\
		 .flag = #flag_, .bit = flag_, __VA_ARGS__)
#define CHILDREN(name, column, help)					\
	RESOURCE(name "_children", column, name "ns_children",		\
		 name " namespace for children", help,			\
		 LINK(column, name "ns_children", name "_for_children"), \
			 NOT_COUNTED)

const struct resource resources[] = {
	[TASKMAP_MM] = SHARED("mm", "MM", CLONE_VM,
		"address space",
		"address space",
		COUNT(TASKS, true, "a vhost device, a reader of /proc, a debugger")),
	[TASKMAP_ACTIVE_MM] = HELD("active_mm", "ACTIVE_MM", "loaded address space",
		"address space loaded while it runs, its own or borrowed",
		NOT_COUNTED),
	[TASKMAP_FILES] = SHARED("files", "FILES", CLONE_FILES,
		"open files",
		"table of open files",
		COUNT(TASKS, true, "io_uring before Linux 5.12")),
	[TASKMAP_FS] = SHARED("fs", "FS", CLONE_FS,
		"root and working directory",
		"root and working directory, umask",
		COUNT(TASKS, true, "io_uring before Linux 5.12")),
	[TASKMAP_SIGHAND] = SHARED("sighand", "SIGHAND", CLONE_SIGHAND,
		"signal handlers",
		"signal handlers",
		COUNT(TASKS, true, NULL)),
	[TASKMAP_SIGNAL] = SHARED("signal", "SIGNAL", CLONE_THREAD,
		"thread group",
		"signal state of its thread group",
		COUNT(TASKS, false, "threads that have ended, until their memory is freed")),
	[TASKMAP_IO] = SHARED("io", "IO", CLONE_IO,
		"I/O context",
		"I/O context",
		COUNT(TASKS, true, NULL)),
	[TASKMAP_SYSVSEM] = SHARED("sysvsem", "SYSVSEM", CLONE_SYSVSEM,
		"semaphore undo list",
		"System V semaphore undo list",
		NOT_COUNTED),
	[TASKMAP_CRED] = HELD("cred", "CRED", "credentials (user and groups)",
		"credentials",
		COUNT(TWICE, false, "files opened with them, io_uring, keys, tasks that have ended")),
	[TASKMAP_NSPROXY] = HELD("nsproxy", "NSPROXY", "set of namespaces",
		"set of namespaces",
		COUNT(TASKS, true, "io_uring before Linux 5.12")),
	[TASKMAP_CGROUPS] = HELD("cgroups", "CGROUPS", "cgroups (limits)",
		"set of cgroups (CLONE_INTO_CGROUP)",
		COUNT(TASKS, false, "tasks that have ended, threaded cgroups below")),
	[TASKMAP_UTS_NS] = NAMESPACE("uts", "UTSNS", CLONE_NEWUTS,
		"UTS namespace: host name",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns")),
	[TASKMAP_IPC_NS] = NAMESPACE("ipc", "IPCNS", CLONE_NEWIPC,
		"IPC namespace: System V IPC and POSIX message queues",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns, mounts of mqueue")),
	[TASKMAP_MNT_NS] = NAMESPACE("mnt", "MNTNS", CLONE_NEWNS,
		"mount namespace",
		NOT_COUNTED),
	[TASKMAP_PID_NS] = NAMESPACE("pid", "PIDNS", CLONE_NEWPID,
		"pid namespace that it lives in",
		COUNT(TASKS, false, "nsproxies for children, child namespaces, mounts of proc")),
	[TASKMAP_NET_NS] = NAMESPACE("net", "NETNS", CLONE_NEWNET,
		"network namespace",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns, sockets, mounts of sysfs")),
	[TASKMAP_TIME_NS] = NAMESPACE("time", "TIMENS", CLONE_NEWTIME,
		"time namespace: clocks",
		COUNT(NSPROXIES, false, "nsproxies for children, open files of /proc/PID/ns")),
	[TASKMAP_CGROUP_NS] = NAMESPACE("cgroup", "CGROUPNS", CLONE_NEWCGROUP,
		"cgroup namespace",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns, mounts of cgroups")),
	[TASKMAP_USER_NS] = NAMESPACE("user", "USERNS", CLONE_NEWUSER,
		"user namespace",
		COUNT(CREDS, false, "namespaces that it owns, child namespaces, address spaces, mounts")),
	[TASKMAP_PID_CHILDREN_NS] = CHILDREN("pid", "PIDNS_CHILDREN",
		"pid namespace for its children"),
	[TASKMAP_TIME_CHILDREN_NS] = CHILDREN("time", "TIMENS_CHILDREN",
		"time namespace for its children"),
	[TASKMAP_SECCOMP] = HELD("seccomp", "SECCOMP", "seccomp filter",
		"newest seccomp filter",
		NOT_COUNTED),
};

_Static_assert(ARRAY_SIZE(resources) == TASKMAP_RESOURCES,
	       "every resource of the format has a row");

char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool same_word(const char *full, const char *word, size_t length)
{
	if (strlen(full) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (lower(full[i]) != lower(word[i]))
			return false;
	}
	return true;
}

enum taskmap_resource resource_by_word(const char *word, size_t length)
{
	unsigned int r = 0;

	while (r < TASKMAP_RESOURCES &&
	       !same_word(resources[r].name, word, length) &&
	       !same_word(resources[r].column, word, length))
		r++;
	return r;
}

static const char *const kinds[KINDS + 1] = {
	[TASKMAP_PROCESS] = "process",
	[TASKMAP_MAIN] = "main",
	[TASKMAP_THREAD] = "thread",
	[TASKMAP_WORKER] = "worker",
	[TASKMAP_KTHREAD] = "kthread",
};

const char *kind_name(unsigned int kind)
{
	return kind <= KINDS ? kinds[kind] : NULL;
}

/* Whether the word is @kind or its plural: "threads", "processes". */
static bool is_kind(const char *kind, const char *word, size_t length)
{
	size_t rest = length - strlen(kind);

	return length >= strlen(kind) && !memcmp(kind, word, strlen(kind)) &&
	       rest <= strlen("es") &&
	       !memcmp(word + length - rest, &"es"[2 - rest], rest);
}

unsigned int kind_by_name(const char *name, size_t length)
{
	for (unsigned int kind = 1; kind <= KINDS; kind++) {
		if (is_kind(kinds[kind], name, length))
			return kind;
	}
	return 0;
}
