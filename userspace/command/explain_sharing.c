// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Sentences about how a task was created, and which resources two tasks share.
 */
#include <ctype.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/explain.h"

/* Resources that are named one by one. Equal namespaces are named together. */
#define LISTED	(ALL_RESOURCES & ~(ALL_NAMESPACES | BIT(TASKMAP_NSPROXY) | \
				   BIT(TASKMAP_ACTIVE_MM) | CHILD_NAMESPACES))

/* A topic, and the task that the explained task is compared with. */
struct subject {
	struct explanation *to;
	enum topic topic;
	const struct relative *other;
};

static char *nouns(uint32_t set)
{
	return resource_words(set, ", ", RESOURCE_NOUN);
}

static char *flags(uint32_t set)
{
	return resource_words(set, " | ", RESOURCE_FLAG);
}

/*
 * Return the short ids of the objects that the task holds or, with @apart, that
 * both tasks hold, as "mm#8!=#4". No line break can occur within a word.
 */
static char *ids(const struct subject *subject, uint32_t set, bool apart)
{
	struct model *model = subject->to->model;
	unsigned int own = subject->to->facts.task, other = subject->other->task;
	char *list = xstrdup("");

	/*
	 * Only for @set: the numbers of all resources would need a quarter of
	 * the memory of the records.
	 */
	need_memory(model_number_all(model, set));
	for_each_resource_in(set, r) {
		list = joined(list, " ",
			      xasprintf("%s#%u", resources[r].key,
					model_number(model, own, r)));
		if (apart)
			list = joined(list, "!=",
				      xasprintf("#%u", model_number(model, other, r)));
	}
	return list;
}

/* The resources that @by holds, while @without holds none. */
static uint32_t held_alone(const struct subject *subject, unsigned int by,
			   unsigned int without)
{
	const struct taskmap_record *tasks = subject->to->model->tasks;
	uint32_t set = 0;

	for_each_resource(r) {
		if (tasks[by].ids[r] && !tasks[without].ids[r])
			set |= BIT(r);
	}
	return set & ~tasks[without].unknown;
}

/* Append the equal namespaces to @words, briefly. Takes ownership of @words. */
static char *with_namespaces(const struct subject *subject, char *words)
{
	unsigned int own = subject->to->facts.task, other = subject->other->task;
	uint32_t same = subject->other->relation.same & ALL_NAMESPACES;
	uint32_t alone = held_alone(subject, own, other) |
			 held_alone(subject, other, own) |
			 subject->other->relation.unknown;

	if (!same)
		return words;
	if (alone & ALL_NAMESPACES)
		return joined(words, ", ", nouns(same));
	return joined(words, ", ",
		      xstrdup(subject->other->relation.apart & ALL_NAMESPACES ?
			      "the other namespaces" : "all namespaces"));
}

/* Add a sentence, unless @words is empty. Takes ownership of @fact and @words. */
static void tell_list(const struct subject *subject, char *fact,
		      const char *what, char *words)
{
	if (*words)
		say(subject->to, subject->topic, fact, "%s: %s.", what, words);
	else
		free(fact);
	free(words);
}

/*
 * The resources of which clone(2) made a copy, because they were not shared
 * (copy_process() in kernel/fork.c). After exec(2) the address space is new, and
 * not a copy.
 */
static uint32_t copied(const struct subject *subject)
{
	uint32_t set = BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) | BIT(TASKMAP_FS) |
		       BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_CRED);
	const struct facts *facts = &subject->to->facts;

	if (facts->kernel || subject->topic == TOPIC_LEADER)
		return 0;
	if (!(facts->record->flags & FLAG_FORKNOEXEC))
		set &= ~BIT(TASKMAP_MM);
	return set & subject->other->relation.apart;
}

static void tell_held(const struct subject *subject)
{
	unsigned int own = subject->to->facts.task, other = subject->other->task;
	uint32_t same = subject->other->relation.same & LISTED;
	uint32_t copy = copied(subject);
	uint32_t apart = subject->other->relation.apart &
			 (LISTED | ALL_NAMESPACES) & ~copy;
	uint32_t missing = held_alone(subject, other, own);
	char *words;

	tell_list(subject, ids(subject, same, false), "The same",
		  with_namespaces(subject, nouns(same)));
	tell_list(subject, ids(subject, copy, true), "Its own copy of",
		  nouns(copy));
	tell_list(subject, ids(subject, apart, true), "Not the same",
		  nouns(apart));
	words = nouns(missing & LISTED);
	if (*words && missing & ALL_NAMESPACES)
		words = joined(words, ", ", xstrdup("other namespaces"));
	tell_list(subject, xasprintf("%d has them", subject->other->pid),
		  "It has none of these", words);
	tell_list(subject, xasprintf("%d has none", subject->other->pid),
		  "It alone has", nouns(held_alone(subject, own, other) & LISTED));
	tell_list(subject, NULL, "Unknown", nouns(subject->other->relation.unknown &
						  (LISTED | ALL_NAMESPACES)));
}

