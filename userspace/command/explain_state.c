// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Sentences about the state of a task, what it waits for, and its tracer.
 */
#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "command/explain.h"

static void __attribute__((format(printf, 3, 4)))
state(struct explanation *to, char *fact, const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	need_memory(vasprintf(&text, format, args) < 0);
	va_end(args);
	say(to, TOPIC_STATE, fact, "%s", text);
	free(text);
}

/* The letters of ps(1): get_task_state() in fs/proc/array.c. */
static const char *state_name(unsigned char letter)
{
	switch (letter) {
	case 'R': return "Running, or waiting for a CPU.";
	case 'S': return "Sleeping.";
	case 'D': return "Sleeping; only a fatal signal or what it waits for wakes it.";
	case 'T': return "Stopped by a signal.";
	case 't': return "Stopped for its tracer.";
	case 'I': return "Idle: it waits for work and does not count as load.";
	case 'P': return "Parked: its CPU is offline, or it is not needed.";
	default: return NULL;
	}
}

static void explain_tracer(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;
	unsigned int tracer = model_find(to->model, record->tracer);
	char name[ESCAPED_SIZE(TASKMAP_COMM_LEN)] = "not in this snapshot";

	if (!record->tracer)
		return;
	if (tracer != NO_TASK)
		escape(to->model->tasks[tracer].comm, name);
	state(to, xasprintf("TRACER %d", record->tracer),
	      "Traced by %d (%s).", record->tracer, name);
}

/* The exit status, in the encoding of wait(2). */
static void explain_exit_code(struct explanation *to)
{
	int code = to->facts.record->exit_code;
	char *fact;

	/* Older modules do not record the exit code. */
	if (to->model->scalars <= offsetof(struct taskmap_record, exit_code))
		return;
	if (code < 0) {
		state(to, NULL, "Its exit status is unknown.");
		return;
	}
	fact = xasprintf("EXIT_CODE %d", code);
	if (WIFSIGNALED(code))
		state(to, fact, "Signal %d killed it%s.", WTERMSIG(code),
		      WCOREDUMP(code) ? ", and it dumped core" : "");
	else
		state(to, fact, "Its exit status is %d.", WEXITSTATUS(code));
}

/* wait(2) skips such children: eligible_child() in kernel/exit.c. */
static void explain_exit_signal(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	if (to->facts.leader && record->exit_signal != SIGCHLD)
		state(to, xasprintf("EXIT_SIGNAL %d", record->exit_signal),
		      "Its exit signal is %d, so wait(2) finds it only with __WALL or __WCLONE.",
		      record->exit_signal);
}

/*
 * A tracer that is not the parent takes the exit status first:
 * wait_task_zombie() in kernel/exit.c.
 */
static void explain_zombie(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	unsigned int tracer = model_find(to->model, record->tracer);
	bool others = record->tracer && record->tracer != record->ppid &&
		      (tracer == NO_TASK ||
		       to->model->tasks[tracer].tgid != record->ppid);
	char *words = explain_threads(facts->live, facts->live_workers);
	unsigned int live = facts->live + facts->live_workers;
	char *fact = xasprintf("state Z, %s alive", words);

	if (facts->leader && live)
		state(to, fact,
		      "Zombie: it has ended, and remains until the last thread of its process ends, because its PID is the number of the process: %s %s.",
		      words, live == 1 ? "lives" : "live");
	else if (others)
		state(to, fact,
		      "Zombie: it has ended, and its tracer %d must take its exit status first, then its parent %d.",
		      record->tracer, record->ppid);
	else if (facts->leader)
		state(to, fact,
		      "Zombie: it has ended, and remains until its parent %d takes its exit status with wait(2).",
		      record->ppid);
	else
		state(to, fact,
		      "Zombie: a thread remains a zombie only until its tracer takes its exit status.");
	free(words);
	explain_exit_code(to);
	explain_exit_signal(to);
}

