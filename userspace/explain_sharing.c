// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Sentences about what two tasks share, and which flags of clone(2) do that.
 */
#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "explain.h"
#include "kinds.h"
#include "resources.h"
#include "util.h"

#define OF_ALL		(BIT(TASKMAP_RESOURCES) - 1)

/* What sentences tell of, one by one; of namespaces together. */
#define NAMESPACES							\
	(BIT(TASKMAP_UTS_NS) | BIT(TASKMAP_IPC_NS) | BIT(TASKMAP_MNT_NS) | \
	 BIT(TASKMAP_PID_NS) | BIT(TASKMAP_NET_NS) | BIT(TASKMAP_TIME_NS) | \
	 BIT(TASKMAP_CGROUP_NS) | BIT(TASKMAP_USER_NS))
#define TOLD	(OF_ALL & ~(NAMESPACES | BIT(TASKMAP_ACTIVE_MM) |	\
			    BIT(TASKMAP_NSPROXY)))

#define say	explain_say
#define f	xasprintf

/* Whom a task is held against, in what is said. */
struct pair {
	struct explanation *to;
	struct model *model;
	enum topic topic;
	const struct relative *other;
};

/* A list of words that grows; "" if there are none. */
struct list {
	char *text;
	const char *separator;
};

/* Takes over @word. */
static void add(struct list *list, char *word)
{
	char *longer = list->text ? f("%s%s%s", list->text, list->separator,
				      word) : f("%s", word);

	free(list->text);
	free(word);
	list->text = longer;
}

static char *finished(struct list *list)
{
	return list->text ? list->text : xstrdup("");
}

static char *nouns(uint32_t set)
{
	struct list list = { .separator = ", " };

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (set & BIT(r))
			add(&list, f("%s", resources[r].noun));
	}
	return finished(&list);
}

static char *flags(uint32_t set)
{
	return relation_flags(set, " | ");
}

static char *short_id(struct model *model, unsigned int task, unsigned int r)
{
	return f("%s#%u", resources[r].prefix, model_number(model, task, r));
}

static char *ids(const struct pair *pair, uint32_t set)
{
	struct list list = { .separator = " " };

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (set & BIT(r))
			add(&list, short_id(pair->model,
					    pair->to->facts.task, r));
	}
	return finished(&list);
}

/* In one word each, for lines not to be broken within: "mm#8!=#4". */
static char *ids_of_both(const struct pair *pair, uint32_t set)
{
	struct list list = { .separator = " " };

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		char *own;

		if (!(set & BIT(r)))
			continue;
		own = short_id(pair->model, pair->to->facts.task, r);
		add(&list, f("%s!=#%u", own,
			     model_number(pair->model, pair->other->task, r)));
		free(own);
	}
	return finished(&list);
}

/* What one of two tasks holds and the other does not. */
static uint32_t held_alone(const struct pair *pair, unsigned int by,
			   unsigned int without)
{
	const struct taskmap_record *tasks = pair->model->tasks;
	uint32_t set = 0;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (tasks[by].ids[r] && !tasks[without].ids[r])
			set |= BIT(r);
	}
	return set;
}

/* Namespaces in as few words as are true; takes over @words of the rest. */
static char *with_namespaces(const struct pair *pair, char *words)
{
	unsigned int own = pair->to->facts.task, other = pair->other->task;
	uint32_t same = pair->other->relation.same & NAMESPACES;
	uint32_t alone = held_alone(pair, own, other) |
			 held_alone(pair, other, own);
	char *namespaces, *all;

	if (!same)
		return words;
	if (alone & NAMESPACES)
		namespaces = nouns(same);
	else if (pair->other->relation.apart & NAMESPACES)
		namespaces = xstrdup("the other namespaces");
	else
		namespaces = xstrdup("all namespaces");
	all = f("%s%s%s", words, *words ? ", " : "", namespaces);
	free(namespaces);
	free(words);
	return all;
}

static void tell_same(const struct pair *pair)
{
	uint32_t same = pair->other->relation.same & TOLD;
	char *words = with_namespaces(pair, nouns(same));

	if (*words)
		say(pair->to, pair->topic, ids(pair, same),
		    f("The same: %s.", words));
	free(words);
}