static bool of_dead(const struct subject *subject)
{
	return subject->to->facts.dead ||
	       model_is_dead(subject->to->model, subject->other->task);
}

/*
 * A dead task has released most objects, and the caller may not inspect some tasks, so
 * most flags cannot be inferred.
 */
static void tell_some_flags(const struct subject *subject)
{
	const struct relation *relation = &subject->other->relation;
	uint32_t set = relation->flags | relation->needed;
	const char *reason = of_dead(subject) ? "is dead" :
			     "could not be inspected completely";

	if (set)
		say(subject->to, subject->topic, flags(set),
		    "If %d created it, these flags were among those of the call. The others are unknown: one of the two %s.",
		    subject->other->pid, reason);
	else
		say(subject->to, subject->topic, NULL,
		    "The flags of the call are unknown: one of the two %s%s.",
		    reason, of_dead(subject) ? " and holds almost nothing" : "");
}

/*
 * Only clone3(2) accepts CLONE_NEWTIME: clone(2) uses that bit for the exit
 * signal.
 */
static const char *call_for(uint32_t set)
{
	return set & BIT(TASKMAP_TIME_NS) ? "clone3(2)" : "clone(2)";
}

static void tell_flags(const struct subject *subject)
{
	const struct relation *relation = &subject->other->relation;
	uint32_t set = relation->flags | relation->needed;
	const char *name = relation_name(relation);
	char *words;

	if (!relation->possible) {
		say(subject->to, subject->topic, flags(set),
		    "No single clone(2) call creates such a task, because it does not take these flags together: something changed later.");
		return;
	}
	if (of_dead(subject) || relation->unknown & relation->untold) {
		tell_some_flags(subject);
		return;
	}
	words = set ? flags(set) : xstrdup("no flag that shares anything");
	if (relation->vfork)
		words = joined(words, " | ", xstrdup("CLONE_VFORK"));
	if (relation->maybe_vfork)
		words = joined(words, " | ", xstrdup("perhaps CLONE_VFORK"));
	say(subject->to, subject->topic, words,
	    "If %d created it%s and nothing changed since, it called %s with %s%s%s.",
	    subject->other->pid,
	    subject->to->facts.leader ? ", instead of adopting it," : "",
	    call_for(set),
	    set ? "these flags" : "no flag that shares anything",
	    name ? ", like " : "", name ? name : "");
}

/* Name the namespaces that no clone(2) flag created for this task. */
static void tell_entered(const struct subject *subject)
{
	const struct relation *relation = &subject->other->relation;
	uint32_t chosen = relation->chosen;

	for_each_resource_in(chosen, r)
		say(subject->to, subject->topic, ids(subject, BIT(r), true),
		    "The children of %d live in that %s, by an earlier unshare(2) or setns(2): no flag was needed.",
		    subject->other->pid, resources[r].noun);
	for_each_resource_in(relation->entered & ~chosen, r)
		say(subject->to, subject->topic, ids(subject, BIT(r), true),
		    r == TASKMAP_PID_NS ?
		    "It is not the first task of its %s: before it was created, its creator had chosen that namespace for its children, or lived there." :
		    "An older task is in its %s. Possible causes: setns(2) by a task in it or by one of their creators; unshare(2) or setns(2) by %d; another task created it.",
		    resources[r].noun, subject->other->pid);
}

