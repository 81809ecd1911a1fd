// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Two BPF programs that visit all tasks, to compare the module with: an iterator
 * that is read through a seq_file, and an open-coded one (Linux 6.7 and newer) that
 * writes into an array which its reader has mapped. Both write the record of
 * module/uapi/taskmap.h with all fields except births, and with addresses as ids.
 * They take no lock, so their records are not coherent, and they do not hash. The
 * open-coded one copies nothing, either, and does not clear a record before it
 * writes: it may find only tasks at rest, so that what it leaves out was zero
 * from the start.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "taskmap.h"

#define PF_IO_WORKER	0x00000010
#define PF_USER_WORKER	0x00004000
#define PF_KTHREAD	0x00200000

char _license[] SEC("license") = "GPL";

#define HOLD(resource, pointer, counter)				\
	do {								\
		typeof(pointer) it = (pointer);				\
									\
		record->ids[TASKMAP_##resource] = (unsigned long)it;	\
		if (it)							\
			record->refs[TASKMAP_##resource] = (counter);	\
	} while (0)

#define HOLD_NS(resource, pointer)					\
	do {								\
		typeof(pointer) space = (pointer);			\
									\
		HOLD(resource, space, it->ns.count.refs.counter);	\
		if (space)						\
			record->ns_inodes[TASKMAP_##resource -		\
					 TASKMAP_UTS_NS] =		\
				space->ns.inum;				\
	} while (0)

static __always_inline __u8 kind_of(const struct taskmap_record *record)
{
	if (record->flags & PF_KTHREAD)
		return TASKMAP_KTHREAD;
	if (record->flags & (PF_IO_WORKER | PF_USER_WORKER))
		return TASKMAP_WORKER;
	if (record->pid != record->tgid)
		return TASKMAP_THREAD;
	if (record->threads > 1)
		return TASKMAP_MAIN;
	return TASKMAP_PROCESS;
}

static __always_inline int number_of(struct pid *pid)
{
	return pid ? pid->numbers[0].nr : 0;
}

static __always_inline int exit_code_of(struct task_struct *task)
{
	if (task->pid == task->tgid &&
	    task->signal->flags & 4 /* SIGNAL_GROUP_EXIT */)
		return task->signal->group_exit_code;
	return task->exit_code;
}

/* task_state_to_char() of include/linux/sched.h. */
static __always_inline __u8 state_of(struct task_struct *task)
{
	__u32 state = task->__state;
	__u32 reported = (state | task->exit_state) & 0x7f;

	if (state == 0x402)	/* TASK_IDLE */
		return 'I';
	if (state & 0x1000)	/* TASK_RTLOCK_WAIT */
		return 'D';
	if (!reported)
		return 'R';
	if (reported & 0x40)
		return 'P';
	if (reported & 0x20)
		return 'Z';
	if (reported & 0x10)
		return 'X';
	if (reported & 0x08)
		return 't';
	if (reported & 0x04)
		return 'T';
	if (reported & 0x02)
		return 'D';
	return 'S';
}

/*
 * Fills @record with what the module reads of @task. What it leaves out is zero, or from
 * an earlier run on the same tasks.
 */
static __always_inline void fill(struct taskmap_record *record,
				 struct task_struct *task)
{
	struct task_struct *parent;
	struct nsproxy *nsproxy;
	const struct cred *cred;
	struct mm_struct *mm;
	struct pid *pid;

	parent = task->real_parent;
	record->task = (unsigned long)task;
	record->start_ns = task->start_boottime;
	record->pid = task->pid;
	record->tgid = task->tgid;
	record->ppid = parent->tgid;
	record->parent = parent->pid;
	if (task->ptrace)
		record->tracer = task->parent->pid;
	record->pgrp = number_of(task->signal->pids[PIDTYPE_PGID]);
	record->session = number_of(task->signal->pids[PIDTYPE_SID]);
	if (task->exit_state)
		record->exit_code = exit_code_of(task);
	record->flags = task->flags;
	record->exit_signal = task->exit_signal;
	record->threads = task->signal->nr_threads;
	record->state = state_of(task);
	record->kind = kind_of(record);

	/* The verifier rejects direct reads of numbers[] at a variable index. */
	pid = task->thread_pid;
	if (pid) {
		struct pid_namespace *ns = pid->numbers[0].ns;

		record->ns_pid = pid->numbers[0].nr;
		record->ns_levels = pid->level + 1;
		if (pid->level) {
			struct upid own;
			unsigned int i;

			for (i = 1; i < pid->level && i <= TASKMAP_NS_PIDS; i++) {
				bpf_probe_read_kernel(&own, sizeof(own),
						      &pid->numbers[i]);
				record->ns_pids[i - 1] = own.nr;
			}
			bpf_probe_read_kernel(&own, sizeof(own),
					      &pid->numbers[pid->level]);
			record->ns_pid = own.nr;
			record->ids[TASKMAP_PID_NS] = (unsigned long)own.ns;
			record->refs[TASKMAP_PID_NS] =
				BPF_CORE_READ(own.ns, ns.count.refs.counter);
			record->ns_inodes[TASKMAP_PID_NS - TASKMAP_UTS_NS] =
				BPF_CORE_READ(own.ns, ns.inum);
		} else {
			HOLD_NS(PID_NS, ns);
		}
	}

	mm = task->mm;
	HOLD(MM, mm, it->mm_users.counter);
	HOLD(ACTIVE_MM, task->active_mm,
	     it == mm ? it->mm_count.counter : 0);
	HOLD(FILES, task->files, it->count.counter);
	HOLD(FS, task->fs, it->users);
	HOLD(SIGHAND, task->sighand, it->count.refs.counter);
	HOLD(SIGNAL, task->signal, it->sigcnt.refs.counter);
	HOLD(IO, task->io_context, it->active_ref.counter);
	HOLD(CGROUPS, task->cgroups, it->refcount.refs.counter);
	record->cgroup = task->cgroups->dfl_cgrp->kn->id;
	record->ids[TASKMAP_SECCOMP] = (unsigned long)task->seccomp.filter;
	record->seccomp = task->seccomp.mode;
	record->ids[TASKMAP_SYSVSEM] = (unsigned long)task->sysvsem.undo_list;
	if (mm && task->vfork_done && !(record->flags & PF_KTHREAD) &&
	    parent->mm == mm)
		record->marks |= TASKMAP_MARK_VFORK;

	cred = task->real_cred;
	HOLD(CRED, cred, it->usage.counter);
	HOLD_NS(USER_NS, cred->user_ns);
	record->uid = cred->uid.val;
	record->gid = cred->gid.val;
	record->euid = cred->euid.val;
	record->fsuid = cred->fsuid.val;

	nsproxy = task->nsproxy;
	HOLD(NSPROXY, nsproxy, it->count.refs.counter);
	if (nsproxy) {
		HOLD_NS(UTS_NS, nsproxy->uts_ns);
		HOLD_NS(IPC_NS, nsproxy->ipc_ns);
		record->ids[TASKMAP_MNT_NS] = (unsigned long)nsproxy->mnt_ns;
		HOLD_NS(NET_NS, nsproxy->net_ns);
		HOLD_NS(TIME_NS, nsproxy->time_ns);
		HOLD_NS(CGROUP_NS, nsproxy->cgroup_ns);
		HOLD_NS(PID_CHILDREN_NS, nsproxy->pid_ns_for_children);
		HOLD_NS(TIME_CHILDREN_NS, nsproxy->time_ns_for_children);
	}
	bpf_probe_read_kernel(record->comm, sizeof(record->comm), task->comm);
}

/* Not on the stack, which has 512 bytes. Only one program at a time reads this. */
static struct taskmap_record seq_record;

SEC("iter/task")
int write_record(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (!task)
		return 0;
	__builtin_memset(&seq_record, 0, sizeof(seq_record));
	fill(&seq_record, task);
	bpf_seq_write(context->meta->seq, &seq_record, sizeof(seq_record));
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);		/* iterator.c sets it */
	__type(key, __u32);
	__type(value, struct taskmap_record);
} records SEC(".maps");

/* Records that the last run wrote. */
__u32 written;

extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task,
			     unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("syscall")
int write_records(void *context)
{
	struct taskmap_record *record;
	struct bpf_iter_task iterator;
	struct task_struct *task;
	__u32 index;

	written = 0;
	bpf_rcu_read_lock();
	bpf_iter_task_new(&iterator, NULL, BPF_TASK_ITER_ALL_THREADS);
	while ((task = bpf_iter_task_next(&iterator))) {
		index = written;
		record = bpf_map_lookup_elem(&records, &index);
		if (!record)
			break;
		fill(record, task);
		written = index + 1;
	}
	bpf_iter_task_destroy(&iterator);
	bpf_rcu_read_unlock();
	return 0;
}
