// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "explain.h"
#include "kinds.h"
#include "util.h"

static const struct {
	const char *key;
	const char *title;
} topics[TOPICS] = {
	[TOPIC_KIND] = { "kind", "What it is" },
	[TOPIC_KERNEL_THREAD] = { "kernel_thread", "Is it a \"kernel thread\"?" },
	[TOPIC_NUMBERS] = { "numbers", "What getpid() and gettid() return" },
	[TOPIC_PROC] = { "proc", "Where it is in /proc" },
	[TOPIC_LEADER] = { "leader", "What it shares with its leader" },
	[TOPIC_PARENT] = { "parent", "What it shares with its parent" },
};

/*
 * Flags that change nothing which two tasks hold, or nothing that can be told
 * from what they would hold anyway (kernel/fork.c).
 */
const char *const explain_limits[] = {
	"The flags are read off what is shared now. What a task was made with can have been others: exec(2) gives it a new address space and its own open files and signal handlers, unshare(2), setns(2) and setuid(2) change other things, each for one task.",
	"Some flags of clone(2) leave no trace in what is shared: CLONE_PARENT, CLONE_SETTLS, CLONE_PARENT_SETTID, CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID, CLONE_PIDFD, CLONE_PTRACE, CLONE_UNTRACED, CLONE_CLEAR_SIGHAND; and CLONE_VFORK, once the child has called exec or has ended, or without CLONE_VM.",
	NULL
};

const char *topic_title(enum topic topic)
{
	return topics[topic].title;
}

const char *topic_key(enum topic topic)
{
	return topics[topic].key;
}

void explain_say(struct explanation *explanation, enum topic topic,
		 char *fact, char *text)
{
	struct sentence *sentence;

	explanation->sentences = xreallocarray(explanation->sentences,
					       explanation->count + 1,
					       sizeof(*sentence));
	sentence = &explanation->sentences[explanation->count++];
	*sentence = (struct sentence){ topic, text, fact };
}

#define say	explain_say
#define f	xasprintf

static const char *of_them(unsigned int count, const char *one,
			   const char *many)
{
	return count == 1 ? one : many;
}

/* The title */

