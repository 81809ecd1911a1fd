/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Format of the taskmap files "snapshot", "exact" and "events".
 *
 * This header is the manual of the format. A program needs nothing else to read
 * the files. They are in
 *
 *	/sys/kernel/debug/taskmap/	if debugfs can be used
 *	/proc/taskmap/			if it cannot, or with procfs=1
 *
 * A copy made with cp(1), cat(1) or "taskmap save" can be read like the file
 * itself, on any machine with the same byte order.
 *
 * Layout
 * ======
 *
 *	+--------------------+  0
 *	| struct             |
 *	|   taskmap_header   |
 *	+--------------------+  header_size
 *	| record 0           |
 *	+--------------------+  header_size + record_size
 *	| record 1           |
 *	| ...                |
 *	+--------------------+  header_size + count * record_size = end of file
 *
 * Each task has one record. Records are in ascending order of pid, and no pid
 * occurs twice. All integers are in the byte order of the machine that made the
 * file; the magic number reveals a file of the other byte order. The layout is
 * the same on 32-bit and 64-bit machines: every field has a fixed width and
 * natural alignment, and all padding is zero.
 *
 * Snapshots
 * =========
 *
 * open(2) takes a snapshot, and read(2) copies from it. All reads of one open
 * file return the same bytes, whatever their size and order. Each open takes
 * its own snapshot.
 *
 * A file with %TASKMAP_WALKED set was collected while the system ran, between
 * @start_ns and @end_ns. Each record is coherent: everything that task_lock()
 * protects was read in one critical section. That is mm, files, fs, io, nsproxy
 * and its namespaces, the vfork mark, and up to Linux 6.13 comm. The set of
 * records is not one instant:
 *
 *   - A task that exists from @start_ns to @end_ns has exactly one record. A
 *     task that is created or ends in between may be missing.
 *   - Between two records, an object can be freed and its memory used for
 *     another object. Then one id stands for two objects.
 *
 * A file without %TASKMAP_WALKED, which comes from "exact", is one instant of
 * the whole system. All CPUs were stopped for @pause_ns while one of them
 * collected the records. Therefore
 *
 *   - each thread group has as many records as its @threads says,
 *   - each id is an object that was held at that instant, and equal ids are one
 *     object,
 *   - refs can be compared with the number of holders. Refs of files, fs,
 *     sighand, signal, io and nsproxy are never less than the number of
 *     holders, nor are refs of mm, if kernel threads are not counted as
 *     holders. Refs of cred are never less than twice the number of holders.
 *     taskmap(8) lists under DRIFT what else can hold references.
 *
 * There are two exceptions:
 *
 *   - A task that is being forked is shown with the css_set that the kernel
 *     booted with, which it does not hold, until it enters its own
 *     (cgroup_fork() and cgroup_post_fork() in kernel/cgroup/cgroup.c).
 *   - With PREEMPT_RT, the stop can interrupt a change that is made under a
 *     lock. Thread groups are still complete. But a name that is being changed
 *     can be partly the old one, and an fs that a kernel thread is leaving can
 *     have one reference less than it has holders (unshare_fs_struct() in
 *     fs/fs_struct.c).
 *
 * Opens of "exact" are served one at a time. After a stop, the next one waits
 * nine times as long as the stop took, but at most one second. Any signal
 * interrupts the wait, and a waiting process can be frozen, as for a suspend.
 *
 * Access
 * ======
 *
 * open(2) checks access once, for all tasks together and for as long as the
 * file is open. It requires root (the mode is 0400) with CAP_SYS_PTRACE in the
 * initial user namespace. Restrictions on single tasks, such as those of
 * SELinux or Yama, are not consulted, because the kernel does not export
 * ptrace_may_access() to modules. The sysctl kptr_restrict is not consulted
 * either. open(2) of any file fails with
 *
 *   EACCES	the caller may not read the file, or opens it for writing, which
 *		nobody may do
 *   EPERM	the caller does not have CAP_SYS_PTRACE; or ids are addresses,
 *		and the caller does not have CAP_SYSLOG or CAP_SYS_RAWIO, or the
 *		kernel is locked down to confidentiality
 *   ENOMEM	there is not enough memory, or all open files together hold an
 *		eighth of it
 *   ENXIO	the module is being loaded or unloaded
 *
 * open(2) of "exact" also fails with
 *
 *   EFBIG	there are more tasks than the module parameter exact_max
 *   EAGAIN	eight times in a row, the number of tasks grew by more than an
 *		eighth just before the stop, or (PREEMPT_RT) the stop
 *		interrupted a fork, an exec or an exit; the caller may try again
 *   EINTR	while the caller waited, a signal handler that was installed
 *		without SA_RESTART ran
 *   ENOENT	while the caller waited, the module was unloaded
 *
 * Ids
 * ===
 *
 * An id stands for one kernel object. Equal ids of one resource are the same
 * object, and different ids are different objects. Id 0 means "no object" and
 * never counts as shared: two kernel threads with mm 0 do not share an mm. Ids
 * of different resources can be compared as well, because every id is made from
 * the object's address by the same rule. For example, mm and active_mm of a
 * task are usually equal.
 *
 * By default (%TASKMAP_RAW_IDS clear) an id is a keyed hash, SipHash-1-3, of
 * the object's address. The random key is drawn when the module is loaded and
 * never leaves the kernel. Such ids are good for comparison only: no published
 * attack finds the key or an address faster than trying keys. SipHash-1-3 is
 * faster than SipHash-2-4 and has a smaller security margin. Ids do not
 * authenticate messages, and only privileged readers see them. Ids of two files
 * can be compared only if both files have the same @fingerprint, which means
 * that the same load of the module made them.
 *
 * With %TASKMAP_RAW_IDS set, an id is the object's address.
 *
 * Refs
 * ====
 *
 * The refs of a resource are the kernel's own count of references to the
 * object, read together with the id. Refs 0 means "unknown": there is no
 * object, or the kernel does not let modules see the count. &enum
 * taskmap_resource says which count it is, and when it is unknown. Counts above
 * 2^32 - 1 are reported as 2^32 - 1. Not only tasks hold references, so refs
 * may exceed the number of holders. Newer kernels do not count references to
 * the initial namespaces: these have refs 1.
 *
 * Births
 * ======
 *
 * What a task shares now does not reveal how it was created: exec, unshare(2),
 * setns(2) and setuid(2) change it, and some flags of clone(2) leave no trace.
 * So the module remembers, for each task created since it was loaded, the flags
 * that the kernel used and the task that called clone(2). This caller is a
 * thread, not a whole process. For a kernel thread it is usually kthreadd
 * (pid 2), and for an io_uring worker a thread of its process.
 *
 * A birth belongs to the task, not to its pid. When a thread calls exec and
 * takes over its leader's pid, its birth remains that of a thread
 * (CLONE_THREAD).
 *
 * @birth_pid is 0 if the birth is unknown, for one of these reasons:
 *
 *   - The task was created before @births_ns.
 *   - The module was loaded with births=0, or the kernel has no tracepoints.
 *   - Memory was short.
 *   - The snapshot was taken after the task became visible and before the
 *     kernel reached the tracepoint.
 *
 * A birth that is known is right, with one limit: 32-bit kernels before 6.18 do
 * not report flags above bit 31 (CLONE_CLEAR_SIGHAND and CLONE_INTO_CGROUP).
 *
 * Events
 * ======
 *
 * "events" is a stream. It begins with a header in which %TASKMAP_EVENTS is set
 * and @count is 0. One &struct taskmap_event follows for each clone, exec and
 * exit of any task since open(2), in the order of @time_ns. Each event is
 * @event_size bytes long, and the task's record begins @event_record bytes into
 * it.
 *
 * read(2) returns the header, which is available at once, and then as many
 * whole events as are available and fit into the buffer. If nothing is
 * available, it waits, or fails with EAGAIN if the file was opened with
 * O_NONBLOCK. If the buffer is too small for the header, or for one event, it
 * fails with EINVAL. poll(2) works. The stream is not seekable.
 *
 * Each open has its own ring of events, whose size is the module parameter
 * events_kb. If the ring is full because the reader is slow, events are lost:
 * the system never waits for a reader. An event of type %TASKMAP_LOST takes the
 * place of lost events and says how many there were.
 *
 * Events are recorded only while the file is open. A snapshot taken after
 * "events" was opened, together with the events, is a complete account of
 * births, execs and exits. unshare(2), setns(2) and setuid(2) have no event;
 * they show in the next record of the task.
 *
 * The module cannot be unloaded while the file is open.
 *
 * Without the module
 * ==================
 *
 * "taskmap --proc save" makes a file with %TASKMAP_PROC set from /proc and
 * kcmp(2). It differs from the module's files as follows:
 *
 *   - What these do not show is unknown: births, refs, %TASKMAP_MARK_VFORK, and
 *     the objects that @unknown of a record names. The caller may not be allowed
 *     to inspect a task; then most of its objects are unknown.
 *   - No record is coherent, because its fields were read one after the other.
 *   - @start_ns of a record is rounded down to a clock tick (10 ms).
 *   - Pids are those of the caller's pid namespace. If that is not the initial
 *     one, %TASKMAP_NESTED is set. User and group ids are those of the caller's
 *     user namespace.
 *   - Ids are small numbers. Those of different resources cannot be compared,
 *     except mm with active_mm, and namespaces with those for children.
 *
 * "contrib/vmcore.py" makes a file from a crash dump of a kernel, or from
 * /proc/kcore. It is like one of "exact", or of "snapshot", with ids=raw, but
 * births are unknown, @fingerprint is a random number for each file, and objects
 * that could not be read are in @unknown. The exceptions for PREEMPT_RT above
 * apply, because the CPUs can have died anywhere.
 *
 * Versions
 * ========
 *
 * The format grows by appending. A newer module may append fields to the header
 * (@header_size grows), fields to the record (@record_size grows), and
 * resources (@resource_count grows). @version does not change for that. So a
 * reader must
 *
 *   - find the first record at @header_size, and each next one @record_size
 *     bytes later,
 *   - find the ids of a record at @ids_offset in it and the refs at
 *     @refs_offset, @resource_count of each, and not use the structs below to
 *     find them,
 *   - ignore resources, flags and marks that it does not know,
 *   - treat a resource that it knows but the file lacks as "no object".
 *
 * A header has at most 4096 bytes, and so does a record. A file has at most
 * 4194304 records (PID_MAX_LIMIT). A reader may refuse a file that exceeds
 * this.
 *
 * To extend the format, append header fields to &struct taskmap_header, insert
 * scalar fields of a record directly before @ids, and append resources to &enum
 * taskmap_resource. Never move, renumber or reuse anything. Change @version
 * only if a reader that follows the rules above would misread the file. A
 * reader must refuse a version that it does not know.
 */
