// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Who holds refs. Told by the functions that count, of Linux 6.12 if nothing
 * else is said; kernel threads may use what a process holds and not count, and
 * what they have of their own the idle tasks hold too, which no snapshot has
 * (INIT_TASK in init/init_task.c, fork_idle() in kernel/fork.c). A task that is
 * being made counts before it is seen, and one that ends, execs or unshares lets
 * go first and counts down then: so nobody has fewer refs than holders, and all
 * can have more for a moment.
 *
 * mm: mm_users. Each task (copy_mm() in kernel/fork.c, exec_mmap() in
 *	fs/exec.c); kthread_use_mm() in kernel/kthread.c does not count. As long
 *	as it likes: the owner of a vhost device (vhost_attach_mm() in
 *	drivers/vhost/vhost.c). For a moment: get_task_mm(), mm_access() and
 *	mmget_not_zero() by readers and writers of /proc/PID/maps, mem, environ
 *	and so on (fs/proc/base.c, task_mmu.c, array.c), ptrace(2) and
 *	process_vm_readv(2), uprobes, perf, userfaultfd(2), swapoff(2),
 *	move_pages(2), cpusets, a page fault that KVM resolves later
 *	(virt/kvm/async_pf.c), iommufd, SVA, binder, the aging of pages
 *	(mm/vmscan.c), and mmput_async().
 * files: count. Each task (copy_files(); switched by unshare_files() and
 *	close_range(2)). Before 5.11 readers of /proc/PID/fd (get_files_struct()
 *	in fs/file.c), before 5.12 the requests of io_uring (io_grab_identity()
 *	in fs/io_uring.c), which later has threads for them.
 * fs: users. Each task (copy_fs(), unshare_fs_struct(), ksys_unshare()). Before
 *	5.12 the requests of io_uring (as above).
 * sighand: count. Each task until it is reaped (copy_sighand(),
 *	unshare_sighand() in fs/exec.c, __exit_signal() in kernel/exit.c).
 * signal: sigcnt. Each task until its memory is freed (copy_process(),
 *	__put_task_struct()): after a thread has ended that is an RCU grace
 *	period, or as long as somebody keeps the task_struct: perf events,
 *	io_uring, vhost, futexes (get_task_struct()). Not a pidfd, nor an open
 *	directory of /proc: these keep the struct pid.
 * io: active_ref. Each task (__copy_io(), exit_io_context() in block/blk-ioc.c);
 *	requests and queues count in refcount.
 * sysvsem: refcnt, in a type that is private to ipc/sem.c.
 * cred: usage. Each task twice, for real_cred and cred (copy_creds(),
 *	commit_creds() in kernel/cred.c), until its memory is freed. Also each
 *	file that was opened with it (f_cred, init_file() in fs/file_table.c),
 *	requests and personalities of io_uring, authorisations of keys, who acts
 *	by it (override_creds(): overlayfs, nfsd, cachefiles), sockets' peers.
 * nsproxy: count. Each task (copy_namespaces(), switch_task_namespaces() in
 *	kernel/nsproxy.c). For a moment: setns(2) by a pidfd, ioctls of pidfs.
 *	Before 5.12 the requests of io_uring.
 * cgroups: refcount. Each task until its memory is freed (cgroup_post_fork(),
 *	cgroup_free() in kernel/cgroup/cgroup.c); a set of threaded cgroups
 *	counts in that of their domain (dom_cset), and migrations and readers of
 *	cgroup.procs for a moment. A new task shows the very first set, which
 *	kernel threads are in, before cgroup_post_fork() gives it its own.
 * namespaces of an nsproxy: each nsproxy (create_new_namespaces()), to the time
 *	namespace twice, for time_ns_for_children. Also open or mounted
 *	/proc/PID/ns files; sockets and mounts of sysfs (net); mounts of mqueue,
 *	open files of SysV IPC (ipc); mounts of cgroups (cgroup). Not counted
 *	from 6.18 on in the initial ones. mnt: in a type private to fs/mount.h.
 * pid: each struct pid with its last number there (alloc_pid() in
 *	kernel/pid.c), which every task has; namespaces below it, nsproxies that
 *	put children there, mounts of proc.
 * user: each cred (prepare_creds(), create_user_ns()); namespaces that it owns
 *	or that are below it, address spaces, mounts.
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