static void tell_apart(const struct pair *pair)
{
	uint32_t apart = pair->other->relation.apart & (TOLD | NAMESPACES);
	char *words = nouns(apart);

	if (apart)
		say(pair->to, pair->topic, ids_of_both(pair, apart),
		    f("Not the same: %s.", words));
	free(words);
}

static void tell_none(const struct pair *pair)
{
	unsigned int own = pair->to->facts.task, other = pair->other->task;
	uint32_t missing = held_alone(pair, other, own);
	uint32_t there = held_alone(pair, own, other) & TOLD;
	char *words = nouns(missing & TOLD);

	if (missing & TOLD)
		say(pair->to, pair->topic, f("%d has them", pair->other->pid),
		    f("It has none of these: %s%s.", words,
		      missing & NAMESPACES ? ", other namespaces" : ""));
	free(words);
	words = nouns(there);
	if (there)
		say(pair->to, pair->topic, f("%d has none", pair->other->pid),
		    f("It alone has: %s.", words));
	free(words);
}

static char *by_name(const struct relation *relation)
{
	const char *name = relation_name(relation);

	return name ? f(", like %s", name) : xstrdup("");
}

static bool of_dead(const struct pair *pair)
{
	return pair->to->facts.dead ||
	       model_is_dead(pair->model, pair->other->task);
}

/* Of the flags the dead tell only those of what they still hold. */
static void tell_flags_of_dead(const struct pair *pair)
{
	const struct relation *relation = &pair->other->relation;
	uint32_t set = relation->flags | relation->needed;

	if (set)
		say(pair->to, pair->topic, flags(set),
		    f("clone(2) with these flags, and others that cannot be told any more, gives that."));
	else
		say(pair->to, pair->topic, NULL,
		    f("With which flags of clone(2) it was made cannot be told: one of the two is dead and holds next to nothing."));
}

static void tell_flags(const struct pair *pair)
{
	const struct relation *relation = &pair->other->relation;
	uint32_t set = relation->flags | relation->needed;
	char *name = by_name(relation);

	if (!relation->possible)
		say(pair->to, pair->topic, flags(set),
		    f("No one clone(2) gives that, for it does not take these flags together: it came about in steps."));
	else if (of_dead(pair))
		tell_flags_of_dead(pair);
	else if (set)
		say(pair->to, pair->topic, flags(set),
		    f("clone(2) by %d with these flags gives that%s.",
		      pair->other->pid, name));
	else
		say(pair->to, pair->topic, f("no such flag"),
		    f("clone(2) by %d without any flag to share things gives that%s.",
		      pair->other->pid, name));
	free(name);
}

static void tell_untold(const struct pair *pair)
{
	uint32_t untold = pair->other->relation.untold;
	char *words;

	if (of_dead(pair) || !untold)
		return;
	words = nouns(untold);
	say(pair->to, pair->topic, flags(untold),
	    f("Not to be told, for one of the two has none: %s.",
	      words));
	free(words);
}

static void tell_cred(const struct pair *pair)
{
	if (pair->other->relation.apart & BIT(TASKMAP_CRED))
		say(pair->to, pair->topic, ids_of_both(pair, BIT(TASKMAP_CRED)),
		    f("Its own credentials (user, groups, capabilities) are from later, or of a keyring of its own: threads begin with their maker's, but setuid(2) and the like change those of one task."));
	else
		say(pair->to, pair->topic, ids(pair, BIT(TASKMAP_CRED)),
		    f("That the credentials are the same is none of clone(2): only threads of one process begin so."));
}

static void tell_nsproxy(const struct pair *pair)
{
	if (pair->other->relation.apart & BIT(TASKMAP_NSPROXY))
		say(pair->to, pair->topic,
		    ids_of_both(pair, BIT(TASKMAP_NSPROXY)),
		    f("It has a set of namespaces of its own, with the same ones in it: by setns(2), or by unshare(2) of those in which its children will live."));
	else
		say(pair->to, pair->topic, ids(pair, BIT(TASKMAP_NSPROXY)),
		    f("CLONE_NEWPID was not needed for that: its maker had said before, by unshare(2) or setns(2), where its children are to live."));
}

