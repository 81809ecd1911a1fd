// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap explain: what a task is, in plain words.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/explain.h"

#define INDENT		"  "
#define NARROWEST	60	/* below that words and titles are too long */
#define WIDEST		110	/* longer lines are hard to read */

/* Width of the sentences. The facts beside them take the rest. */
#define PART_OF_TEXT(width)	((width) * 5 / 8)

static const struct {
	const char *key;
	const char *title;
} topics[TOPICS] = {
	[TOPIC_KIND] = { "kind", "What it is" },
	[TOPIC_KERNEL_THREAD] = { "kernel_thread", "Is it a \"kernel thread\"?" },
	[TOPIC_NUMBERS] = { "numbers", "What getpid() and gettid() return" },
	[TOPIC_PROC] = { "proc", "Where it is in /proc" },
	[TOPIC_BIRTH] = { "birth", "How it was created" },
	[TOPIC_LEADER] = { "leader", "What it shares with its leader" },
	[TOPIC_PARENT] = { "parent", "What it shares with its parent" },
	[TOPIC_OTHERS] = { "others", "What it shares with other processes" },
	[TOPIC_STATE] = { "state", "What it is doing" },
	[TOPIC_UNUSUAL] = { "unusual", "What is unusual about it" },
};

/*
 * Why inferred flags can be wrong. The flags in the second text change nothing
 * that two tasks hold, or nothing that the snapshot can show (kernel/fork.c).
 */
static const char *const limits[] = {
	"If a birth is not recorded, the flags are inferred from what tasks share now. The task can have been created with other flags: exec(2) gives it a new address space and its own open files and signal handlers; unshare(2), setns(2) and setuid(2) change other resources of a single task.",
	"Some flags of clone(2) leave no trace in what tasks share: CLONE_PARENT, CLONE_SETTLS, CLONE_PARENT_SETTID, CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID, CLONE_PIDFD, CLONE_PTRACE, CLONE_UNTRACED, CLONE_CLEAR_SIGHAND; also CLONE_VFORK, after the child has called exec or has ended, or without CLONE_VM.",
};

void say(struct explanation *explanation, enum topic topic, char *fact,
	 const char *format, ...)
{
	struct sentence *sentence;
	va_list args;

	explanation->sentences = xgrow(explanation->sentences,
				       explanation->count, sizeof(*sentence));
	sentence = &explanation->sentences[explanation->count++];
	*sentence = (struct sentence){ .topic = topic, .fact = fact };
	va_start(args, format);
	need_memory(vasprintf(&sentence->text, format, args) < 0);
	va_end(args);
}

/* Process 1 and kthreadd always live in the initial pid namespace. */
static enum home home_of(const struct model *model, unsigned int task)
{
	unsigned int native = model_find(model, PID_INIT);

	if (native == NO_TASK)
		native = model_find(model, PID_KTHREADD);
	if (native == NO_TASK ||
	    !model->tasks[native].ids[TASKMAP_PID_NS] ||
	    !model->tasks[task].ids[TASKMAP_PID_NS])
		return HOME_UNKNOWN;
	return model_same(model, task, native, TASKMAP_PID_NS) ? HOME_INITIAL :
								 HOME_OTHER;
}

/*
 * getpid() returns the number of the leader. All threads of a process live in
 * one pid namespace.
 */
static int getpid_of(const struct model *model, unsigned int task)
{
	unsigned int leader = model_leader(model, task);

	if (leader != NO_TASK &&
	    (leader == task || model_same(model, task, leader, TASKMAP_PID_NS) ||
	     model_unknown(model, task, leader) & BIT(TASKMAP_PID_NS)))
		return model->tasks[leader].ns_pid;
	return 0;
}

static struct relative relative_of(struct model *model, unsigned int task,
				   int pid, unsigned int other)
{
	struct relative relative = { .pid = pid, .task = other };

	if (other != NO_TASK)
		need_memory(relate(model, task, other, &relative.relation));
	return relative;
}

