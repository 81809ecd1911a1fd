// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * A BPF iterator over all tasks, to compare the module with. It writes the
 * record of module/uapi/taskmap.h with all fields except births, and with
 * addresses as ids. It takes no lock, so its records are not coherent, and it
 * does not hash.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "taskmap.h"

#define PF_IO_WORKER	0x00000010
#define PF_KTHREAD	0x00200000

char _license[] SEC("license") = "GPL";

/* Not on the stack, which has 512 bytes. Only one program at a time reads this. */
static struct taskmap_record record;

#define HOLD(resource, pointer, counter)				\
	do {								\
		typeof(pointer) it = (pointer);				\
									\
		record.ids[TASKMAP_##resource] = (unsigned long)it;	\
		if (it)							\
			record.refs[TASKMAP_##resource] = (counter);	\
	} while (0)

#define HOLD_NS(resource, pointer)					\
	do {								\
		typeof(pointer) space = (pointer);			\
									\
		HOLD(resource, space, it->ns.count.refs.counter);	\
		if (space)						\
			record.ns_inodes[TASKMAP_##resource -		\
					 TASKMAP_UTS_NS] =		\
				space->ns.inum;				\
	} while (0)

static __always_inline __u8 kind_of_record(void)
{
	if (record.flags & PF_KTHREAD)
		return TASKMAP_KTHREAD;
	if (record.flags & PF_IO_WORKER)
		return TASKMAP_WORKER;
	if (record.pid != record.tgid)
		return TASKMAP_THREAD;
	if (record.threads > 1)
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

SEC("iter/task")
int write_record(struct bpf_iter__task *context)
{
	struct seq_file *seq = context->meta->seq;
	struct task_struct *task = context->task;
	struct task_struct *parent;
	struct nsproxy *nsproxy;
	const struct cred *cred;
	struct mm_struct *mm;
	struct pid *pid;

	if (!task)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	parent = task->real_parent;
	record.task = (unsigned long)task;
	record.start_ns = task->start_boottime;
	record.pid = task->pid;
	record.tgid = task->tgid;
	record.ppid = parent->tgid;
	record.parent = parent->pid;
	if (task->ptrace)
		record.tracer = task->parent->pid;
	record.pgrp = number_of(task->signal->pids[PIDTYPE_PGID]);
	record.session = number_of(task->signal->pids[PIDTYPE_SID]);
	if (task->exit_state)
		record.exit_code = exit_code_of(task);
	record.flags = task->flags;
	record.exit_signal = task->exit_signal;
	record.threads = task->signal->nr_threads;
	record.state = state_of(task);
	record.kind = kind_of_record();

	/* The verifier rejects direct reads of numbers[] at a variable index. */
	pid = task->thread_pid;
	if (pid) {
		struct pid_namespace *ns = pid->numbers[0].ns;

		record.ns_pid = pid->numbers[0].nr;
		record.ns_levels = pid->level + 1;
		if (pid->level) {
			struct upid own;
			unsigned int i;

			for (i = 1; i < pid->level && i <= TASKMAP_NS_PIDS; i++) {
				bpf_probe_read_kernel(&own, sizeof(own),
						      &pid->numbers[i]);
				record.ns_pids[i - 1] = own.nr;
			}
			bpf_probe_read_kernel(&own, sizeof(own),
					      &pid->numbers[pid->level]);
			record.ns_pid = own.nr;
			record.ids[TASKMAP_PID_NS] = (unsigned long)own.ns;
			record.refs[TASKMAP_PID_NS] =
				BPF_CORE_READ(own.ns, ns.count.refs.counter);
			record.ns_inodes[TASKMAP_PID_NS - TASKMAP_UTS_NS] =
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
	record.cgroup = task->cgroups->dfl_cgrp->kn->id;
	record.ids[TASKMAP_SECCOMP] = (unsigned long)task->seccomp.filter;
	record.seccomp = task->seccomp.mode;
	record.ids[TASKMAP_SYSVSEM] = (unsigned long)task->sysvsem.undo_list;
	if (mm && task->vfork_done && !(record.flags & PF_KTHREAD) &&
	    parent->mm == mm)
		record.marks |= TASKMAP_MARK_VFORK;

	cred = task->real_cred;
	HOLD(CRED, cred, it->usage.counter);
	HOLD_NS(USER_NS, cred->user_ns);
	record.uid = cred->uid.val;
	record.gid = cred->gid.val;
	record.euid = cred->euid.val;
	record.fsuid = cred->fsuid.val;

	nsproxy = task->nsproxy;
	HOLD(NSPROXY, nsproxy, it->count.counter);
	if (nsproxy) {
		HOLD_NS(UTS_NS, nsproxy->uts_ns);
		HOLD_NS(IPC_NS, nsproxy->ipc_ns);
		record.ids[TASKMAP_MNT_NS] = (unsigned long)nsproxy->mnt_ns;
		HOLD_NS(NET_NS, nsproxy->net_ns);
		HOLD_NS(TIME_NS, nsproxy->time_ns);
		HOLD_NS(CGROUP_NS, nsproxy->cgroup_ns);
		HOLD_NS(PID_CHILDREN_NS, nsproxy->pid_ns_for_children);
		HOLD_NS(TIME_CHILDREN_NS, nsproxy->time_ns_for_children);
	}
	bpf_probe_read_kernel(record.comm, sizeof(record.comm), task->comm);
	bpf_seq_write(seq, &record, sizeof(record));
	return 0;
}
