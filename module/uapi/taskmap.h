/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The format of the files "snapshot", "exact" and "events" of taskmap.
 *
 * This header is the manual of the format and all that a program needs to
 * read it. The files are in
 *
 *	/sys/kernel/debug/taskmap/	if debugfs can be used
 *	/proc/taskmap/			if it cannot, or with procfs=1
 *
 * A copy of one, made with cp(1), cat(1) or "taskmap save", is as good as the
 * file itself, on any machine of the same byte order.
 *
 * Shape
 * =====
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
 * There is one record for each task, in ascending order of pid, no pid twice.
 * All integers are in the byte order of the machine that made the file; the
 * magic number tells a reader if it is another one. The layout is the same on
 * 32-bit and 64-bit machines: every field is naturally aligned and of fixed
 * width, and all padding is zero.
 *
 * When the snapshot was taken
 * ===========================
 *
 * open(2) takes the snapshot; reads only copy it. All reads from one open file
 * see the same bytes, whatever their size, in any order; another open takes
 * another snapshot.
 *
 * A file with %TASKMAP_WALKED set was collected while the system ran, between
 * @start_ns and @end_ns. Each record is coherent: what the kernel's task_lock()
 * protects (mm, files, fs, io, nsproxy and the namespaces in it, the vfork
 * mark, and comm up to Linux 6.13) was read in one section of that lock. The
 * set of records is not one instant: a task that existed from @start_ns to
 * @end_ns is there exactly once; one that was created or ended in between may
 * or may not be; and an object can have been freed and its memory used again
 * between two records, which shows as one id for two objects.
 *
 * A file without %TASKMAP_WALKED, which comes from "exact", is one instant of
 * the whole system: every CPU was stopped, for @pause_ns, while the records
 * were collected. So
 *
 *   - the records of a thread group are as many as their @threads say,
 *   - every id is that of an object that was held at that instant, and equal
 *     ids are one object. One exception: a task that is being forked is shown
 *     with the css_set that the kernel booted with, which it does not hold,
 *     until it enters its own (cgroup_fork() and cgroup_post_fork(),
 *     kernel/cgroup/cgroup.c),
 *   - refs can be compared with the number of holders: those of mm (kernel
 *     threads not counted), files, fs, sighand, signal, io and nsproxy are
 *     never less, and those of cred never less than twice as many. taskmap(8)
 *     says, under DRIFT, what else can hold references.
 *
 * With PREEMPT_RT the instant can be in the middle of a change under a lock. No
 * group is torn by it, but a name that is being changed can be partly the old
 * one, and an fs that a kernel thread is leaving can have one reference less
 * than it has holders (unshare_fs_struct(), fs/fs_struct.c).
 *
 * The machine is stopped for one open of "exact" at a time. After a stop the
 * next one waits nine times as long as the stop took, but at most one second.
 * Any signal interrupts an open that waits, and its process can be frozen, as
 * for a suspend.
 *
 * Access
 * ======
 *
 * Access is decided once, at open(2): root (the mode is 0400) with
 * CAP_SYS_PTRACE in the initial user namespace sees all tasks, as long as the
 * file is open. Restrictions of single tasks, by SELinux or Yama, are not
 * consulted, because a module cannot call ptrace_may_access(). Neither is
 * kptr_restrict. An open fails with
 *
 *   EACCES	the caller may not open the file for reading, or opens it for
 *		writing, which is never allowed
 *   EPERM	CAP_SYS_PTRACE is missing; or the ids are addresses, and
 *		CAP_SYSLOG or CAP_SYS_RAWIO is missing or the kernel is locked
 *		down to confidentiality
 *   ENOMEM	there is not enough memory, or all open files together hold an
 *		eighth of it
 *   ENXIO	the module is being loaded or unloaded
 *
 * and an open of "exact" with
 *
 *   EFBIG	there are more tasks than the parameter exact_max of the module
 *   EAGAIN	8 times in a row the number of tasks grew by an eighth while the
 *		machine was about to be stopped, or (PREEMPT_RT) the stop came in
 *		the middle of a fork, an exec or an exit; try again
 *   EINTR	a signal handler ran while the caller waited, without SA_RESTART
 *   ENOENT	the module was unloaded while the caller waited
 *
 * Ids
 * ===
 *
 * An id stands for one kernel object. Two equal ids of the same resource are
 * the same object; unequal ids are different objects. Id 0 is "no object" and
 * never counts as shared: two kernel threads that both have mm 0 share nothing.
 * Ids of different resources may be compared too (every id is made of the
 * object's address by one rule): mm and active_mm of a task are usually equal.
 *
 * By default (%TASKMAP_RAW_IDS clear) an id is a keyed hash, SipHash-1-3, of
 * the object's address, under a random key that is drawn when the module is
 * loaded and never leaves the kernel. It is good for comparing only: no way
 * from such ids to the key or to an address has been published that is better
 * than trying keys. 1-3 is faster than 2-4 and has less in reserve; ids are no
 * message authentication, and only the privileged see them. Ids of two files
 * can be compared only if both have the same @fingerprint: then they were made
 * by the same load of the module.
 *
 * With %TASKMAP_RAW_IDS set an id is the object's address itself.
 *
 * Refs
 * ====
 *
 * The refs of a resource are the kernel's own count of references to the
 * object, read at the same time as the id. 0 is "not known", either because
 * there is no object or because the kernel does not let a module see the count;
 * &enum taskmap_resource says which count it is and when it is not known.
 * Counts beyond 2^32 - 1 are shown as that number. Not only tasks hold
 * references, so refs may exceed the number of holders. Newer kernels do not
 * count references to the namespaces that they booted with: these have refs 1.
 *
 * Births
 * ======
 *
 * What a task shares now does not tell how it was created: exec, unshare(2),
 * setns(2) and setuid(2) change it, and some flags of clone(2) leave no trace.
 * The module remembers, for each task that was created since it was loaded,
 * the flags that the kernel used and the task that made the call. That is the
 * thread itself; for a kernel thread usually kthreadd (2), and for a worker of
 * io_uring a thread of its process.
 *
 * A birth belongs to the task, not to its pid: when a thread execs and takes
 * over its leader's pid, its birth stays that of a thread (CLONE_THREAD).
 *
 * @birth_pid is 0 if the birth is not known: the task is older than @births_ns,
 * the module was loaded with births=0, the kernel has no tracepoints, memory was
 * short, or the snapshot was taken between the moment when the task could first
 * be found and the tracepoint. A birth that is known is right. One limit: 32-bit
 * kernels before 6.18 do not tell the flags above bit 31 (CLONE_CLEAR_SIGHAND
 * and CLONE_INTO_CGROUP).
 *
 * Events
 * ======
 *
 * "events" is a stream. It begins with a header in which %TASKMAP_EVENTS is set
 * and @count is 0, and goes on with one &struct taskmap_event, @event_size bytes
 * long, for each clone, exec and exit of any task from open(2) on, in the order
 * of @time_ns. @event_record is where the task's record begins in an event.
 *
 * read(2) returns the header, which is there at once, and as many whole events
 * as there are and fit. If there is nothing yet it waits, or with O_NONBLOCK
 * fails with EAGAIN. A buffer that is too small for the header, or for one event,
 * gets EINVAL. poll(2) works. There is no seeking.
 *
 * Every open file has room for events of its own (the parameter events_kb). If
 * that is full because the reader is slow, events are lost: the machine never
 * waits. Where some were lost there is an event of type %TASKMAP_LOST in the
 * stream, with their number.
 *
 * Events are recorded while the file is open, and by nothing else. A snapshot
 * that is taken after "events" was opened, and the events, are a complete
 * account of births, execs and exits. unshare(2), setns(2) and setuid(2) have no
 * event; they show in the next record of the task.
 *
 * The module cannot be unloaded while the file is open.
 *
 * Versions
 * ========
 *
 * The format grows by appending. A newer module may append fields to the
 * header (@header_size grows), to the record (@record_size grows), and
 * resources (@resource_count grows); none of that changes @version. So a
 * reader must
 *
 *   - find the first record at @header_size and the next one @record_size on,
 *   - find the ids of a record at @ids_offset in it and the refs at
 *     @refs_offset, @resource_count of each, and not by the structs below,
 *   - ignore resources, flags and marks that it does not know,
 *   - treat a resource it knows but the file lacks as "no object".
 *
 * A header has at most 4096 bytes, and so does a record; there are at most
 * 4194304 records (PID_MAX_LIMIT). A reader may refuse what is larger.
 *
 * How to extend: new header fields go to the end of &struct taskmap_header; new
 * scalar fields of a record go directly before @ids; new resources go to the
 * end of &enum taskmap_resource. Nothing is ever moved, renumbered or reused.
 * Only a change that such a reader would misread makes a new @version, and a
 * reader must refuse a version that it does not know.
 */
#ifndef _UAPI_TASKMAP_H
#define _UAPI_TASKMAP_H

#include <linux/types.h>

/* The release of the project that this header belongs to; not in the format. */
#define TASKMAP_VERSION		"0.1.0"

/*
 * The first eight bytes, as a number in the byte order of the file. Spelt
 * "taskmap" and a substitute character (0x1a) when read as bytes on a
 * little-endian machine.
 */
#define TASKMAP_MAGIC		0x1a70616d6b736174ULL

/* The version of the format that this header describes. */
#define TASKMAP_FORMAT		1

/* Bytes of a task's name, always ended by a NUL and filled up with NULs. */
#define TASKMAP_COMM_LEN	16

/* Bytes of a kernel release, ended by a NUL and filled up with NULs. */
#define TASKMAP_RELEASE_LEN	72

/* Bytes of a node name, ended by a NUL and filled up with NULs. */
#define TASKMAP_NODE_LEN	72

/* Bits of taskmap_header.flags; bits not named here are for later modules. */
#define TASKMAP_WALKED		(1U << 0)	/* collected task by task, not in one instant */
#define TASKMAP_RAW_IDS		(1U << 1)	/* ids are kernel addresses */
#define TASKMAP_EVENTS		(1U << 2)	/* a stream of events follows, and no records */

/**
 * enum taskmap_kind - what a task is, as the kernel itself decides it
 * @TASKMAP_PROCESS: a thread group of one: pid = tgid, one thread
 * @TASKMAP_MAIN: the leader of a group with other threads: pid = tgid, more
 *	than one thread. It may itself be dead (state Z) while the others run.
 * @TASKMAP_THREAD: another member of a thread group: pid != tgid
 * @TASKMAP_WORKER: a thread that the kernel created inside a user process, for
 *	io_uring or vhost: PF_IO_WORKER or PF_USER_WORKER, and not PF_KTHREAD
 * @TASKMAP_KTHREAD: a kernel thread: PF_KTHREAD
 *
 * The later entries take precedence: a worker has pid != tgid too.
 */
enum taskmap_kind {
	TASKMAP_PROCESS	= 1,
	TASKMAP_MAIN	= 2,
	TASKMAP_THREAD	= 3,
	TASKMAP_WORKER	= 4,
	TASKMAP_KTHREAD	= 5,
};

/* Bits of taskmap_record.marks; bits not named here are for later modules. */
#define TASKMAP_MARK_VFORK	(1U << 0)	/* a vfork child that still uses its parent's mm */

/**
 * enum taskmap_resource - the kinds of objects that a task holds
 *
 * Each is an index into taskmap_record.ids and .refs. After the name: the
 * member of struct task_struct that it is, the clone(2) flag that decides
 * whether a new task shares it, and what the refs count.
 *
 * @TASKMAP_MM: mm; CLONE_VM; mm_users: the users of the address space. None
 *	for dead tasks, and for kernel threads, unless one uses a process's mm
 *	for a while.
 * @TASKMAP_ACTIVE_MM: active_mm; none; mm_count: the address space that the
 *	CPU has loaded for the task. Its own mm, or for a kernel thread the one
 *	that it borrowed from the task that ran before. Refs are known only if
 *	it is the task's own mm; all mm_users together count as one.
 * @TASKMAP_FILES: files; CLONE_FILES; count
 * @TASKMAP_FS: fs; CLONE_FS; users: root and working directory, umask
 * @TASKMAP_SIGHAND: sighand; CLONE_SIGHAND; count: the signal handlers
 * @TASKMAP_SIGNAL: signal; CLONE_THREAD; sigcnt: the thread group
 * @TASKMAP_IO: io_context; CLONE_IO; active_ref: made by the first I/O that
 *	needs one
 * @TASKMAP_SYSVSEM: sysvsem.undo_list; CLONE_SYSVSEM; not known: made by the
 *	first semop(2) with SEM_UNDO, or by the first clone(2) that shares it,
 *	as pthread_create(3) does
 * @TASKMAP_CRED: real_cred; none (threads are created sharing it); usage: a
 *	task counts twice, for real_cred and for cred
 * @TASKMAP_NSPROXY: nsproxy; none; count. Equal nsproxies mean equal
 *	namespaces, but equal namespaces can be reached by two nsproxies.
 * @TASKMAP_CGROUPS: cgroups; CLONE_INTO_CGROUP; refcount: the css_set, one
 *	for each combination of cgroups
 * @TASKMAP_UTS_NS: nsproxy->uts_ns; CLONE_NEWUTS; the namespace's count
 * @TASKMAP_IPC_NS: nsproxy->ipc_ns; CLONE_NEWIPC; the namespace's count
 * @TASKMAP_MNT_NS: nsproxy->mnt_ns; CLONE_NEWNS; not known
 * @TASKMAP_PID_NS: the pid namespace that the task lives in (not the one its
 *	children will); CLONE_NEWPID; the namespace's count
 * @TASKMAP_NET_NS: nsproxy->net_ns; CLONE_NEWNET; the namespace's count
 * @TASKMAP_TIME_NS: nsproxy->time_ns; CLONE_NEWTIME; the namespace's count.
 *	None on kernels without time namespaces, such as those of 32-bit ARM.
 * @TASKMAP_CGROUP_NS: nsproxy->cgroup_ns; CLONE_NEWCGROUP; the namespace's
 *	count
 * @TASKMAP_USER_NS: real_cred->user_ns; CLONE_NEWUSER; the namespace's count
 * @TASKMAP_PID_CHILDREN_NS: nsproxy->pid_ns_for_children; none (unshare(2) and
 *	setns(2) change it); the namespace's count: where the task's next child
 *	will live
 * @TASKMAP_TIME_CHILDREN_NS: nsproxy->time_ns_for_children; none, as above; the
 *	namespace's count
 * @TASKMAP_SECCOMP: seccomp.filter; none (every new task gets its creator's);
 *	not known: the newest filter, which stands for all below it
 * @TASKMAP_RESOURCES: how many this header knows
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

/* The namespaces, which follow each other from TASKMAP_UTS_NS on. */
#define TASKMAP_NAMESPACES	10

/**
 * struct taskmap_header - the beginning of a snapshot
 * @magic: %TASKMAP_MAGIC
 * @version: %TASKMAP_FORMAT
 * @header_size: bytes from here to the first record
 * @record_size: bytes from one record to the next, a multiple of 8
 * @flags: TASKMAP_WALKED and so on
 * @count: number of records
 * @resource_count: entries of taskmap_record.ids, and of .refs
 * @ids_offset: bytes from the start of a record to its ids, a multiple of 8
 * @refs_offset: bytes from the start of a record to its refs, a multiple of 4
 * @reserved: zero
 * @fingerprint: a random number for each load of the module, independent of the
 *	key: ids of two snapshots can be compared if and only if it is equal
 * @start_ns: when the snapshot was begun, in ns of CLOCK_BOOTTIME
 * @end_ns: when it was finished, in ns of CLOCK_BOOTTIME
 * @release: the kernel that made it, as "uname -r" prints it
 * @pause_ns: how long the machine was stopped for it, in ns, measured within
 *	the stop; 0 if it was not
 * @wall_ns: @start_ns as the time of day, in ns since 1970 (CLOCK_REALTIME)
 * @births_ns: births are known from here on, in ns of CLOCK_BOOTTIME; 0 if none
 *	is known
 * @resources: bit n is set if the file tells of the resource n. Where it is
 *	clear, id 0 means "not known". Files without this field tell of all
 *	resources that they have.
 * @event_size: in a stream, bytes from one event to the next; otherwise 0
 * @event_record: in a stream, bytes from the start of an event to its record;
 *	otherwise 0
 * @node: the machine that made it, as "uname -n" prints it in the initial uts
 *	namespace
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
 * @start_ns: when it was created, in ns of CLOCK_BOOTTIME; (pid, start_ns)
 *	identifies a task across snapshots of one boot. A thread that execs
 *	takes over the pid and the start of its leader.
 * @pid: what gettid(2) returns in the initial pid namespace
 * @tgid: what getpid(2) returns there
 * @ppid: tgid of the real parent, 0 if there is none. Not the tracer's.
 * @ns_pid: what gettid(2) returns to the task itself, in its own pid namespace
 * @flags: the PF_ bits of include/linux/sched.h of the kernel that made it
 * @exit_signal: the signal that its parent gets when it dies: usually SIGCHLD,
 *	0 for none, -1 for a thread that is not the leader of its group
 * @threads: tasks in its thread group, by the kernel's own count
 * @uid: real user id, in the initial user namespace
 * @gid: real group id, in the initial user namespace
 * @kind: &enum taskmap_kind
 * @state: the letter that ps(1) shows, one of R S D T t X Z P I
 * @marks: TASKMAP_MARK_VFORK and so on
 * @reserved: zero
 * @comm: the name, any bytes but NUL; not always UTF-8, nor printable
 * @birth_flags: the flags of the clone(2) that created it, as the kernel used
 *	them, without the exit signal; see Births above. 0 if @birth_pid is 0.
 * @cgroup: the inode number of its cgroup's directory in the unified hierarchy
 *	(cgroup v2), which on 64-bit kernels is the id of the cgroup; 0 if there
 *	are no cgroups
 * @birth_pid: the task that called that clone(2), by its pid at that time; 0 if
 *	the birth is not known
 * @parent: pid of the real parent: of the task and not its leader. 0 if there
 *	is none.
 * @tracer: pid of the task that traces it with ptrace(2), 0 if none does
 * @pgrp: its process group; 0 if there is none
 * @session: its session; 0 if there is none
 * @exit_code: of a dead task (state Z or X), as wait(2) reports it: the signal
 *	in the low 7 bits, 0x80 for a core dump, the exit status in the next 8.
 *	Also of a task that is ending, in the event of that. 0 for all others.
 * @euid: effective user id, in the initial user namespace
 * @fsuid: user id for access to files, in the initial user namespace
 * @seccomp: the mode: 0 for none, 1 for strict, 2 for a filter. A newer kernel
 *	may have others.
 * @ns_inodes: the inode numbers of the namespaces from TASKMAP_UTS_NS on, as
 *	stat(2) tells them of /proc/PID/ns; 0 if there is none or it is not
 *	known. That of mnt is not: modules cannot look into it.
 * @reserved2: zero
 * @ids: the id of the object of each resource, 0 for none
 * @refs: the kernel's count of references to each, 0 for not known
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
	__u32 reserved2;
	__u64 ids[TASKMAP_RESOURCES];
	__u32 refs[TASKMAP_RESOURCES];
};

/**
 * enum taskmap_event_type - what happened
 * @TASKMAP_BIRTH: the task was created. It has not run yet.
 * @TASKMAP_EXEC: the task now runs another program
 * @TASKMAP_EXIT: the task is ending. Depending on the kernel it still holds its
 *	mm or does not any more; all else it still holds. Its state is not yet Z.
 * @TASKMAP_LOST: events were lost here, for want of room
 */
enum taskmap_event_type {
	TASKMAP_BIRTH	= 1,
	TASKMAP_EXEC	= 2,
	TASKMAP_EXIT	= 3,
	TASKMAP_LOST	= 4,
};

/**
 * struct taskmap_event - one event
 * @time_ns: when, in ns of CLOCK_BOOTTIME
 * @flags: of a birth, the flags of clone(2) as in taskmap_record.birth_flags,
 *	known even with births=0
 * @lost: of TASKMAP_LOST, how many events
 * @type: &enum taskmap_event_type; a reader ignores those it does not know
 * @caller: of a birth, the pid of the task that called clone(2)
 * @old_pid: of an exec, the pid that the task had before. It differs from its
 *	pid if a thread took over that of its leader.
 * @reserved: zero
 * @record: the task at that moment; zero if events were lost
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