/*
 * A parent is in the pid namespace of its child or in one above it, where the
 * child cannot see it (sys_getppid() in kernel/sys.c).
 */
static bool find_getppid(struct facts *facts, const struct model *model)
{
	unsigned int parent = model_parent(model, facts->task);

	if (!facts->record->ppid)
		return true;
	if (parent == NO_TASK)
		return false;
	if (model_differ(model, facts->task, parent, TASKMAP_PID_NS))
		return true;
	facts->getppid = model->tasks[parent].ns_pid;
	return facts->getppid &&
	       model_same(model, facts->task, parent, TASKMAP_PID_NS);
}

static void find_memory(struct facts *facts, const struct model *model)
{
	unsigned int task = facts->task;
	bool memory = facts->record->ids[TASKMAP_MM];

	if (model_is_kthread(model, task)) {
		if (memory)
			facts->lender = model_others(model, task,
						     TASKMAP_MM).tgid;
		else
			facts->loaded = model_owner(model,
						    facts->record->ids[TASKMAP_ACTIVE_MM]);
		return;
	}
	if (facts->record->marks & TASKMAP_MARK_VFORK)
		facts->lender = facts->record->ppid;
	facts->borrower = model_borrower(model, task);
	facts->awaited = model_vfork_child(model, task);
}

/* A crafted file can have more workers than the kernel counts threads. */
static void find_threads(struct facts *facts, struct model *model)
{
	struct crew crew;

	need_memory(model_crew(model, facts->task, &crew));
	facts->live = crew.live;
	facts->live_workers = crew.live_workers;
	facts->workers = crew.workers < facts->record->threads ? crew.workers : 0;
	facts->dumper = crew.dumper;
}

static struct facts facts_find(struct model *model, unsigned int task)
{
	const struct taskmap_record *record = &model->tasks[task];
	struct facts facts = {
		.record = record,
		.task = task,
		.kernel = record->kind == TASKMAP_KTHREAD ||
			  record->kind == TASKMAP_WORKER,
		.leader = model_is_leader(model, task),
		.dead = model_is_dead(model, task),
		.home = home_of(model, task),
		.gettid = record->ns_pid,
		.getpid = getpid_of(model, task),
	};
	struct creator creator;

	if (!facts.leader)
		facts.with_leader = relative_of(model, task, record->tgid,
						model_leader(model, task));
	facts.with_parent = relative_of(model, task, record->ppid,
					model_parent(model, task));
	facts.birth = model_birth(model, task);
	creator = model_creator(model, task);
	facts.basis = creator.basis;
	facts.with_creator = relative_of(model, task, creator.task == NO_TASK ?
					 facts.birth.pid :
					 model->tasks[creator.task].pid,
					 creator.task);
	facts.getppid_known = find_getppid(&facts, model);
	find_memory(&facts, model);
	find_threads(&facts, model);
	return facts;
}

static const char *of_them(unsigned int count, const char *one,
			   const char *many)
{
	return count == 1 ? one : many;
}

/* Title */

char *explain_threads(unsigned int threads, unsigned int workers)
{
	char *words = xstrdup("");

	if (threads || !workers)
		words = joined(words, "",
			       xasprintf("%u %s", threads,
					 of_them(threads, "thread", "threads")));
	if (workers)
		words = joined(words, " and ",
			       xasprintf("%u kernel %s", workers,
					 of_them(workers, "worker", "workers")));
	return words;
}

/* Kernel workers run in the process, but are not threads of its program. */
static char *threads_of(const struct facts *facts)
{
	return explain_threads(facts->record->threads - facts->workers,
			       facts->workers);
}