#define RESOURCE(name_, column_, prefix_, noun_, help_, ...)	{	\
	.name = name_,							\
	.column = column_,						\
	.refs_column = column_ "_REFS",					\
	.prefix = prefix_,						\
	.noun = noun_,							\
	.help = help_,							\
	.refs_help = "the kernel's count of references to " column_,	\
	__VA_ARGS__							\
}
#define HELD(name, column, noun, help, ...) \
	RESOURCE(name, column, name, noun, help, __VA_ARGS__)
#define SHARED(name, column, flag_, noun, help, ...)			\
	RESOURCE(name, column, name, noun, help " (" #flag_ ")",		\
		 .shared = true, .flag = #flag_, .bit = flag_, __VA_ARGS__)
#define LINK(column, link_)						\
	.link = link_,							\
	.inode_column = column "_INODE",				\
	.inode_help = "the inode number of " column
#define NAMESPACE(name, column, flag_, help, ...)			\
	RESOURCE(name, column, name "ns", name " namespace",		\
		 help " (" #flag_ ")", LINK(column, name),		\
		 .flag = #flag_, .bit = flag_, __VA_ARGS__)
#define CHILDREN(name, column, help)					\
	RESOURCE(name "_children", column, name "ns_children",		\
		 name " namespace for children", help,			\
		 LINK(column, name "_for_children"), NOT_COUNTED)

const struct resource resources[] = {
	[TASKMAP_MM] = SHARED("mm", "MM", CLONE_VM,
		"address space",
		"address space",
		COUNT(TASKS, true, "a vhost device, a reader of /proc, a debugger")),
	[TASKMAP_ACTIVE_MM] = HELD("active_mm", "ACTIVE_MM", "loaded address space",
		"address space that the processor has loaded for it",
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
		"what makes a thread group",
		COUNT(TASKS, false, "threads that have ended, until their memory is freed")),
	[TASKMAP_IO] = SHARED("io", "IO", CLONE_IO,
		"I/O context",
		"I/O context",
		COUNT(TASKS, true, NULL)),
	[TASKMAP_SYSVSEM] = SHARED("sysvsem", "SYSVSEM", CLONE_SYSVSEM,
		"list of semaphores to undo",
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
		"namespace of the host name",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns")),
	[TASKMAP_IPC_NS] = NAMESPACE("ipc", "IPCNS", CLONE_NEWIPC,
		"namespace of System V and POSIX IPC",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns, mounts of mqueue")),
	[TASKMAP_MNT_NS] = NAMESPACE("mnt", "MNTNS", CLONE_NEWNS,
		"namespace of mounts",
		NOT_COUNTED),
	[TASKMAP_PID_NS] = NAMESPACE("pid", "PIDNS", CLONE_NEWPID,
		"namespace of pids that it lives in",
		COUNT(TASKS, false, "nsproxies for children, namespaces below, mounts of proc")),
	[TASKMAP_NET_NS] = NAMESPACE("net", "NETNS", CLONE_NEWNET,
		"namespace of the network",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns, sockets, mounts of sysfs")),
	[TASKMAP_TIME_NS] = NAMESPACE("time", "TIMENS", CLONE_NEWTIME,
		"namespace of clocks",
		COUNT(NSPROXIES, false, "nsproxies for children, open files of /proc/PID/ns")),
	[TASKMAP_CGROUP_NS] = NAMESPACE("cgroup", "CGROUPNS", CLONE_NEWCGROUP,
		"namespace of cgroups",
		COUNT(NSPROXIES, false, "open files of /proc/PID/ns, mounts of cgroups")),
	[TASKMAP_USER_NS] = NAMESPACE("user", "USERNS", CLONE_NEWUSER,
		"namespace of users",
		COUNT(CREDS, false, "namespaces that it owns or that are below it, address spaces, mounts")),
	[TASKMAP_PID_CHILDREN_NS] = CHILDREN("pid", "PIDNS_CHILDREN",
		"pid namespace that its children will live in"),
	[TASKMAP_TIME_CHILDREN_NS] = CHILDREN("time", "TIMENS_CHILDREN",
		"time namespace that its children will live in"),
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

unsigned int kind_by_name(const char *name, size_t length)
{
	for (unsigned int kind = 1; kind <= KINDS; kind++) {
		if (strlen(kinds[kind]) == length &&
		    !memcmp(kinds[kind], name, length))
			return kind;
	}
	return 0;
}