#ifndef _UAPI_TASKMAP_H
#define _UAPI_TASKMAP_H

#include <linux/types.h>

/* Release of the project that contains this header; not part of the format */
#define TASKMAP_VERSION		"0.1.0"

/*
 * The first eight bytes of a file, as a number in its byte order. On a
 * little-endian machine, these bytes are "taskmap" and a substitute character
 * (0x1a).
 */
#define TASKMAP_MAGIC		0x1a70616d6b736174ULL

/* Version of the format that this header describes */
#define TASKMAP_FORMAT		1

/* Bytes of a task's name, always NUL-terminated and padded with NULs */
#define TASKMAP_COMM_LEN	16

/* Bytes of a kernel release, NUL-terminated and padded with NULs */
#define TASKMAP_RELEASE_LEN	72

/* Bytes of a node name, NUL-terminated and padded with NULs */
#define TASKMAP_NODE_LEN	72

/* Bits of taskmap_header.flags; all others are reserved for newer modules */
#define TASKMAP_WALKED		(1U << 0)	/* collected task by task, not at one instant */
#define TASKMAP_RAW_IDS		(1U << 1)	/* ids are kernel addresses */
#define TASKMAP_EVENTS		(1U << 2)	/* events follow the header instead of records */
#define TASKMAP_PROC		(1U << 3)	/* made by the reader, without the module */
#define TASKMAP_NESTED		(1U << 4)	/* pids of another pid namespace than the initial */