static char *kind_of(const struct facts *facts)
{
	const struct taskmap_record *record = facts->record;
	char *threads, *kind;

	switch (record->kind) {
	case TASKMAP_PROCESS:
		return xstrdup("a process with 1 thread");
	case TASKMAP_MAIN:
		threads = threads_of(facts);
		kind = xasprintf("the leader of a process with %s", threads);
		free(threads);
		return kind;
	case TASKMAP_THREAD:
		return xasprintf("a thread of process %d", record->tgid);
	case TASKMAP_WORKER:
		return xasprintf("a kernel worker in process %d", record->tgid);
	case TASKMAP_KTHREAD:
		return xstrdup("a kernel thread");
	default:
		return xstrdup("a task of a kind that this reader does not know");
	}
}

static char *title_of(const struct facts *facts)
{
	char name[ESCAPED_SIZE(TASKMAP_COMM_LEN)];
	char *kind = kind_of(facts);
	char *title = xasprintf("%d (%s): %s%s", facts->record->pid,
				escape(facts->record->comm, name), kind,
				facts->dead ? ", dead" : "");

	free(kind);
	return title;
}

/* What it is */

static void explain_init(struct explanation *to)
{
	if (to->facts.record->pid == PID_INIT)
		say(to, TOPIC_KIND, xasprintf("PID 1"), to->model->nested ?
		    "It is the first process (init) of its pid namespace: when it ends, the kernel kills all others there." :
		    "It is the first process (init), which the kernel creates at boot. It adopts a process whose parent ends, unless another thread of that parent or a subreaper does.");
}

/* Since Linux 6.4, io_uring workers have both bits (kernel/fork.c). */
static void explain_worker(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	if (record->flags & FLAG_IO_WORKER)
		say(to, TOPIC_KIND,
		    xasprintf("PF_IO_WORKER is set in 0x%08" PRIx32,
			      (uint32_t)record->flags),
		    "A thread that the kernel created in process %d: a worker of io_uring.",
		    record->tgid);
	else
		say(to, TOPIC_KIND,
		    xasprintf("PF_USER_WORKER is set in 0x%08" PRIx32,
			      (uint32_t)record->flags),
		    "A thread that the kernel created in process %d to work for it, as vhost does for the devices of a virtual machine.",
		    record->tgid);
	say(to, TOPIC_KIND,
	    xasprintf("PID %d is not TGID %d", record->pid, record->tgid),
	    "It counts as a thread of that process, but never runs its program.");
}

static void explain_memory_of_kthread(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const __u64 *ids = facts->record->ids;
	uint32_t unknown = facts->record->unknown;

	if (unknown & BIT(TASKMAP_MM))
		return;
	if (ids[TASKMAP_MM] && facts->lender)
		say(to, TOPIC_KIND,
		    xasprintf("mm is that of %d", facts->lender),
		    "It is using the address space of process %d, to work for it.",
		    facts->lender);
	else if (ids[TASKMAP_MM])
		say(to, TOPIC_KIND, xasprintf("it has an mm"),
		    "It is using the address space of a process that is not in this snapshot.");
	else if (facts->loaded)
		say(to, TOPIC_KIND,
		    xasprintf("no mm; active_mm is the mm of %d",
			      facts->loaded),
		    "It has no address space and uses none. The one of process %d, which ran before on its CPU, is still loaded, because it is faster to leave it there.",
		    facts->loaded);
	else if (ids[TASKMAP_ACTIVE_MM])
		say(to, TOPIC_KIND,
		    xasprintf("no mm; active_mm is nobody's mm"),
		    "It has no address space. Its CPU has loaded the kernel's own, or one that an ended process left.");
	else if (unknown & BIT(TASKMAP_ACTIVE_MM))
		say(to, TOPIC_KIND, xasprintf("no mm"),
		    "It has no address space. Whether its CPU has loaded one is unknown.");
	else
		say(to, TOPIC_KIND, xasprintf("no mm, no active_mm"),
		    "It has no address space; while it is not running, not even a borrowed one.");
}

