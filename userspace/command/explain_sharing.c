// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Sentences about how a task was created, and what two tasks share.
 */
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/explain.h"

/* What sentences name one by one; the same namespaces together. */
#define TOLD	(ALL_RESOURCES & ~(ALL_NAMESPACES | BIT(TASKMAP_NSPROXY) | \
				   BIT(TASKMAP_ACTIVE_MM) | CHILD_NAMESPACES))

/* Whom a task is held against, in what is said. */
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
 * What the task holds, or what both hold if that is @apart: in one word each,
 * for lines not to be broken within, as "mm#8!=#4".
 */
static char *ids(const struct subject *subject, uint32_t set, bool apart)
{
	struct model *model = subject->to->model;
	unsigned int own = subject->to->facts.task, other = subject->other->task;
	char *list = xstrdup("");

	/* Of all resources they would take a quarter as much as the records. */
	need_memory(model_number_all(model, set));
	for_each_resource_in(set, r) {
		list = joined(list, " ",
			      xasprintf("%s#%u", resources[r].prefix,
					model_number(model, own, r)));
		if (apart)
			list = joined(list, "!=",
				      xasprintf("#%u", model_number(model, other, r)));
	}
	return list;
}

/* What one of two tasks holds and the other does not. */
static uint32_t held_alone(const struct subject *subject, unsigned int by,
			   unsigned int without)
{
	const struct taskmap_record *tasks = subject->to->model->tasks;
	uint32_t set = 0;

	for_each_resource(r) {
		if (tasks[by].ids[r] && !tasks[without].ids[r])
			set |= BIT(r);
	}
	return set;
}

/* Namespaces in as few words as are true; takes over @words of the rest. */
static char *with_namespaces(const struct subject *subject, char *words)
{
	unsigned int own = subject->to->facts.task, other = subject->other->task;
	uint32_t same = subject->other->relation.same & ALL_NAMESPACES;
	uint32_t alone = held_alone(subject, own, other) |
			 held_alone(subject, other, own);

	if (!same)
		return words;
	if (alone & ALL_NAMESPACES)
		return joined(words, ", ", nouns(same));
	return joined(words, ", ",
		      xstrdup(subject->other->relation.apart & ALL_NAMESPACES ?
			      "the other namespaces" : "all namespaces"));
}

/* Says nothing of no @words. Takes over these and @fact. */
static void tell_list(const struct subject *subject, char *fact,
		      const char *what, char *words)
{
	if (*words)
		say(subject->to, subject->topic, fact, "%s: %s.", what, words);
	else
		free(fact);
	free(words);
}

static void tell_held(const struct subject *subject)
{
	unsigned int own = subject->to->facts.task, other = subject->other->task;
	uint32_t same = subject->other->relation.same & TOLD;
	uint32_t apart = subject->other->relation.apart &
			 (TOLD | ALL_NAMESPACES);
	uint32_t missing = held_alone(subject, other, own);
	char *words;

	tell_list(subject, ids(subject, same, false), "The same",
		  with_namespaces(subject, nouns(same)));
	tell_list(subject, ids(subject, apart, true), "Not the same",
		  nouns(apart));
	words = nouns(missing & TOLD);
	if (*words && missing & ALL_NAMESPACES)
		words = joined(words, ", ", xstrdup("other namespaces"));
	tell_list(subject, xasprintf("%d has them", subject->other->pid),
		  "It has none of these", words);
	tell_list(subject, xasprintf("%d has none", subject->other->pid),
		  "It alone has", nouns(held_alone(subject, own, other) & TOLD));
}

static char *by_name(const struct relation *relation)
{
	const char *name = relation_name(relation);

	return name ? xasprintf(", like %s", name) : xstrdup("");
}

static bool of_dead(const struct subject *subject)
{
	return subject->to->facts.dead ||
	       model_is_dead(subject->to->model, subject->other->task);
}

/* Of the flags the dead tell only those of what they still hold. */
static void tell_flags_of_dead(const struct subject *subject)
{
	const struct relation *relation = &subject->other->relation;
	uint32_t set = relation->flags | relation->needed;

	if (set)
		say(subject->to, subject->topic, flags(set),
		    "clone(2) with these flags, and others that cannot be told any more, would create it.");
	else
		say(subject->to, subject->topic, NULL,
		    "With which flags of clone(2) it was made cannot be told: one of the two is dead and holds next to nothing.");
}