/**
 * enum taskmap_kind - kind of a task, decided by the kernel's own data
 * @TASKMAP_PROCESS: the only member of its thread group: pid = tgid, one thread
 * @TASKMAP_MAIN: the leader of a group with other threads: pid = tgid, more
 *	than one thread. The leader itself may be dead (state Z) while the
 *	others run.
 * @TASKMAP_THREAD: any other member of a thread group: pid != tgid
 * @TASKMAP_WORKER: a thread that the kernel created inside a user process, for
 *	io_uring or vhost: PF_IO_WORKER or PF_USER_WORKER, and not PF_KTHREAD
 * @TASKMAP_KTHREAD: a kernel thread: PF_KTHREAD
 *
 * Later entries take precedence: a worker also has pid != tgid.
 */
enum taskmap_kind {
	TASKMAP_PROCESS	= 1,
	TASKMAP_MAIN	= 2,
	TASKMAP_THREAD	= 3,
	TASKMAP_WORKER	= 4,
	TASKMAP_KTHREAD	= 5,
};

/* Bits of taskmap_record.marks; all others are reserved for newer modules */
#define TASKMAP_MARK_VFORK	(1U << 0)	/* a vfork child that still uses its parent's mm */

/**
 * enum taskmap_resource - kinds of objects that a task holds
 *
 * Each is an index into taskmap_record.ids and taskmap_record.refs. Each
 * description begins with three items: the member of struct task_struct that
 * points to the object; the clone(2) flag that decides whether a new task
 * shares it, or "no flag"; and the count that is reported as refs.
 *
 * @TASKMAP_MM: mm; CLONE_VM; mm_users. The address space, with the number of
 *	its users. Dead tasks have none. Kernel threads have none, unless one
 *	uses a process's mm for a while.
 * @TASKMAP_ACTIVE_MM: active_mm; no flag; mm_count. The address space that the
 *	CPU has loaded for the task: its own mm, or for a kernel thread the mm
 *	that it borrowed from the task that ran before. Refs are known only if
 *	it is the task's own mm. All mm_users together count as one.
 * @TASKMAP_FILES: files; CLONE_FILES; count. The file table.
 * @TASKMAP_FS: fs; CLONE_FS; users. Root directory, working directory and
 *	umask.
 * @TASKMAP_SIGHAND: sighand; CLONE_SIGHAND; count. The signal handlers.
 * @TASKMAP_SIGNAL: signal; CLONE_THREAD; sigcnt. The thread group.
 * @TASKMAP_IO: io_context; CLONE_IO; active_ref. Created by the first I/O that
 *	needs it.
 * @TASKMAP_SYSVSEM: sysvsem.undo_list; CLONE_SYSVSEM; unknown. Created by the
 *	first semop(2) with SEM_UNDO, or by the first clone(2) that shares it,
 *	as pthread_create(3) does.
 * @TASKMAP_CRED: real_cred; no flag (a new thread shares it, unless its creator
 *	has a thread keyring); usage. A task counts twice, for real_cred and for
 *	cred.
 * @TASKMAP_NSPROXY: nsproxy; no flag; count. Equal nsproxies mean equal
 *	namespaces. But two nsproxies can also have equal namespaces.
 * @TASKMAP_CGROUPS: cgroups; CLONE_INTO_CGROUP; refcount. The css_set, one for
 *	each combination of cgroups.
 * @TASKMAP_UTS_NS: nsproxy->uts_ns; CLONE_NEWUTS; the namespace's count.
 * @TASKMAP_IPC_NS: nsproxy->ipc_ns; CLONE_NEWIPC; the namespace's count.
 * @TASKMAP_MNT_NS: nsproxy->mnt_ns; CLONE_NEWNS; unknown.
 * @TASKMAP_PID_NS: no member: the struct pid of the task gives the namespace;
 *	CLONE_NEWPID; the namespace's count. The pid namespace that the task
 *	lives in, which is not always that of its children.
 * @TASKMAP_NET_NS: nsproxy->net_ns; CLONE_NEWNET; the namespace's count.
 * @TASKMAP_TIME_NS: nsproxy->time_ns; CLONE_NEWTIME; the namespace's count.
 *	None on kernels without time namespaces, such as those of 32-bit ARM.
 * @TASKMAP_CGROUP_NS: nsproxy->cgroup_ns; CLONE_NEWCGROUP; the namespace's
 *	count.
 * @TASKMAP_USER_NS: real_cred->user_ns; CLONE_NEWUSER; the namespace's count.
 * @TASKMAP_PID_CHILDREN_NS: nsproxy->pid_ns_for_children; no flag (unshare(2)
 *	and setns(2) change it); the namespace's count. The pid namespace that
 *	the task's next child will live in.
 * @TASKMAP_TIME_CHILDREN_NS: nsproxy->time_ns_for_children; no flag, as above;
 *	the namespace's count. The time namespace that the task's next child
 *	will live in.
 * @TASKMAP_SECCOMP: seccomp.filter; no flag (a new task gets its creator's);
 *	unknown. The newest filter, which stands for all filters below it.
 * @TASKMAP_RESOURCES: number of resources in this header
 */