static void explain_kthread(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;

	say(to, TOPIC_KIND,
	    xasprintf("PF_KTHREAD is set in 0x%08" PRIx32,
		      (uint32_t)record->flags),
	    "A kernel thread: a task that runs the kernel's own code and has no program and no memory in user space.");
	if (record->pid == PID_KTHREADD)
		say(to, TOPIC_KIND, xasprintf("PID 2"),
		    "It is kthreadd, which creates the other kernel threads.");
	if (record->flags & FLAG_WQ_WORKER)
		say(to, TOPIC_KIND, xasprintf("PF_WQ_WORKER is set"),
		    "It runs jobs from a queue of the kernel (a workqueue).");
	if (record->flags & FLAG_IO_WORKER)
		say(to, TOPIC_KIND, xasprintf("PF_IO_WORKER is set"),
		    "It works for io_uring. Before Linux 5.12 such workers are kernel threads; later they are threads inside the process.");
	if (!to->facts.dead)
		explain_memory_of_kthread(to);
}

static void explain_memory(struct explanation *to)
{
	const struct facts *facts = &to->facts;

	if (!facts->record->ids[TASKMAP_MM] &&
	    !(facts->record->unknown & BIT(TASKMAP_MM)))
		say(to, TOPIC_KIND, xasprintf("no mm"),
		    model_is_ending(to->model, facts->task) ?
		    "It has released its address space." :
		    "It has no address space.");
}

static void explain_kind(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	char *threads;

	switch (record->kind) {
	case TASKMAP_PROCESS:
		say(to, TOPIC_KIND,
		    xasprintf("PID = TGID = %d, 1 thread", record->pid),
		    "A process with one thread: this task. To the kernel, a process is all tasks with the same TGID.");
		explain_init(to);
		break;
	case TASKMAP_MAIN:
		threads = threads_of(facts);
		say(to, TOPIC_KIND,
		    xasprintf("PID = TGID = %d, %u threads", record->pid,
			      record->threads),
		    "The leader of a process with %s, usually called its main thread. Its PID is the number of the whole process.",
		    threads);
		free(threads);
		explain_init(to);
		break;
	case TASKMAP_THREAD:
		say(to, TOPIC_KIND,
		    xasprintf("PID %d is not TGID %d, %u threads", record->pid,
			      record->tgid, record->threads),
		    "A thread of process %d, not its leader: one of the tasks with that TGID.",
		    record->tgid);
		break;
	case TASKMAP_WORKER:
		explain_worker(to);
		break;
	case TASKMAP_KTHREAD:
		explain_kthread(to);
		break;
	}
	if (!facts->dead && record->kind != TASKMAP_KTHREAD)
		explain_memory(to);
}

/* Is it a kernel thread? */

static void explain_senses(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	uint32_t flags = record->flags;

	say(to, TOPIC_KERNEL_THREAD, xasprintf("it is a task"),
	    facts->dead ? "It was one, if this means a thread that the kernel knows and schedules: every task is one while it lives." : "Yes, if this means a thread that the kernel knows and schedules: every task is one.");
	if (record->kind == TASKMAP_KTHREAD)
		say(to, TOPIC_KERNEL_THREAD, xasprintf("PF_KTHREAD is set"),
		    "Yes, if this means a task that belongs to the kernel alone. ps(1) and this program use the term in this sense.");
	else if (record->kind == TASKMAP_WORKER)
		say(to, TOPIC_KERNEL_THREAD,
		    xasprintf("PF_KTHREAD is not set in 0x%08" PRIx32, flags),
		    "Partly, if this means a task that belongs to the kernel alone: it never leaves the kernel, but it is part of process %d and uses its address space.",
		    record->tgid);
	else
		say(to, TOPIC_KERNEL_THREAD,
		    xasprintf("PF_KTHREAD is not set in 0x%08" PRIx32, flags),
		    "No, if this means a task that belongs to the kernel alone: this task belongs to a process and %s its program.",
		    facts->dead ? "ran" : facts->record->flags & FLAG_EXITING ?
		    "no longer runs" : "runs");
}

/* What getpid() and gettid() return */