static char *title_of(const struct facts *facts)
{
	const struct taskmap_record *record = facts->record;
	const char *dead = facts->dead ? ", dead" : "";
	char name[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

	escape(record->comm, name);
	switch (record->kind) {
	case TASKMAP_PROCESS:
		return f("%d (%s): a process of one thread%s", record->pid,
			 name, dead);
	case TASKMAP_MAIN:
		return f("%d (%s): the leader of a process of %u threads%s",
			 record->pid, name, record->threads, dead);
	case TASKMAP_THREAD:
		return f("%d (%s): a thread of process %d%s", record->pid, name,
			 record->tgid, dead);
	case TASKMAP_WORKER:
		return f("%d (%s): a thread of the kernel in process %d%s",
			 record->pid, name, record->tgid, dead);
	case TASKMAP_KTHREAD:
		return f("%d (%s): a kernel thread%s", record->pid, name, dead);
	default:
		return f("%d (%s): of a kind that this reader does not know%s",
			 record->pid, name, dead);
	}
}

/* What it is */

static void explain_init(struct explanation *to)
{
	if (to->facts.record->pid == PID_INIT)
		say(to, TOPIC_KIND, f("PID 1"),
		    f("It is the first process (init). The kernel makes it at boot, and makes it the parent of those whose own parent ends."));
}

static void explain_process(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	say(to, TOPIC_KIND, f("PID = TGID = %d, 1 thread", record->pid),
	    f("A process that has one thread: this task. The kernel knows tasks; a process is all tasks with the same TGID."));
	explain_init(to);
}

static void explain_main(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	say(to, TOPIC_KIND, f("PID = TGID = %d, %u threads", record->pid,
			      record->threads),
	    f("The leader of a process of %u threads, mostly called its main thread. Its PID is the number of the whole process.",
	      record->threads));
	explain_init(to);
}

static void explain_thread(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	say(to, TOPIC_KIND, f("PID %d is not TGID %d, %u threads",
			      record->pid, record->tgid, record->threads),
	    f("A thread of process %d, and not its leader: one of the tasks that have that TGID.",
	      record->tgid));
}

/* From 6.4 on workers of io_uring have both bits (kernel/fork.c). */
static void explain_worker(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	if (record->flags & FLAG_IO_WORKER)
		say(to, TOPIC_KIND, f("PF_IO_WORKER is set in 0x%08" PRIx32,
				      (uint32_t)record->flags),
		    f("A thread that the kernel made in process %d, to work for it: io_uring does I/O by it.",
		      record->tgid));
	else
		say(to, TOPIC_KIND, f("PF_USER_WORKER is set in 0x%08" PRIx32,
				      (uint32_t)record->flags),
		    f("A thread that the kernel made in process %d, to work for it, as vhost does for the devices of virtual machines.",
		      record->tgid));
	say(to, TOPIC_KIND, f("PID %d is not TGID %d", record->pid,
			      record->tgid),
	    f("It counts as a thread of that process, but never runs its program."));
}

static void explain_memory_of_kthread(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const __u64 *ids = facts->record->ids;

	if (ids[TASKMAP_MM] && facts->lender)
		say(to, TOPIC_KIND, f("mm is that of %d", facts->lender),
		    f("It uses the address space of process %d for a while, to work for it.",
		      facts->lender));
	else if (ids[TASKMAP_MM])
		say(to, TOPIC_KIND, f("it has an mm"),
		    f("It uses the address space of a process for a while, of one that is not in this snapshot."));
	else if (facts->loaded)
		say(to, TOPIC_KIND, f("no mm; active_mm is the mm of %d",
				      facts->loaded),
		    f("It has no address space. On its processor that of process %d, which ran before, is still loaded: to leave it there is faster. It does not use it.",
		      facts->loaded));
	else if (ids[TASKMAP_ACTIVE_MM])
		say(to, TOPIC_KIND, f("no mm; active_mm is nobody's mm"),
		    f("It has no address space. On its processor the kernel's own is loaded, or one that an ended process left."));
	else
		say(to, TOPIC_KIND, f("no mm, no active_mm"),
		    f("It has no address space, and now that it does not run not even one that another left loaded."));
}

static void explain_kthread(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	say(to, TOPIC_KIND, f("PF_KTHREAD is set in 0x%08" PRIx32,
			      (uint32_t)record->flags),
	    f("A kernel thread: a task that runs the kernel's own code and has no program and no memory in user space."));
	if (record->pid == PID_KTHREADD)
		say(to, TOPIC_KIND, f("PID 2"),
		    f("It is kthreadd, which makes the other kernel threads."));
	if (record->flags & FLAG_WQ_WORKER)
		say(to, TOPIC_KIND, f("PF_WQ_WORKER is set"),
		    f("It works off a queue of jobs of the kernel (a workqueue)."));
	if (record->flags & FLAG_IO_WORKER)
		say(to, TOPIC_KIND, f("PF_IO_WORKER is set"),
		    f("It works for io_uring, which has kernel threads for that before Linux 5.12, and threads within the process later."));
	if (!to->facts.dead)
		explain_memory_of_kthread(to);
}

static void explain_dead(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	char *fact = f("state %c, %u live %s", record->state, facts->live,
		       of_them(facts->live, "thread", "threads"));

	if (record->state != 'Z')
		say(to, TOPIC_KIND, fact,
		    f("It has ended, and is being removed right now."));
	else if (facts->leader && facts->live)
		say(to, TOPIC_KIND, fact,
		    f("It has ended, but its process has not: %u %s. It stays as a zombie until the last of them ends, for its number is that of the process.",
		      facts->live, of_them(facts->live, "thread lives on",
					   "threads live on")));
	else if (facts->leader)
		say(to, TOPIC_KIND, fact,
		    f("It has ended and is a zombie: it gave back what it held, and what is left tells its parent, %d, how it ended, when that asks (wait(2)).",
		      record->ppid));
	else
		say(to, TOPIC_KIND, fact,
		    f("It has ended and is a zombie: a thread stays only until whoever traces it, as a debugger, has taken note."));
}

static void explain_vfork(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;

	if (record->marks & TASKMAP_MARK_VFORK)
		say(to, TOPIC_KIND, f("mm is that of %d, and it waits for this one",
				      facts->lender),
		    f("A child of vfork(2): it still runs in the address space of process %d, and the task there that made it stands still until this one calls exec or ends.",
		      facts->lender));
	if (facts->borrower && record->state == 'D')
		say(to, TOPIC_KIND, f("mm of %d is this one, state D",
				      facts->borrower),
		    f("It called vfork(2) and stands still: its child %d runs in its address space, until that calls exec or ends.",
		      facts->borrower));
	else if (facts->borrower)
		say(to, TOPIC_KIND, f("mm of %d is this one", facts->borrower),
		    f("Its address space is lent to %d, a child by vfork(2), until that calls exec or ends.",
		      facts->borrower));
}

static void explain_memory(struct explanation *to)
{
	const struct facts *facts = &to->facts;

	if (!facts->record->ids[TASKMAP_MM])
		say(to, TOPIC_KIND, f("no mm"),
		    f("It has no address space: not yet, or not any more."));
	if (facts->beside.count == 1)
		say(to, TOPIC_KIND, f("mm is that of %d, too",
				      facts->beside.tgid),
		    f("Another process, %d, uses the same address space, as threads of one process do.",
		      facts->beside.tgid));
	else if (facts->beside.count)
		say(to, TOPIC_KIND, f("mm is that of %d, too",
				      facts->beside.tgid),
		    f("%u other processes, %d for one, use the same address space, as threads of one process do.",
		      facts->beside.count, facts->beside.tgid));
}

static void explain_kind(struct explanation *to)
{
	const struct facts *facts = &to->facts;

	switch (facts->record->kind) {
	case TASKMAP_PROCESS:
		explain_process(to);
		break;
	case TASKMAP_MAIN:
		explain_main(to);
		break;
	case TASKMAP_THREAD:
		explain_thread(to);
		break;
	case TASKMAP_WORKER:
		explain_worker(to);
		break;
	case TASKMAP_KTHREAD:
		explain_kthread(to);
		break;
	}
	if (facts->dead) {
		explain_dead(to);
	} else if (facts->kernel_thread != KERNEL_THREAD_YES) {
		explain_vfork(to);
		explain_memory(to);
	}
}

/* Is it a kernel thread? */

static void explain_senses(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	uint32_t flags = record->flags;

	say(to, TOPIC_KERNEL_THREAD, f("it is a task"),
	    f(facts->dead ?
	      "It was, if that means a thread that the kernel knows and gives processors to: every task is one while it lives." :
	      "Yes, if that means a thread that the kernel knows and gives processors to: every task is one."));
	if (facts->kernel_thread == KERNEL_THREAD_YES)
		say(to, TOPIC_KERNEL_THREAD, f("PF_KTHREAD is set"),
		    f("Yes, if that means a task that belongs to the kernel alone. That is what ps(1) and this program mean by it."));
	else if (facts->kernel_thread == KERNEL_THREAD_INSIDE)
		say(to, TOPIC_KERNEL_THREAD,
		    f("PF_KTHREAD is not set in 0x%08" PRIx32, flags),
		    f("Half, if that means a task of the kernel alone: it never leaves the kernel, but it is part of process %d and uses its address space.",
		      record->tgid));
	else
		say(to, TOPIC_KERNEL_THREAD,
		    f("PF_KTHREAD is not set in 0x%08" PRIx32, flags),
		    f("No, if that means a task of the kernel alone: this one is of a process, and %s its program.",
		      facts->dead ? "ran" : "runs"));
}

/* What getpid() and gettid() return */

static const char *returns(const struct facts *facts)
{
	if (facts->dead)
		return "returned";
	return facts->kernel_thread == KERNEL_THREAD_NO ? "returns" :
							  "would return";
}

static void explain_gettid(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;

	if (!facts->gettid)
		say(to, TOPIC_NUMBERS, f("no NSPID"),
		    f("What gettid() returned to it cannot be told: it has given back its number."));
	else
		say(to, TOPIC_NUMBERS, facts->gettid == record->pid ?
		    f("PID %d", record->pid) : f("NSPID %d", facts->gettid),
		    f("gettid() %s %d to it: the number of the task.",
		      returns(facts), facts->gettid));
}

static void explain_getpid(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	char *fact;

	if (!facts->getpid) {
		if (facts->leader)
			return;
		say(to, TOPIC_NUMBERS, f("TGID %d", record->tgid),
		    f("What getpid() returns to it cannot be told: its leader, %d, is not in this snapshot, or has given back its number.",
		      record->tgid));
		return;
	}
	fact = facts->getpid == record->tgid ?
	       f("TGID %d", record->tgid) :
	       f("NSPID %d of %d", facts->getpid, record->tgid);
	if (facts->kernel_thread == KERNEL_THREAD_YES)
		say(to, TOPIC_NUMBERS, fact,
		    f("getpid() %s %d: each kernel thread is by itself.",
		      returns(facts), facts->getpid));
	else if (facts->leader)
		say(to, TOPIC_NUMBERS, fact,
		    f("getpid() %s %d, too: the number of its process, which is that of its leader.",
		      returns(facts), facts->getpid));
	else
		say(to, TOPIC_NUMBERS, fact,
		    f("getpid() %s %d, as to all threads of its process: the number of its leader.",
		      returns(facts), facts->getpid));
}

static void explain_numbers(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;

	if (!facts->dead && facts->kernel_thread != KERNEL_THREAD_NO)
		say(to, TOPIC_NUMBERS, NULL,
		    f("It makes no system calls, so this is what they would return."));
	explain_gettid(to);
	explain_getpid(to);
	if (facts->home == HOME_OTHER)
		say(to, TOPIC_NUMBERS, f("PID %d, TGID %d", record->pid,
					 record->tgid),
		    f("These are its numbers in the pid namespace that it lives in. In the initial one, whose numbers all others here are, it is task %d of process %d.",
		      record->pid, record->tgid));
	if (facts->home == HOME_OTHER && facts->gettid == 1 && !facts->dead)
		say(to, TOPIC_NUMBERS, f("NSPID 1"),
		    f("It is the first process (init) of its pid namespace: when it ends, the kernel kills all others there."));
}

/* Where it is in /proc */

/* That "ls" shows leaders alone: next_tgid(), proc_pid_lookup(), fs/proc/base.c. */
static void explain_proc(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;

	if (facts->leader) {
		say(to, TOPIC_PROC, f("PID = TGID = %d", record->pid),
		    f("It is /proc/%d, and \"ls /proc\" shows it, as all whose PID is their TGID.",
		      record->pid));
		if (record->threads > 1)
			say(to, TOPIC_PROC, f("%u threads", record->threads),
			    f("All threads of its process, itself too, are in /proc/%d/task.",
			      record->tgid));
	} else {
		say(to, TOPIC_PROC, f("PID %d is not TGID %d", record->pid,
				      record->tgid),
		    f("It is /proc/%d/task/%d.", record->tgid, record->pid));
		say(to, TOPIC_PROC, NULL,
		    f("\"ls /proc\" does not show %d, for it lists leaders alone. \"cd /proc/%d\" works all the same: there is a directory for each task, if one asks by name.",
		      record->pid, record->pid));
	}
	if (facts->home != HOME_OTHER || !facts->gettid || !facts->getpid)
		return;
	say(to, TOPIC_PROC, f("NSPID %d", facts->gettid),
	    f("In a /proc that was mounted in its own pid namespace it is /proc/%d/task/%d.",
	      facts->getpid, facts->gettid));
}

struct explanation explain(struct model *model, unsigned int task)
{
	struct explanation explanation = { .facts = facts_find(model, task) };

	explanation.title = title_of(&explanation.facts);
	explain_kind(&explanation);
	explain_senses(&explanation);
	explain_numbers(&explanation);
	explain_proc(&explanation);
	explain_leader(&explanation, model);
	explain_parent(&explanation, model);
	return explanation;
}

void explanation_free(struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++) {
		free(explanation->sentences[i].text);
		free(explanation->sentences[i].fact);
	}
	free(explanation->sentences);
	free(explanation->title);
}