enum taskmap_resource {
	TASKMAP_MM,
	TASKMAP_ACTIVE_MM,
	TASKMAP_FILES,
	TASKMAP_FS,
	TASKMAP_SIGHAND,
	TASKMAP_SIGNAL,
	TASKMAP_IO,
	TASKMAP_SYSVSEM,
	TASKMAP_CRED,
	TASKMAP_NSPROXY,
	TASKMAP_CGROUPS,
	TASKMAP_UTS_NS,
	TASKMAP_IPC_NS,
	TASKMAP_MNT_NS,
	TASKMAP_PID_NS,
	TASKMAP_NET_NS,
	TASKMAP_TIME_NS,
	TASKMAP_CGROUP_NS,
	TASKMAP_USER_NS,
	TASKMAP_PID_CHILDREN_NS,
	TASKMAP_TIME_CHILDREN_NS,
	TASKMAP_SECCOMP,
	TASKMAP_RESOURCES
};

/* Number of namespaces, which are consecutive from TASKMAP_UTS_NS on */
#define TASKMAP_NAMESPACES	10

/*
 * Maximum number of pids in taskmap_record.ns_pids. Linux allows 31 pid
 * namespaces between the initial one and that of a task (MAX_PID_NS_LEVEL).
 */
#define TASKMAP_NS_PIDS		7