static void tell_beyond(const struct pair *pair)
{
	uint32_t beyond = pair->other->relation.beyond;

	if (beyond & BIT(TASKMAP_CRED))
		tell_cred(pair);
	if (beyond & BIT(TASKMAP_NSPROXY))
		tell_nsproxy(pair);
	if (beyond & BIT(TASKMAP_CGROUPS))
		say(pair->to, pair->topic,
		    ids_of_both(pair, BIT(TASKMAP_CGROUPS)),
		    f("It was moved to other cgroups, or put there by CLONE_INTO_CGROUP."));
}

static void tell_relation(const struct pair *pair)
{
	tell_same(pair);
	tell_apart(pair);
	tell_none(pair);
	/* A parent makes no threads of another process. */
	if (pair->topic == TOPIC_PARENT && !pair->to->facts.leader)
		return;
	if (pair->to->facts.kernel_thread != KERNEL_THREAD_NO)
		say(pair->to, pair->topic, NULL,
		    f("It was not made by clone(2): the kernel has functions of its own for that, which take the same flags."));
	tell_flags(pair);
	tell_untold(pair);
	tell_beyond(pair);
}

static bool is_missing(const struct pair *pair, const char *who)
{
	if (pair->other->task != NO_TASK)
		return false;
	say(pair->to, pair->topic, f("%d is not there", pair->other->pid),
	    f("Its %s, %d, is not in this snapshot.", who, pair->other->pid));
	return true;
}

static char *name_of(const struct pair *pair)
{
	char name[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

	return xstrdup(escape(pair->model->tasks[pair->other->task].comm, name));
}

void explain_leader(struct explanation *explanation, struct model *model)
{
	const struct pair pair = {
		explanation, model, TOPIC_LEADER,
		&explanation->facts.with_leader,
	};
	char *name;

	if (!pair.other->pid || is_missing(&pair, "leader"))
		return;
	name = name_of(&pair);
	say(explanation, pair.topic, f("TGID %d", pair.other->pid),
	    f("Its leader is %d (%s).", pair.other->pid, name));
	free(name);
	tell_relation(&pair);
}

/* exec: begin_new_exec(), fs/exec.c. */
static void tell_exec(const struct pair *pair)
{
	const struct facts *facts = &pair->to->facts;

	if (!facts->leader || facts->dead ||
	    facts->kernel_thread != KERNEL_THREAD_NO)
		return;
	if (facts->record->flags & FLAG_FORKNOEXEC)
		say(pair->to, pair->topic, f("PF_FORKNOEXEC is set"),
		    f("It has not called exec(2): it goes on with the program of who made it."));
	else
		say(pair->to, pair->topic, f("PF_FORKNOEXEC is not set"),
		    f("It has called exec(2), and got a new address space and open files and signal handlers of its own then."));
}

static void tell_no_parent(const struct pair *pair)
{
	if (pair->to->facts.record->pid > PID_KTHREADD)
		say(pair->to, pair->topic, f("PPID 0"), f("It has none."));
	else
		say(pair->to, pair->topic, f("PPID 0"),
		    f("It has none: the kernel made it at boot, out of its idle task. There is one of these for each processor; all have pid 0, and no list shows them."));
}

static void tell_who(const struct pair *pair)
{
	const struct facts *facts = &pair->to->facts;
	char *name = name_of(pair);

	if (facts->leader)
		say(pair->to, pair->topic, f("PPID %d", pair->other->pid),
		    f("Its parent is %d (%s): who is told when it ends, and mostly who made it.",
		      pair->other->pid, name));
	else
		say(pair->to, pair->topic, f("PPID %d", pair->other->pid),
		    f("Its parent is %d (%s), as that of all threads of its process.",
		      pair->other->pid, name));
	free(name);
}

void explain_parent(struct explanation *explanation, struct model *model)
{
	const struct pair pair = {
		explanation, model, TOPIC_PARENT,
		&explanation->facts.with_parent,
	};

	if (!pair.other->pid) {
		tell_no_parent(&pair);
		return;
	}
	if (!is_missing(&pair, "parent")) {
		tell_who(&pair);
		tell_relation(&pair);
	}
	tell_exec(&pair);
}