/* Maximum number of tasks to name that the init of a pid namespace waits for. */
#define NAMED	5

/*
 * When the init of a pid namespace ends, it kills all other tasks there and waits
 * until they are reaped: zap_pid_ns_processes() in kernel/pid_namespace.c.
 */
static void explain_last(struct explanation *to)
{
	const struct model *model = to->model;
	unsigned int count = 0;
	char *list = xstrdup("");

	for (unsigned int i = 0; i < model->count; i++) {
		const struct taskmap_record *other = &model->tasks[i];

		if (!model_same(model, i, to->facts.task, TASKMAP_PID_NS) ||
		    other->tgid == to->facts.record->tgid)
			continue;
		if (count++ < NAMED)
			list = joined(list, ", ", other->state == 'Z' ?
				      xasprintf("%d (zombie, parent %d)",
						other->pid, other->ppid) :
				      xasprintf("%d", other->pid));
	}
	if (count > NAMED)
		list = joined(list, "", xasprintf(" and %u more", count - NAMED));
	if (model->unknown & BIT(TASKMAP_PID_NS))
		list = joined(list, "", xstrdup(" and perhaps others"));
	if (count)
		state(to, xasprintf("NSPID 1"),
		      "It is the init of its pid namespace, and waits until all other tasks there are reaped: %s.",
		      list);
	free(list);
}

/*
 * PF_POSTCOREDUMP does not mean that there is a core dump: every task gets it when
 * it starts to exit (coredump_task_exit() in kernel/exit.c).
 */
static void explain_ending(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	uint32_t flags = facts->record->flags;

	if (flags & FLAG_DUMPCORE)
		state(to, xasprintf("PF_DUMPCORE is set"),
		      "Dumping core; it no longer runs its program.");
	else
		state(to, xasprintf(flags & FLAG_EXITING ? "PF_EXITING is set" :
				    "PF_POSTCOREDUMP is set"),
		      "Ending; it no longer runs its program.");
	if (facts->dumper && !(flags & FLAG_DUMPCORE))
		state(to, xasprintf("PF_DUMPCORE of %d is set", facts->dumper),
		      "Its process dumps core: thread %d does.", facts->dumper);
	if (flags & FLAG_EXITING && facts->leader &&
	    facts->home == HOME_OTHER && facts->gettid == 1)
		explain_last(to);
}

static void explain_vfork(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;

	if (record->marks & TASKMAP_MARK_VFORK)
		state(to, xasprintf("mm is that of %d", facts->lender),
		      "It uses the address space of %d after vfork(2), until it calls exec(2) or ends.",
		      facts->lender);
	if (record->state == 'D' && facts->awaited)
		state(to, xasprintf("mm of %d is this one", facts->awaited),
		      "Waits in vfork(2) until its child %d calls exec(2) or ends.",
		      facts->awaited);
	else if (facts->borrower)
		state(to, xasprintf("mm of %d is this one", facts->borrower),
		      "%d, a vfork(2) child of its process, borrows its address space.",
		      facts->borrower);
}

void explain_state(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	bool ending = record->flags & (FLAG_EXITING | FLAG_DUMPCORE |
				       FLAG_POSTCOREDUMP);
	const char *name = state_name(record->state);
	char letter[2] = { (char)record->state, '\0' };

	if (record->state == 'Z') {
		explain_zombie(to);
	} else if (facts->dead) {
		state(to, xasprintf("state %s", letter),
		      "It has ended and is being removed.");
	} else {
		if (ending && !model_is_kthread(to->model, facts->task))
			explain_ending(to);
		else if (record->state == 'D' && facts->awaited)
			;	/* explain_vfork() says what it waits for */
		else if (name)
			state(to, xasprintf("state %s", letter), "%s", name);
		else if (isascii(record->state) && isalpha(record->state))
			state(to, NULL, "In state %s.", letter);
		explain_vfork(to);
	}
	explain_tracer(to);
}