/**
 * struct taskmap_header - header of a snapshot or a stream
 * @magic: %TASKMAP_MAGIC
 * @version: %TASKMAP_FORMAT
 * @header_size: bytes from here to the first record
 * @record_size: bytes from one record to the next, a multiple of 8
 * @flags: %TASKMAP_WALKED, %TASKMAP_RAW_IDS, %TASKMAP_EVENTS, %TASKMAP_PROC,
 *	%TASKMAP_NESTED
 * @count: number of records
 * @resource_count: number of entries in taskmap_record.ids and
 *	taskmap_record.refs
 * @ids_offset: bytes from the start of a record to its ids, a multiple of 8
 * @refs_offset: bytes from the start of a record to its refs, a multiple of 4
 * @reserved: zero
 * @fingerprint: a random number for each load of the module, independent of the
 *	key, or for each file with %TASKMAP_PROC. Ids of two snapshots can be
 *	compared if and only if it is equal.
 * @start_ns: when the snapshot was begun, in ns of CLOCK_BOOTTIME
 * @end_ns: when the snapshot was finished, in ns of CLOCK_BOOTTIME
 * @release: release of the kernel that made it, as "uname -r" prints it
 * @pause_ns: how long the machine was stopped for it, in ns, measured within
 *	the stop; 0 if the machine was not stopped
 * @wall_ns: @start_ns as time of day, in ns since 1970 (CLOCK_REALTIME)
 * @births_ns: since when births are known, in ns of CLOCK_BOOTTIME; 0 if no
 *	birth is known
 * @resources: bit n is set if the file reports resource n. If it is clear, id 0
 *	means "unknown". Files without this field report all resources that they
 *	have.
 * @event_size: bytes from one event to the next; 0 in a snapshot
 * @event_record: bytes from the start of an event to its record; 0 in a
 *	snapshot
 * @node: name of the machine that made it, as "uname -n" prints it in the
 *	initial uts namespace
 */
