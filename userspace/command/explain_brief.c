// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The short form of explain: five lines, which can be read one by one.
 */
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/explain.h"

static char *names(uint32_t set)
{
	return resource_words(set, ", ", RESOURCE_NAME);
}

/* Join @list and @more, which may be empty. Takes ownership of both. */
static char *both(char *list, char *more)
{
	if (*more)
		return joined(list, "; ", more);
	free(more);
	return list;
}

static char *line_kind(const struct explanation *of)
{
	const struct facts *facts = &of->facts;
	char *line = xstrdup(of->title);

	if (facts->kernel || facts->dead)
		return line;
	if (facts->gettid && facts->getpid)
		line = joined(line, "; ",
			      xasprintf("gettid() returns %d, getpid() %d",
					facts->gettid, facts->getpid));
	if (facts->gettid && facts->getpid && facts->getppid_known)
		line = joined(line, ", ",
			      xasprintf("getppid() %d", facts->getppid));
	return line;
}

/* Return what has changed since the task was created. */
static char *changes(const struct facts *facts)
{
	const struct birth *birth = &facts->birth;
	char *list = xstrdup(""), *words;

	if (birth->was_thread)
		list = joined(list, "; ", xstrdup("became the leader by exec(2)"));
	else if (facts->leader && !facts->kernel && !facts->dead)
		list = joined(list, "; ",
			      xstrdup(facts->record->flags & FLAG_FORKNOEXEC ?
				      "has not called exec(2)" : "has called exec(2)"));
	words = names(birth->parted);
	if (*words)
		list = joined(list, "; ",
			      xasprintf("no longer the same as its creator's: %s",
					words));
	free(words);
	words = names(birth->joined);
	if (*words)
		list = joined(list, "; ",
			      xasprintf("the same as its creator's by setns(2): %s",
					words));
	free(words);
	return list;
}

static char *created_as_recorded(const struct explanation *of)
{
	const struct birth *birth = &of->facts.birth;
	const char *name = birth_name(birth->flags);
	char *creator = explain_creator(of);
	char *flags = birth->flags ? clone_flags(birth->flags, "|") :
				     xstrdup("no flags");
	char *line = xasprintf("by %s with %s%s%s", creator, flags,
			       name ? ", like " : "", name ? name : "");

	free(flags);
	free(creator);
	if (of->facts.leader && of->facts.record->ppid &&
	    birth->creator == NO_TASK && !birth->was_thread &&
	    !(birth->flags & CLONE_PARENT))
		line = joined(line, "; ",
			      xasprintf("its parent %d adopted it, unless it is that task",
					of->facts.record->ppid));
	return both(line, changes(&of->facts));
}

static char *why_unknown(const struct explanation *of)
{
	uint64_t births = of->model->births_ns;

	if (births && of->facts.record->start_ns < births)
		return xstrdup("before the module was loaded");
	return xstrdup("not recorded");
}

/* Return the creator and flags that are likely, marked as inferred. */
static char *created_by_inference(const struct explanation *of)
{
	const struct relative *creator = &of->facts.with_creator;
	const struct relation *relation = &creator->relation;
	uint32_t set = relation->flags | relation->needed;
	const char *name = relation_name(relation);
	char *who, *flags, *guess;

	if (of->facts.basis == BASIS_NONE || of->facts.kernel)
		return xstrdup("");
	if (of->facts.basis == BASIS_ADOPTED)
		return xasprintf("%d is younger and adopted it", creator->pid);
	who = explain_creator(of);
	flags = set ? resource_words(set, "|", RESOURCE_FLAG) :
		      xstrdup("no flags that share anything");
	if (relation->vfork)
		flags = joined(flags, "|", xstrdup("CLONE_VFORK"));
	if (relation->maybe_vfork)
		flags = joined(flags, ", ", xstrdup("perhaps CLONE_VFORK"));
	if (of->facts.dead || !relation->possible ||
	    relation->unknown & relation->untold)
		guess = xasprintf("inferred creator: %s", who);
	else
		guess = xasprintf("inferred: by %s with %s%s%s, unless %sanother task created it or something changed since",
				  who, flags, name ? ", like " : "",
				  name ? name : "",
				  of->facts.leader ? "it was adopted, " : "");
	free(flags);
	free(who);
	return guess;
}

static char *line_created(const struct explanation *of)
{
	if (of->facts.birth.pid)
		return created_as_recorded(of);
	if (!of->facts.record->ppid && of->facts.leader && !of->model->nested &&
	    of->facts.record->pid <= PID_KTHREADD)
		return xstrdup("by the kernel at boot");
	return both(why_unknown(of), created_by_inference(of));
}

/* Tasks that the caller may not inspect have objects that are unknown. */
static bool is_closed(uint32_t unknown)
{
	static const uint32_t always = BIT(TASKMAP_SIGHAND) | BIT(TASKMAP_USER_NS);

	return (unknown & always) == always;
}

/* A thread usually shares everything with its leader, so name the exceptions. */
static char *shared_with_leader(const struct explanation *of)
{
	const struct relation *relation = &of->facts.with_leader.relation;
	const char *known = relation->unknown ? " known" : "";
	char *apart = names(relation->apart & ~BIT(TASKMAP_ACTIVE_MM));
	char *line;

	if (of->facts.with_leader.task == NO_TASK)
		line = xasprintf("its leader %d is not in this snapshot",
				 of->facts.with_leader.pid);
	else if (is_closed(relation->unknown))
		line = xasprintf("the process with its leader %d",
				 of->facts.with_leader.pid);
	else if (*apart)
		line = xasprintf("with its leader %d everything%s except %s",
				 of->facts.with_leader.pid, known, apart);
	else
		line = xasprintf("with its leader %d everything%s that both hold",
				 of->facts.with_leader.pid, known);
	free(apart);
	return line;
}