static const char *returns(const struct facts *facts)
{
	if (facts->dead)
		return "returned";
	return facts->kernel ? "would return" : "returns";
}

static void explain_gettid(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;

	if (!facts->gettid)
		say(to, TOPIC_NUMBERS, xasprintf("no NSPID"),
		    "Unknown: what gettid() returned to it, because it has released its number.");
	else
		say(to, TOPIC_NUMBERS,
		    facts->gettid == record->pid ? xasprintf("PID %d", record->pid) : xasprintf("NSPID %d", facts->gettid),
		    "gettid() %s %d to it: the number of the task.",
		    returns(facts), facts->gettid);
}

static void explain_getpid(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	char *fact;

	if (!facts->getpid) {
		if (facts->leader)
			return;
		say(to, TOPIC_NUMBERS, xasprintf("TGID %d", record->tgid),
		    "Unknown: what getpid() returns to it, because its leader %d is not in this snapshot or has released its number.",
		    record->tgid);
		return;
	}
	fact = facts->getpid == record->tgid ?
	       xasprintf("TGID %d", record->tgid) :
	       xasprintf("NSPID %d of %d", facts->getpid, record->tgid);
	if (record->kind == TASKMAP_KTHREAD)
		say(to, TOPIC_NUMBERS, fact,
		    "getpid() %s %d: each kernel thread is its own process.",
		    returns(facts), facts->getpid);
	else if (facts->leader)
		say(to, TOPIC_NUMBERS, fact,
		    "getpid() also %s %d: the number of its process, which is that of its leader.",
		    returns(facts), facts->getpid);
	else
		say(to, TOPIC_NUMBERS, fact,
		    "getpid() %s %d, as to all threads of its process: the number of its leader.",
		    returns(facts), facts->getpid);
}

static void explain_getppid(struct explanation *to)
{
	const struct facts *facts = &to->facts;

	if (!facts->getppid_known || facts->dead)
		return;
	if (facts->getppid)
		say(to, TOPIC_NUMBERS,
		    facts->getppid == facts->record->ppid ?
		    xasprintf("PPID %d", facts->getppid) :
		    xasprintf("NSPID %d of %d", facts->getppid,
			      facts->record->ppid),
		    "getppid() %s %d: the process of its parent.",
		    returns(facts), facts->getppid);
	else if (facts->record->ppid)
		say(to, TOPIC_NUMBERS,
		    xasprintf("PPID %d, of another PIDNS", facts->record->ppid),
		    "getppid() %s 0: its parent %d is outside its pid namespace.",
		    returns(facts), facts->record->ppid);
	else
		say(to, TOPIC_NUMBERS, xasprintf("PPID 0"),
		    "getppid() %s 0: it has no parent%s.", returns(facts),
		    to->model->nested ? " in this pid namespace" : "");
}

/* If there are namespaces between the initial one and its own. */
static void explain_levels(struct explanation *to)
{
	const struct taskmap_record *record = to->facts.record;
	char *pids = record->ns_levels > 2 ? ns_pids_text(record) : NULL;

	if (pids)
		say(to, TOPIC_NUMBERS, xasprintf("NSPIDS %s", pids),
		    "Its numbers in all pid namespaces from the initial one to its own are %s.%s",
		    pids, strchr(pids, '?') ? " The module does not report those marked ?." : "");
	free(pids);
}

static void explain_numbers(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;

	if (!facts->dead && facts->kernel)
		say(to, TOPIC_NUMBERS, NULL,
		    "It makes no system calls, so this is what they would return.");
	explain_gettid(to);
	explain_getpid(to);
	explain_getppid(to);
	if (facts->home == HOME_OTHER)
		say(to, TOPIC_NUMBERS,
		    xasprintf("PID %d, TGID %d", record->pid, record->tgid),
		    "These are its numbers in its own pid namespace. In the %s one, to which all other numbers here belong, it is task %d of process %d.",
		    to->model->nested ? "outer" : "initial", record->pid,
		    record->tgid);
	explain_levels(to);
	if (facts->home == HOME_OTHER && facts->gettid == 1 && !facts->dead)
		say(to, TOPIC_NUMBERS, xasprintf("NSPID 1"),
		    "It is the first process (init) of its pid namespace: when it ends, the kernel kills all others there.");
}