static void tell_flags(const struct subject *subject)
{
	const struct relation *relation = &subject->other->relation;
	uint32_t set = relation->flags | relation->needed;
	char *name = by_name(relation);

	if (!relation->possible)
		say(subject->to, subject->topic, flags(set),
		    "No single clone(2) call creates such a task, because it does not take these flags together: something changed later.");
	else if (of_dead(subject))
		tell_flags_of_dead(subject);
	else if (set)
		say(subject->to, subject->topic, flags(set),
		    "clone(2) by %d with these flags would create such a task%s.",
		    subject->other->pid, name);
	else
		say(subject->to, subject->topic, xasprintf("no such flag"),
		    "clone(2) by %d without any flag to share things would create such a task%s.",
		    subject->other->pid, name);
	free(name);
}

/* What clone(2) with these flags would do otherwise, and how it came about. */
static void tell_beyond(const struct subject *subject)
{
	static const struct {
		enum taskmap_resource resource;
		const char *same;
		const char *apart;
	} ways[] = {
		{
			TASKMAP_CRED,
			"That the credentials are the same is none of clone(2): only threads of one process begin so.",
			"Its own credentials (user, groups, capabilities) are from later, or of a keyring of its own: threads begin with their maker's, but setuid(2) and the like change those of one task.",
		},
		{
			TASKMAP_NSPROXY,
			"CLONE_NEWPID was not needed for that: its maker had said before, by unshare(2) or setns(2), where its children are to live.",
			"It has a set of namespaces of its own, with the same ones in it: by setns(2), or by unshare(2) of those in which its children will live.",
		},
		{
			TASKMAP_CGROUPS,
			NULL,	/* as it is without any flag */
			"It was moved to other cgroups, or put there by CLONE_INTO_CGROUP.",
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

static void tell_relation(const struct subject *subject)
{
	uint32_t untold = subject->other->relation.untold;

	tell_held(subject);
	/* Then explain_birth() has said more. */
	if (subject->to->facts.birth.pid)
		return;
	/* A parent makes no threads of another process. */
	if (subject->topic == TOPIC_PARENT && !subject->to->facts.leader)
		return;
	if (subject->to->facts.kernel)
		say(subject->to, subject->topic, NULL,
		    "It was not made by clone(2): the kernel has functions of its own for that, which take the same flags.");
	tell_flags(subject);
	if (!of_dead(subject))
		tell_list(subject, flags(untold),
			  "Not to be told, for one of the two has none",
			  nouns(untold));
	tell_beyond(subject);
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

/* What a creator is called. */
static const char *const creators[KINDS + 1] = {
	[TASKMAP_PROCESS] = "Process",
	[TASKMAP_MAIN] = "Thread",
	[TASKMAP_THREAD] = "Thread",
	[TASKMAP_WORKER] = "Kernel worker",
	[TASKMAP_KTHREAD] = "Kernel thread",
};

static char *creator_of(const struct subject *subject)
{
	const struct model *model = subject->to->model;
	unsigned int kind;
	char *name, *creator;

	if (subject->other->task == NO_TASK)
		return xasprintf("Task %d, which has ended or got another PID by exec(2),",
				 subject->other->pid);
	kind = model->tasks[subject->other->task].kind;
	name = name_of(subject);
	creator = xasprintf("%s %d (%s)", kind <= KINDS && creators[kind] ?
			    creators[kind] : "Task", subject->other->pid, name);
	free(name);
	return creator;
}

static void tell_creator(const struct subject *subject)
{
	const struct birth *birth = &subject->to->facts.birth;
	char *creator = creator_of(subject);
	char *flags = birth->flags ? clone_flags(birth->flags, " | ") :
				     xstrdup("no flags");
	const char *name = birth_name(birth->flags);

	say(subject->to, subject->topic, xasprintf("recorded at its birth"),
	    "%s created it with %s%s%s.", creator, flags,
	    name ? ", like " : "", name ? name : "");
	if (birth->was_thread)
		say(subject->to, subject->topic,
		    xasprintf("CLONE_THREAD, and PID = TGID"),
		    "It was created as a thread. When it called exec(2), the other threads ended and it became the leader, with the number of the process.");
	free(flags);
	free(creator);
}

/*
 * How a task and its creator can come apart: ksys_unshare() in kernel/fork.c,
 * setns(2) in kernel/nsproxy.c, __close_range() in fs/file.c, begin_new_exec()
 * in fs/exec.c, do_coredump() in fs/coredump.c. Both threads of CLONE_THREAD
 * stay in one group, or one of them ends.
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

/* Which of the two has called exec, if that is certain. PF_FORKNOEXEC tells. */
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
	/* Unlike a pid namespace it can change: exec_task_namespaces(), nsproxy.c. */
	if (birth->chosen & BIT(TASKMAP_TIME_NS))
		say(subject->to, subject->topic,
		    ids(subject, BIT(TASKMAP_TIME_NS), true),
		    "The two are in different time namespaces: its creator had chosen one for its children before, or since then one of the two called setns(2), or exec(2) after unshare(2).");
}

/* What no flag decides, or one of which there is no resource. */
static void tell_others(const struct subject *subject)
{
	uint64_t flags = subject->to->facts.birth.flags;
	uint32_t apart = subject->other->relation.apart;

	if (flags & CLONE_THREAD && apart & BIT(TASKMAP_CRED))
		say(subject->to, subject->topic,
		    ids(subject, BIT(TASKMAP_CRED), true),
		    "The two do not share their credentials: setuid(2) or the like by one of the two since then, or a keyring of the creator's thread.");
	if (apart & BIT(TASKMAP_CGROUPS))
		say(subject->to, subject->topic,
		    ids(subject, BIT(TASKMAP_CGROUPS), true), "%s",
		    flags & CLONE_INTO_CGROUP ?
		    "CLONE_INTO_CGROUP put it into other cgroups." :
		    "Since then, one of the two was moved to other cgroups.");
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

void explain_birth(struct explanation *explanation)
{
	const struct facts *facts = &explanation->facts;
	const struct subject subject = {
		explanation, TOPIC_BIRTH, &facts->with_creator,
	};
	unsigned int creator = subject.other->task;

	if (!facts->birth.pid) {
		tell_unknown(&subject);
		return;
	}
	tell_creator(&subject);
	if (creator == NO_TASK)
		return;
	tell_parted(&subject);
	tell_others(&subject);
	if (creator != model_leader(explanation->model, facts->task) &&
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
	tell_relation(&subject);
}

/* exec: begin_new_exec(), fs/exec.c. */
static void tell_exec(const struct subject *subject)
{
	const struct facts *facts = &subject->to->facts;

	if (!facts->leader || facts->dead || facts->kernel)
		return;
	if (facts->record->flags & FLAG_FORKNOEXEC)
		say(subject->to, subject->topic, xasprintf("PF_FORKNOEXEC is set"),
		    "It has not called exec(2): it goes on with the program of who made it.");
	else
		say(subject->to, subject->topic,
		    xasprintf("PF_FORKNOEXEC is not set"),
		    "It has called exec(2), and got a new address space and open files and signal handlers of its own then.");
}

static void tell_no_parent(const struct subject *subject)
{
	if (subject->to->facts.record->pid > PID_KTHREADD)
		say(subject->to, subject->topic, xasprintf("PPID 0"),
		    "It has none.");
	else
		say(subject->to, subject->topic, xasprintf("PPID 0"),
		    "It has none: the kernel made it at boot, out of its idle task. There is one of these for each processor; all have pid 0, and no list shows them.");
}

static void tell_who(const struct subject *subject)
{
	const struct facts *facts = &subject->to->facts;
	char *name = name_of(subject);

	if (facts->leader)
		say(subject->to, subject->topic,
		    xasprintf("PPID %d", subject->other->pid),
		    "Its parent is %d (%s), which is notified when it ends%s.",
		    subject->other->pid, name,
		    facts->birth.pid ? "" : ", and usually its creator");
	else
		say(subject->to, subject->topic,
		    xasprintf("PPID %d", subject->other->pid),
		    "Its parent is %d (%s), as that of all threads of its process.",
		    subject->other->pid, name);
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
		tell_relation(&subject);
	}
	tell_exec(&subject);
}