struct taskmap_header {
	__u64 magic;
	__u32 version;
	__u32 header_size;
	__u32 record_size;
	__u32 flags;
	__u64 count;
	__u32 resource_count;
	__u32 ids_offset;
	__u32 refs_offset;
	__u32 reserved;
	__u64 fingerprint;
	__u64 start_ns;
	__u64 end_ns;
	char release[TASKMAP_RELEASE_LEN];
	__u64 pause_ns;
	__u64 wall_ns;
	__u64 births_ns;
	__u64 resources;
	__u32 event_size;
	__u32 event_record;
	char node[TASKMAP_NODE_LEN];
};

/**
 * struct taskmap_record - one task
 * @task: id of the task itself (its task_struct), never 0
 * @start_ns: when the task was created, in ns of CLOCK_BOOTTIME. (pid,
 *	start_ns) identifies a task across snapshots of one boot. A thread that
 *	calls exec takes over the pid and the start time of its leader.
 * @pid: what gettid(2) returns in the initial pid namespace
 * @tgid: what getpid(2) returns in the initial pid namespace
 * @ppid: tgid of the real parent, not of the tracer; 0 if there is none
 * @ns_pid: what gettid(2) returns to the task itself, in its own pid namespace
 * @flags: the PF_ bits, as include/linux/sched.h of the kernel that made the
 *	file defines them
 * @exit_signal: the signal that the parent receives when the task dies: usually
 *	SIGCHLD, 0 for none, -1 for a thread that is not the leader of its group
 * @threads: number of tasks in the thread group, by the kernel's own count
 * @uid: real user id, in the initial user namespace
 * @gid: real group id, in the initial user namespace
 * @kind: &enum taskmap_kind
 * @state: the letter that ps(1) shows, one of R S D T t X Z P I
 * @marks: %TASKMAP_MARK_VFORK
 * @reserved: zero
 * @comm: the name. It can contain any byte except NUL, so it is not always
 *	printable or valid UTF-8.
 * @birth_flags: flags of the clone(2) call that created the task, as the kernel
 *	used them, without the exit signal; see Births above. 0 if @birth_pid
 *	is 0.
 * @cgroup: inode number of its cgroup's directory in the unified hierarchy
 *	(cgroup v2), which on 64-bit kernels is the id of the cgroup; 0 if there
 *	are no cgroups, or with %TASKMAP_PROC if it is unknown
 * @birth_pid: the task that made that clone(2) call, by its pid at that time; 0
 *	if the birth is unknown
 * @parent: pid of the real parent, which can be any thread of a group, not only
 *	the leader; 0 if there is none, or with %TASKMAP_PROC if it is unknown
 * @tracer: pid of the task that traces it with ptrace(2); 0 if there is none
 * @pgrp: process group; 0 if there is none
 * @session: session; 0 if there is none
 * @exit_code: of a dead task (state Z or X), as wait(2) reports it: the signal
 *	in the low 7 bits, 0x80 for a core dump, the exit status in the next 8
 *	bits. Also of the exiting task in a %TASKMAP_EXIT event. 0 for all
 *	others. -1 if it is unknown, as only with %TASKMAP_PROC.
 * @euid: effective user id, in the initial user namespace
 * @fsuid: user id for file access, in the initial user namespace
 * @seccomp: seccomp(2) mode: 0 for none, 1 for strict, 2 for a filter. Newer
 *	kernels may have other modes.
 * @ns_inodes: inode numbers of the namespaces from TASKMAP_UTS_NS on, as
 *	stat(2) reports them for the links in /proc/PID/ns; 0 if there is no
 *	namespace or the number is unknown. That of mnt is only known with
 *	%TASKMAP_PROC, because modules cannot look into mount namespaces.
 * @unknown: bit n is set if it is unknown which object of resource n the task
 *	holds, or whether it holds one. Then its id is 0.
 * @ns_levels: number of pid namespaces in which the task has a pid, which are
 *	its own and all above it, with %TASKMAP_NESTED up to the caller's: 1 in
 *	the initial pid namespace, never 0
 * @ns_pids: pids of the task in the namespaces between the initial one, where
 *	it has @pid, and its own, where it has @ns_pid. The outermost of these
 *	namespaces comes first. There are @ns_levels - 2 of them; if these are
 *	more than %TASKMAP_NS_PIDS, the pids in the innermost are missing.
 *	Unused entries are 0.
 * @ids: id of the object of each resource; 0 for none
 * @refs: the kernel's count of references to each object; 0 for unknown
 */