/* Name what clone(2) with these flags would not have caused, and possible causes. */
static void tell_beyond(const struct subject *subject)
{
	static const struct {
		enum taskmap_resource resource;
		const char *same;
		const char *apart;
	} ways[] = {
		{
			TASKMAP_CRED,
			"The credentials are the same, and clone(2) did not cause this: fork copies them, and only threads share them.",
			"The credentials are not the same, and threads start with those of their creator. Possible causes: another thread created it; setuid(2) or a similar call by one of the two; a keyring of the creator's thread.",
		},
		{
			TASKMAP_NSPROXY,
			"The set of namespaces is the same, although a namespace is not.",
			"Its set of namespaces is its own, but contains the same namespaces. Possible causes: another task created it; setns(2), or unshare(2) of a namespace for children, by one of the two.",
		},
		{
			TASKMAP_CGROUPS,
			NULL,	/* the usual case */
			"The cgroups are not the same. Possible causes: one of the two was moved, or CLONE_INTO_CGROUP of clone3(2).",
		},
	};
	const struct relation *relation = &subject->other->relation;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		uint32_t set = relation->beyond & BIT(ways[i].resource);
		bool apart = relation->apart & set;

		if (set)
			say(subject->to, subject->topic,
			    ids(subject, set, apart), "%s",
			    apart ? ways[i].apart : ways[i].same);
	}
}

static bool is_missing(const struct subject *subject, const char *who)
{
	if (subject->other->task != NO_TASK)
		return false;
	say(subject->to, subject->topic,
	    xasprintf("%d is not there", subject->other->pid),
	    "Its %s, %d, is not in this snapshot.", who, subject->other->pid);
	return true;
}