/* Namespaces and cgroups, which a new task inherits from its creator. */
static char *inherited(const struct explanation *of)
{
	const struct relative *other = of->facts.with_creator.task != NO_TASK ?
				       &of->facts.with_creator :
				       &of->facts.with_parent;
	const uint32_t set = ALL_NAMESPACES | BIT(TASKMAP_CGROUPS);
	const char *who = other == &of->facts.with_parent ||
			  of->facts.basis == BASIS_ADOPTED ? "parent" :
			  of->facts.birth.pid ? "creator" : "inferred creator";
	const char *cgroups;
	char *apart, *line;

	if (!other->pid || other->task == NO_TASK ||
	    !((other->relation.same | other->relation.apart) & set))
		return xstrdup("");
	apart = names(other->relation.apart & set);
	cgroups = other->relation.unknown & BIT(TASKMAP_CGROUPS) ? "" :
		  " and cgroups";
	if (!*apart)
		line = xasprintf("namespaces%s with its %s %d", cgroups, who,
				 other->pid);
	else if (other->relation.same & set)
		line = xasprintf("namespaces%s with its %s %d except %s",
				 cgroups, who, other->pid, apart);
	else
		line = xasprintf("no namespace%s with its %s %d",
				 *cgroups ? " and no cgroups" : "", who,
				 other->pid);
	free(apart);
	return line;
}

/* Return what the task shares with any other thread group. */
static char *shared_with_others(const struct explanation *of)
{
	const uint32_t asked = of->facts.kernel ? 0 : NOTED;
	char *list = xstrdup("");
	uint32_t set = asked;

	while (set) {
		struct others others;
		uint32_t alike = model_alike(of->model, of->facts.task, set,
					     model_others, &others);
		char *words;

		set &= ~alike;
		if (!others.count)
			continue;
		words = names(alike);
		list = joined(list, "; ", others.count == 1 ?
			      xasprintf("%s with %d", words, others.tgid) :
			      xasprintf("%s with %d and %u more processes", words,
					others.tgid, others.count - 1));
		free(words);
	}
	return list;
}

/* Why there is no task to compare with. */
static char *without_creator(const struct relative *parent)
{
	if (parent->pid && parent->task == NO_TASK)
		return xasprintf("unknown: its parent %d is not in this snapshot",
				 parent->pid);
	return xstrdup(parent->pid ? "nothing with its parent" :
				     "unknown: it has no parent to compare with");
}

/* Return the resources of @set, which are unknown of @who, or "". */
static char *unknown_of(uint32_t set, const char *who)
{
	char *words = names(set & ~(BIT(TASKMAP_ACTIVE_MM) | BIT(TASKMAP_NSPROXY)));
	char *line;

	if (is_closed(set))
		line = xasprintf("%s could not be inspected", who);
	else
		line = *words ? xasprintf("unknown of %s: %s", who, words) :
				xstrdup("");
	free(words);
	return line;
}

/* Return what is unknown of the task and of the one that it is compared with. */
static char *not_known(const struct explanation *of)
{
	const struct relative *other = of->facts.leader ?
				       &of->facts.with_creator :
				       &of->facts.with_leader;
	uint32_t own = of->facts.record->unknown;
	uint32_t its = other->relation.unknown & ~own;
	char *pid = xasprintf("%d", other->pid);
	char *line = both(unknown_of(own, "it"), unknown_of(its, pid));

	free(pid);
	return line;
}

/* That the task shares nothing is known only if all other processes are. */
static const char *nothing_with_others(const struct explanation *of)
{
	if (of->facts.record->unknown & NOTED)
		return "";
	return of->model->unknown & NOTED ?
	       "no mm, files or fs with another process that could be inspected" :
	       "no mm, files or fs with another process";
}

static char *line_shares(const struct explanation *of)
{
	char *line = of->facts.leader ? inherited(of) : shared_with_leader(of);
	char *others = shared_with_others(of);
	char *unknown = not_known(of);

	if (of->facts.leader && !of->facts.kernel && !of->facts.dead && !*others)
		others = joined(others, "", xstrdup(nothing_with_others(of)));
	if (!*line && !*others && !*unknown)
		others = joined(others, "", without_creator(&of->facts.with_parent));
	return both(both(line, others), unknown);
}

/* The same sentences as in the long form. */
static char *line_doing(const struct explanation *of)
{
	char *line = xstrdup("");

	for (size_t i = 0; i < of->count; i++) {
		if (of->sentences[i].topic == TOPIC_STATE)
			line = joined(line, " ", xstrdup(of->sentences[i].text));
	}
	return line;
}

static char *line_unusual(const struct explanation *of)
{
	char note[VALUE_SIZE];

	note_oddities(of->model, of->facts.task, note);
	if (*note)
		return xstrdup(note);
	return xstrdup(of->facts.record->unknown ? "nothing known" : "nothing");
}

char *explain_line(const struct explanation *explanation, enum line line)
{
	static char *(*const make[LINES])(const struct explanation *of) = {
		[LINE_KIND] = line_kind,
		[LINE_CREATED] = line_created,
		[LINE_SHARES] = line_shares,
		[LINE_DOING] = line_doing,
		[LINE_UNUSUAL] = line_unusual,
	};

	return make[line](explanation);
}