/* Where it is in /proc */

/*
 * Reading the directory /proc returns only leaders, but a lookup by name finds every
 * task: next_tgid() and proc_pid_lookup() in fs/proc/base.c.
 */
static void explain_proc(struct explanation *to)
{
	const struct facts *facts = &to->facts;
	const struct taskmap_record *record = facts->record;
	const char *it_is = to->elsewhere ?
		"In a /proc that was mounted in the initial pid namespace it is" :
		"It is";

	if (facts->leader) {
		say(to, TOPIC_PROC, xasprintf("PID = TGID = %d", record->pid),
		    "%s /proc/%d, and \"ls /proc\" shows it, like every task whose PID equals its TGID.",
		    it_is, record->pid);
		if (record->threads > 1)
			say(to, TOPIC_PROC,
			    xasprintf("%u threads", record->threads),
			    "All threads of its process, including itself, are in /proc/%d/task.",
			    record->tgid);
	} else {
		say(to, TOPIC_PROC,
		    xasprintf("PID %d is not TGID %d", record->pid,
			      record->tgid),
		    "%s /proc/%d/task/%d.", it_is, record->tgid,
		    record->pid);
		say(to, TOPIC_PROC, NULL,
		    "\"ls /proc\" does not show %d, because it lists only leaders. \"cd /proc/%d\" works nevertheless: every task has a directory, which can be opened by name.",
		    record->pid, record->pid);
	}
	if (facts->home != HOME_OTHER || !facts->gettid || !facts->getpid)
		return;
	say(to, TOPIC_PROC, xasprintf("NSPID %d", facts->gettid),
	    "In a /proc that was mounted in its own pid namespace it is /proc/%d/task/%d.",
	    facts->getpid, facts->gettid);
}

static void explain_unusual(struct explanation *to)
{
	char *list = explain_line(to, LINE_UNUSUAL), *rest = list, *item;

	while ((item = strsep(&rest, ";"))) {
		item += strspn(item, " ");
		say(to, TOPIC_UNUSUAL, NULL, "%s.", item);
	}
	free(list);
}

static struct explanation explain(struct model *model, unsigned int task,
				  bool elsewhere)
{
	struct explanation explanation = {
		.model = model,
		.facts = facts_find(model, task),
		.elsewhere = elsewhere,
	};

	explanation.title = title_of(&explanation.facts);
	explain_kind(&explanation);
	explain_senses(&explanation);
	explain_numbers(&explanation);
	explain_proc(&explanation);
	explain_birth(&explanation);
	explain_leader(&explanation);
	explain_parent(&explanation);
	explain_others(&explanation);
	explain_state(&explanation);
	explain_unusual(&explanation);
	return explanation;
}

static void explanation_free(struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++) {
		free(explanation->sentences[i].text);
		free(explanation->sentences[i].fact);
	}
	free(explanation->sentences);
	free(explanation->title);
}

/* As text */

static size_t width_of_output(void)
{
	size_t width = width_of_terminal();

	if (!width)
		return USUAL_WIDTH;
	if (width < NARROWEST)
		return NARROWEST;
	return width > WIDEST ? WIDEST : width;
}

/* Add the lines of @text, with the lines of @fact beside them. */
static void add_lines(struct libscols_table *table, const char *text,
		      const char *fact)
{
	table_add_lines(table, (const char *[]){ text, fact }, 2);
}

static void add_sentence(struct libscols_table *table,
			 const struct sentence *sentence, size_t width)
{
	size_t part = PART_OF_TEXT(width);
	char *text = wrap(sentence->text, part - sizeof(INDENT), INDENT);
	char *fact = wrap(sentence->fact ? sentence->fact : "",
			  width - part - 1, "");

	add_lines(table, text, fact);
	free(text);
	free(fact);
}