struct taskmap_record {
	__u64 task;
	__u64 start_ns;
	__s32 pid;
	__s32 tgid;
	__s32 ppid;
	__s32 ns_pid;
	__u32 flags;
	__s32 exit_signal;
	__u32 threads;
	__u32 uid;
	__u32 gid;
	__u8 kind;
	__u8 state;
	__u8 marks;
	__u8 reserved;
	char comm[TASKMAP_COMM_LEN];
	__u64 birth_flags;
	__u64 cgroup;
	__s32 birth_pid;
	__s32 parent;
	__s32 tracer;
	__s32 pgrp;
	__s32 session;
	__s32 exit_code;
	__u32 euid;
	__u32 fsuid;
	__u32 seccomp;
	__u32 ns_inodes[TASKMAP_NAMESPACES];
	__u32 unknown;
	__u32 ns_levels;
	__s32 ns_pids[TASKMAP_NS_PIDS];
	__u64 ids[TASKMAP_RESOURCES];
	__u32 refs[TASKMAP_RESOURCES];
};

/**
 * enum taskmap_event_type - what happened
 * @TASKMAP_BIRTH: the task was created. It has not run yet.
 * @TASKMAP_EXEC: the task now runs another program
 * @TASKMAP_EXIT: the task is exiting. Whether it still holds its mm depends on
 *	the kernel. It still holds everything else, and its state is not yet Z.
 * @TASKMAP_LOST: events are missing here, because the ring was full
 */
enum taskmap_event_type {
	TASKMAP_BIRTH	= 1,
	TASKMAP_EXEC	= 2,
	TASKMAP_EXIT	= 3,
	TASKMAP_LOST	= 4,
};

/**
 * struct taskmap_event - one event
 * @time_ns: when it happened, in ns of CLOCK_BOOTTIME
 * @flags: of a birth, the flags of clone(2) as in taskmap_record.birth_flags,
 *	known even with births=0
 * @lost: of %TASKMAP_LOST, how many events are missing
 * @type: &enum taskmap_event_type. A reader ignores types that it does not
 *	know.
 * @caller: of a birth, the pid of the task that called clone(2)
 * @old_pid: of an exec, the pid that the task had before. It differs from the
 *	present pid if a thread took over the pid of its leader.
 * @reserved: zero
 * @record: the task at that moment; all zero for %TASKMAP_LOST
 */
struct taskmap_event {
	__u64 time_ns;
	__u64 flags;
	__u64 lost;
	__u32 type;
	__s32 caller;
	__s32 old_pid;
	__u32 reserved;
	struct taskmap_record record;
};

#endif /* _UAPI_TASKMAP_H */