static char *name_of(const struct subject *subject)
{
	char name[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

	return xstrdup(escape(subject->to->model->tasks[subject->other->task].comm, name));
}

/* Nouns for a creator, by its kind. */
static const char *const creators[KINDS + 1] = {
	[TASKMAP_PROCESS] = "process",
	[TASKMAP_MAIN] = "thread",
	[TASKMAP_THREAD] = "thread",
	[TASKMAP_WORKER] = "kernel worker",
	[TASKMAP_KTHREAD] = "kernel thread",
};

char *explain_creator(const struct explanation *explanation)
{
	const struct relative *creator = &explanation->facts.with_creator;
	const struct model *model = explanation->model;
	char name[ESCAPED_SIZE(TASKMAP_COMM_LEN)];
	unsigned int kind;

	if (explanation->facts.birth.took_over)
		return xasprintf("task %d (before or after a thread took over that PID by exec(2))",
				 creator->pid);
	if (creator->task == NO_TASK)
		return xasprintf("task %d (ended, or renumbered by exec(2))",
				 creator->pid);
	kind = model->tasks[creator->task].kind;
	return xasprintf("%s %d (%s)", kind <= KINDS && creators[kind] ?
			 creators[kind] : "task", creator->pid,
			 escape(model->tasks[creator->task].comm, name));
}

static void tell_creator(const struct subject *subject)
{
	const struct birth *birth = &subject->to->facts.birth;
	char *creator = explain_creator(subject->to);
	char *flags = birth->flags ? clone_flags(birth->flags, " | ") :
				     xstrdup("no flags");
	const char *name = birth_name(birth->flags);

	say(subject->to, subject->topic, xasprintf("recorded at its birth"),
	    "%c%s created it with %s%s%s.", toupper(*creator), creator + 1, flags,
	    name ? ", like " : "", name ? name : "");
	if (birth->was_thread)
		say(subject->to, subject->topic,
		    xasprintf("CLONE_THREAD, and PID = TGID"),
		    "It was created as a thread. When it called exec(2), the other threads ended and it became the leader, with the number of the process.");
	free(flags);
	free(creator);
}

/*
 * How a task and its creator can stop sharing a resource: ksys_unshare() in
 * kernel/fork.c, setns(2) in kernel/nsproxy.c, __close_range() in fs/file.c,
 * begin_new_exec() in fs/exec.c, do_coredump() in fs/coredump.c. A thread that
 * CLONE_THREAD created stays in the group of its creator until one of them ends.
 */
static const char *const ways[TASKMAP_RESOURCES] = {
	[TASKMAP_MM] = "exec(2)",
	[TASKMAP_FILES] = "unshare(2), close_range(2), exec(2) or a core dump",
	[TASKMAP_FS] = "unshare(2)",
	[TASKMAP_SIGHAND] = "exec(2)",
	[TASKMAP_SIGNAL] = "exec(2)",
	[TASKMAP_SYSVSEM] = "unshare(2) or setns(2)",
	[TASKMAP_UTS_NS ... TASKMAP_USER_NS] = "unshare(2) or setns(2)",
};

/* If only one of the two has PF_FORKNOEXEC, the other one has called exec. */
static const char *who_called_exec(const struct subject *subject)
{
	const struct taskmap_record *tasks = subject->to->model->tasks;
	bool own = !(subject->to->facts.record->flags & FLAG_FORKNOEXEC);
	bool its = !(tasks[subject->other->task].flags & FLAG_FORKNOEXEC);

	if (own == its)
		return "by one of the two";
	return own ? "by this task" : "by its creator";
}

static void tell_parted(const struct subject *subject)
{
	const struct birth *birth = &subject->to->facts.birth;

	for_each_resource_in(birth->parted, r) {
		bool exec = r == TASKMAP_MM || r == TASKMAP_SIGHAND;

		say(subject->to, subject->topic, ids(subject, BIT(r), true),
		    "It was created %s %s, but the two do not share their %s now: %s %s since then.",
		    BIT(r) & ALL_NAMESPACES ? "without" : "with",
		    resources[r].flag, resources[r].noun, ways[r],
		    exec ? who_called_exec(subject) : "by one of the two");
	}
	for_each_resource_in(birth->joined, r)
		say(subject->to, subject->topic, ids(subject, BIT(r), false),
		    "It was created with %s, but the two share their %s now: setns(2) by one of the two since then.",
		    resources[r].flag, resources[r].noun);
	if (birth->chosen & BIT(TASKMAP_PID_NS))
		say(subject->to, subject->topic,
		    ids(subject, BIT(TASKMAP_PID_NS), true),
		    "Before that, its creator had chosen the pid namespace for its children with unshare(2) or setns(2).");
	/*
	 * Unlike the pid namespace, the time namespace of a task can change:
	 * exec_task_namespaces() in kernel/nsproxy.c.
	 */
	if (birth->chosen & BIT(TASKMAP_TIME_NS))
		say(subject->to, subject->topic,
		    ids(subject, BIT(TASKMAP_TIME_NS), true),
		    "The two are in different time namespaces: its creator had chosen one for its children before, or since then one of the two called setns(2), or exec(2) after unshare(2).");
}

/* Explain differences in credentials and cgroups, which have no flag of their own. */
static void tell_others(const struct subject *subject)
{
	uint64_t flags = subject->to->facts.birth.flags;
	uint32_t apart = subject->other->relation.apart;

	if (flags & CLONE_THREAD && apart & BIT(TASKMAP_CRED))
		say(subject->to, subject->topic,
		    ids(subject, BIT(TASKMAP_CRED), true),
		    "The two do not share their credentials: setuid(2) or a similar call by one of the two since then, or a keyring of the creator's thread.");
	if (apart & BIT(TASKMAP_CGROUPS))
		say(subject->to, subject->topic,
		    ids(subject, BIT(TASKMAP_CGROUPS), true), "%s",
		    flags & CLONE_INTO_CGROUP ?
		    "CLONE_INTO_CGROUP put it into other cgroups." :
		    "Since then, one of the two was moved to other cgroups.");
}

/* A new task has the ids of its creator: copy_creds() in kernel/cred.c. */
static void tell_ids(const struct subject *subject)
{
	const struct model *model = subject->to->model;
	const struct taskmap_record *other = &model->tasks[subject->other->task];
	char *list = id_words(subject->to->facts.record, other, "not", "; ");

	if (*list)
		say(subject->to, subject->topic,
		    xasprintf("%d has the latter", other->pid),
		    "Its ids are not those of %d (%s). A new task has the ids of its creator: %ssetuid(2) or a similar call, or exec(2), which resets the fsuid or runs a set-user-ID program, by one of the two since then.",
		    other->pid, list,
		    subject->to->facts.birth.pid ? "" : "another task created it, or ");
	free(list);
}

static void tell_unknown(const struct subject *subject)
{
	const struct model *model = subject->to->model;
	uint64_t start = subject->to->facts.record->start_ns;

	if (!model->births_ns)
		say(subject->to, subject->topic, xasprintf("no births"),
		    "This snapshot does not record how tasks were created.");
	else if (start < model->births_ns)
		say(subject->to, subject->topic,
		    xasprintf("START is before births_ns"),
		    "It was created before the module was loaded, so nothing records how.");
	else
		say(subject->to, subject->topic, xasprintf("no BIRTH_PID"),
		    "How it was created is unknown: the snapshot was taken before its creation was complete, or the module had no memory to record it.");
}

/* Name the inferred creator, and how it was inferred. */
static void tell_guess(const struct subject *subject)
{
	const struct facts *facts = &subject->to->facts;
	char *who = explain_creator(subject->to);
	char *fact;

	if (facts->leader)
		fact = xasprintf("PARENT %d", facts->record->parent);
	else
		fact = xasprintf("TGID %d", facts->record->tgid);
	if (facts->basis == BASIS_ADOPTED)
		say(subject->to, subject->topic, fact,
		    "Its creator is unknown: its parent, %s, was created later and adopted it.",
		    who);
	else if (facts->basis == BASIS_FIT)
		say(subject->to, subject->topic, fact,
		    "Its creator is inferred: %s, because of the threads of that process it has most in common with this task.",
		    who);
	else if (facts->leader)
		say(subject->to, subject->topic, fact,
		    "Its creator is inferred: its parent, %s, unless that adopted it%s.",
		    who, facts->record->flags & FLAG_FORKNOEXEC ?
		    " or CLONE_PARENT gave it that parent" :
		    ", CLONE_PARENT gave it that parent, or it was a thread before exec(2)");
	else
		say(subject->to, subject->topic, fact,
		    "Its creator is inferred: its leader, %s, or another thread of its process.",
		    who);
	free(who);
}

/* Name the flags that cannot be inferred. */
static void tell_uncertain(const struct subject *subject)
{
	const struct relation *relation = &subject->other->relation;
	uint32_t exec = relation->untold & relation->apart & ~ALL_NAMESPACES;
	uint32_t none = relation->untold & ~relation->apart & ~relation->unknown;

	if (of_dead(subject))
		return;
	if (exec)
		say(subject->to, subject->topic, flags(exec),
		    "Unknown: whether it was created with these flags, or with CLONE_VFORK. They leave no trace after exec(2), which one of the two has called.");
	if (none)
		say(subject->to, subject->topic, flags(none),
		    "Unknown: whether it was created with these flags, because one of the two tasks has nothing to compare.");
}

static void tell_inferred(const struct subject *subject)
{
	const struct facts *facts = &subject->to->facts;

	if (facts->basis == BASIS_NONE || subject->other->task == NO_TASK)
		return;
	tell_guess(subject);
	if (facts->basis == BASIS_ADOPTED)
		return;
	if (facts->kernel)
		say(subject->to, subject->topic, NULL,
		    "The kernel creates such tasks itself, with the same flags and without a system call.");
	tell_flags(subject);
	tell_uncertain(subject);
	tell_entered(subject);
	tell_beyond(subject);
	tell_ids(subject);
}

void explain_birth(struct explanation *explanation)
{
	const struct facts *facts = &explanation->facts;
	const struct subject subject = {
		explanation, TOPIC_BIRTH, &facts->with_creator,
	};
	unsigned int creator = subject.other->task;

	if (!facts->birth.pid) {
		tell_unknown(&subject);
		tell_inferred(&subject);
	} else {
		tell_creator(&subject);
		if (creator == NO_TASK)
			return;
		tell_parted(&subject);
		tell_others(&subject);
		tell_ids(&subject);
	}
	if (creator != NO_TASK && facts->basis != BASIS_ADOPTED &&
	    creator != model_leader(explanation->model, facts->task) &&
	    creator != model_parent(explanation->model, facts->task))
		tell_held(&subject);
}

void explain_leader(struct explanation *explanation)
{
	const struct subject subject = {
		explanation, TOPIC_LEADER, &explanation->facts.with_leader,
	};
	char *name;

	if (!subject.other->pid || is_missing(&subject, "leader"))
		return;
	name = name_of(&subject);
	say(explanation, subject.topic, xasprintf("TGID %d", subject.other->pid),
	    "Its leader is %d (%s).", subject.other->pid, name);
	free(name);
	tell_held(&subject);
}

/* begin_new_exec() in fs/exec.c replaces these resources. */
static void tell_exec(const struct subject *subject)
{
	const struct facts *facts = &subject->to->facts;

	if (!facts->leader || facts->dead || facts->kernel)
		return;
	if (facts->record->flags & FLAG_FORKNOEXEC)
		say(subject->to, subject->topic, xasprintf("PF_FORKNOEXEC is set"),
		    "It has not called exec(2), so it runs the program that its creator ran then.");
	else
		say(subject->to, subject->topic,
		    xasprintf("PF_FORKNOEXEC is not set"),
		    "It has called exec(2), which gave it a new address space, and its own file table and signal handlers.");
}

static void tell_no_parent(const struct subject *subject)
{
	if (subject->to->model->nested)
		say(subject->to, subject->topic, xasprintf("PPID 0"),
		    "It has no parent in the pid namespace of this snapshot.");
	else if (subject->to->facts.record->pid > PID_KTHREADD)
		say(subject->to, subject->topic, xasprintf("PPID 0"),
		    "It has no parent.");
	else
		say(subject->to, subject->topic, xasprintf("PPID 0"),
		    "It has no parent: the idle task created it at boot. There is one idle task for each CPU; all have pid 0, and no list shows them.");
}

/* Without an exit signal, do_notify_parent() in kernel/signal.c sends none. */
static const char *at_its_end(const struct facts *facts)
{
	return facts->record->exit_signal ? ", which is notified when it ends" :
					    ", which is not notified when it ends";
}

/* Without CLONE_PARENT, the creator is the parent until it ends. */
static void tell_adoption(const struct subject *subject)
{
	const struct birth *birth = &subject->to->facts.birth;
	const struct model *model = subject->to->model;

	if (!birth->pid || birth->creator != NO_TASK ||
	    birth->flags & (CLONE_PARENT | CLONE_THREAD))
		return;
	if (model->tasks[subject->other->task].start_ns >
	    subject->to->facts.record->start_ns)
		say(subject->to, subject->topic,
		    xasprintf("it was created later"),
		    "Its parent adopted it when its former parent ended.");
	else
		say(subject->to, subject->topic,
		    xasprintf("BIRTH_PID %d", birth->pid),
		    "Its parent adopted it when its creator %d ended, or is its creator and got another PID by exec(2).",
		    birth->pid);
}

static void tell_who(const struct subject *subject)
{
	const struct facts *facts = &subject->to->facts;
	const struct taskmap_record *record = facts->record;
	char *name = name_of(subject), *who;

	if (record->parent && record->parent != record->ppid)
		who = xasprintf("thread %d of process %d (%s)", record->parent,
				record->ppid, name);
	else
		who = xasprintf("%d (%s)", record->ppid, name);
	if (facts->leader)
		say(subject->to, subject->topic,
		    xasprintf("PARENT %d", record->parent ? record->parent :
							    record->ppid),
		    "Its parent is %s%s.", who, at_its_end(facts));
	else
		say(subject->to, subject->topic,
		    xasprintf("PPID %d", subject->other->pid),
		    "Its parent is %d (%s), like that of all threads of its process.",
		    subject->other->pid, name);
	if (facts->leader)
		tell_adoption(subject);
	free(who);
	free(name);
}

void explain_parent(struct explanation *explanation)
{
	const struct subject subject = {
		explanation, TOPIC_PARENT, &explanation->facts.with_parent,
	};

	if (!subject.other->pid) {
		tell_no_parent(&subject);
		return;
	}
	if (!is_missing(&subject, "parent")) {
		tell_who(&subject);
		tell_held(&subject);
	}
	tell_exec(&subject);
}

/* Maximum number of processes to name. */
#define NAMED	10

/* Return the tgids of the other thread groups that hold the same object as @task. */
static char *groups_beside(const struct model *model, unsigned int task,
			   unsigned int resource)
{
	const struct members members =
		model_group(model, task, resource).holders;
	char *list = xstrdup("");
	unsigned int count = 0;

	for (unsigned int i = 0, next; i < members.count; i = next) {
		int tgid = model->tasks[members.tasks[i]].tgid;

		next = i + model_run(model, members, i).count;
		if (tgid != model->tasks[task].tgid && count++ < NAMED)
			list = joined(list, ", ", xasprintf("%d", tgid));
	}
	if (count > NAMED)
		list = joined(list, "", xasprintf(" and %u more", count - NAMED));
	return list;
}

void explain_others(struct explanation *explanation)
{
	const struct model *model = explanation->model;
	unsigned int task = explanation->facts.task;
	uint32_t set = explanation->facts.kernel ? 0 : NOTED;

	while (set) {
		struct others others;
		uint32_t alike = model_alike(model, task, set, model_others,
					     &others);
		char *words, *list;

		set &= ~alike;
		if (!others.count)
			continue;
		words = nouns(alike);
		list = groups_beside(model, task, next_resource(alike, 0));
		say(explanation, TOPIC_OTHERS, NULL,
		    "Other processes hold the same %s: %s.", words, list);
		free(list);
		free(words);
	}
}