static void print_text(const struct explanation *explanation)
{
	struct libscols_table *table = table_new(FORMAT_TABLE, true);
	size_t width = width_of_output();
	char *title = wrap(explanation->title, PART_OF_TEXT(width) - 1, "");

	table_add_text_column(table);
	table_add_text_column(table);
	add_lines(table, title, "");
	for (size_t i = 0; i < explanation->count; i++) {
		const struct sentence *sentence = &explanation->sentences[i];

		if (!i || sentence->topic != sentence[-1].topic) {
			add_lines(table, "", "");
			add_lines(table, topics[sentence->topic].title, "");
		}
		add_sentence(table, sentence, width);
	}
	table_print(table);
	free(title);
}

/* Printed once, after the last task. */
static void print_limits(void)
{
	size_t width = width_of_output();

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		char *text = wrap(limits[i], width - sizeof(INDENT),
				  INDENT);

		printf("%s%s\n", i ? "" : "\nWhat flags cannot tell\n", text);
		free(text);
	}
}

/* The first line of the short form is the title; it does not have a label. */
static const char *const labels[LINES] = {
	[LINE_CREATED] = "created",
	[LINE_SHARES] = "shares",
	[LINE_DOING] = "doing",
	[LINE_UNUSUAL] = "unusual",
};

const char *explain_label(enum line line)
{
	return labels[line];
}

void explain_lines(struct model *model, unsigned int task, bool elsewhere,
		   char *lines[LINES])
{
	struct explanation explanation = explain(model, task, elsewhere);

	for (unsigned int line = 0; line < LINES; line++)
		lines[line] = explain_line(&explanation, line);
	explanation_free(&explanation);
}

static void print_brief(const struct explanation *explanation)
{
	static const char indent[] = "          ";
	size_t width = width_of_output();
	char *line = explain_line(explanation, LINE_KIND);
	char *text = wrap(line, width, "");

	puts(text);
	free(text);
	free(line);
	for (unsigned int i = LINE_KIND + 1; i < LINES; i++) {
		line = explain_line(explanation, i);
		text = wrap(line, width - strlen(indent), indent);
		printf(INDENT "%-8s%s\n", labels[i], text + strlen(indent));
		free(text);
		free(line);
	}
}

static void print_all(struct view *view, const unsigned int *tasks,
		      size_t count, bool all)
{
	for (size_t i = 0; i < count; i++) {
		struct explanation explanation =
			explain(&view->model, tasks[i], view->elsewhere);

		fputs(i ? "\n" : "", stdout);
		if (all)
			print_text(&explanation);
		else
			print_brief(&explanation);
		explanation_free(&explanation);
	}
	if (count && all)
		print_limits();
}

/* As JSON */

static void add_number_or_null(struct json_object *object, const char *key,
			       int number)
{
	json_add(object, key, number ? json_number(number) : NULL);
}

/*
 * Return NULL if there is no other task. The object has no relation if that task
 * is not in the snapshot.
 */
static struct json_object *relative_object(const struct relative *relative)
{
	struct json_object *object;

	if (!relative->pid)
		return NULL;
	object = json_new_object();
	json_add_number(object, "with", relative->pid);
	json_add_bool(object, "found", relative->task != NO_TASK);
	if (relative->task != NO_TASK)
		json_add_relation(object, &relative->relation);
	return object;
}

static void add_home(struct json_object *object, enum home home, bool nested)
{
	if (nested || home == HOME_UNKNOWN)
		json_add(object, "initial_pidns", NULL);
	else
		json_add_bool(object, "initial_pidns", home == HOME_INITIAL);
}

static void add_facts(struct json_object *object, const struct facts *facts,
		      bool nested)
{
	const struct taskmap_record *record = facts->record;
	const char *kind = kind_name(record->kind);
	char text[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

	json_add_number(object, "pid", record->pid);
	json_add_number(object, "tgid", record->tgid);
	json_add_number(object, "ppid", record->ppid);
	json_add_text(object, "kind", kind);
	json_add_text(object, "comm", escape(record->comm, text));
	snprintf(text, sizeof(text), "0x%08" PRIx32, (uint32_t)record->flags);
	json_add_text(object, "flags", text);
	json_add_text(object, "kernel_thread", !facts->kernel ? "no" :
		      record->kind == TASKMAP_KTHREAD ? "yes" : "inside");
	json_add_bool(object, "dead", facts->dead);
	json_add_number(object, "live", facts->live);
	add_number_or_null(object, "gettid", facts->gettid);
	add_number_or_null(object, "getpid", facts->getpid);
	json_add(object, "getppid", facts->getppid_known ?
		 json_number(facts->getppid) : NULL);
	add_home(object, facts->home, nested);
	snprintf(text, sizeof(text), "/proc/%d/task/%d", record->tgid,
		 record->pid);
	json_add_text(object, "path", text);
	json_add_bool(object, "listed", facts->leader);
	add_number_or_null(object, "lender", facts->lender);
	add_number_or_null(object, "borrower", facts->borrower);
	add_number_or_null(object, "loaded", facts->loaded);
}

static struct json_object *sentence_object(const struct sentence *sentence)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "about", topics[sentence->topic].key);
	json_add_text(object, "text", sentence->text);
	json_add_text(object, "fact", sentence->fact);
	return object;
}

static struct json_object *summary_array(const struct explanation *explanation)
{
	struct json_object *array = json_new_array();

	for (unsigned int line = 0; line < LINES; line++) {
		struct json_object *object = json_new_object();
		char *text = explain_line(explanation, line);

		json_add_text(object, "about", labels[line] ? labels[line] : "kind");
		json_add_text(object, "text", text);
		json_append(array, object);
		free(text);
	}
	return array;
}

static struct json_object *
explanation_object(const struct explanation *explanation)
{
	const struct facts *facts = &explanation->facts;
	struct json_object *object = json_new_object();
	struct json_object *sentences = json_new_array();

	add_facts(object, facts, explanation->model->nested);
	json_add_birth(object, &facts->birth);
	json_add(object, "with_leader", relative_object(&facts->with_leader));
	json_add(object, "with_parent", relative_object(&facts->with_parent));
	json_add_text(object, "title", explanation->title);
	json_add(object, "summary", summary_array(explanation));
	for (size_t i = 0; i < explanation->count; i++)
		json_append(sentences,
			    sentence_object(&explanation->sentences[i]));
	json_add(object, "sentences", sentences);
	return object;
}

static void print_json(struct view *view, const unsigned int *tasks,
		       size_t count)
{
	struct json_object *array = json_new_array();
	struct json json = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		json_append(array, json_text(limits[i]));
	json_begin(&json, &view->snap.header, 1);
	json_member(&json, "limits", array);
	json_begin_rows(&json, "explain");
	for (size_t i = 0; i < count; i++) {
		struct explanation explanation =
			explain(&view->model, tasks[i], view->elsewhere);

		json_row(&json, explanation_object(&explanation));
		explanation_free(&explanation);
	}
	json_end(&json);
}

int explain_command(const struct options *options, struct error *error)
{
	unsigned int *tasks;
	struct view view;
	size_t count;

	if (view_open(&view, options, error))
		return -1;
	tasks = view_tasks(&view, &count);
	need_memory(model_group_all(&view.model, count > 1 ?
				    NOTED | FIT_INHERITED | FIT_SHARED_BY_THREADS :
				    NOTED));
	if (options->output.format == FORMAT_JSON)
		print_json(&view, tasks, count);
	else
		print_all(&view, tasks, count, options->complete);
	free(tasks);
	return view_close(&view, STATUS_DONE);
}
