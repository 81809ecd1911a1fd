// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "kcmp.h"
#include "pairs.h"
#include "resources.h"
#include "util.h"
#include "verify.h"

/* How often more a difference must be the same to be a disagreement. */
#define STEADY	6

/* How often is asked again before what never holds still is left alone. */
#define ROUNDS	24

/*
 * Suspicions that are followed beyond the first round, which clears most of
 * them. If there are more, something is wrong with everything.
 */
#define MOST	10000

/* The numbers of the namespaces that the system was booted with. */
#define FIRST_PID_NS	0xeffffffcU
#define FIRST_TIME_NS	0xeffffffaU

/* A task for as long as it lives, across snapshots. */
struct name {
	int pid;
	uint64_t start;
};

enum outcome {
	ANSWERED,
	GONE,		/* a task is not there any more, or not the same */
	UNKNOWN,	/* the witness does not tell */
};

struct verifier;

/* A question to the witness about a record, or two. */
struct question {
	const struct topic *topic;
	unsigned int which;	/* field or resource */
	const struct taskmap_record *one, *other;
};

struct topic {
	const char *witness;
	const char *(*what)(unsigned int which);
	enum outcome (*ask)(const struct verifier *verifier,
			    const struct question *question,
			    struct answer *answer);
};

/* A question whose answer was not what the module says. */
struct suspicion {
	const struct topic *topic;
	unsigned int which;
	struct name one, other;
	struct answer answer;
	unsigned int steady;
};

struct verifier {
	const struct verify_system *system;
	struct verification *result;
	struct snapshot snap;	/* the newest */
	struct model model;	/* of the first */
	bool *chosen;		/* in the first */
	struct suspicion *suspicions;
	size_t count, room;
};

static const char proc[] = "/proc";
static const char kcmp[] = "kcmp";

static bool is_gone(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

static enum outcome outcome_of(int error)
{
	if (!error)
		return ANSWERED;
	return is_gone(error) ? GONE : UNKNOWN;
}

/* The topics */

static const char *resource_name(unsigned int resource)
{
	return resources[resource].name;
}

static const char *task_name(unsigned int which)
{
	(void)which;
	return "task";
}

static const char *vfork_name(unsigned int which)
{
	(void)which;
	return "vfork";
}

static enum outcome answered(struct answer *answer, const char *module,
			     const char *witness)
{
	answer_set(answer, module, witness);
	return ANSWERED;
}

static enum outcome about_field(const struct verifier *verifier,
				const struct question *question,
				struct answer *answer)
{
	const struct taskmap_record *record = question->one;
	struct proc_task task;
	int error = proc_read(verifier->system->proc, record->pid, &task);

	if (error)
		return outcome_of(error);
	if (question->which != FIELD_START && !field_same_task(record, &task))
		return GONE;
	field_compare(question->which, record, &task, answer);
	return ANSWERED;
}

/* A task of the module's that /proc does not have. */
static enum outcome about_presence(const struct verifier *verifier,
				   const struct question *question,
				   struct answer *answer)
{
	struct proc_task task;
	int error;

	error = proc_read(verifier->system->proc, question->one->pid, &task);
	if (error && !is_gone(error))
		return UNKNOWN;
	return answered(answer, some(true), some(!error));
}

/* Whether it holds one at all, by what the dead hold. */
static enum outcome about_none(const struct verifier *verifier,
			       const struct question *question,
			       struct answer *answer)
{
	const struct taskmap_record *record = question->one;
	int none = verifier->system->same(record->pid, verifier->system->nobody,
					  question->which);

	if (none < 0)
		return outcome_of(none);
	answer->ids[0] = record->ids[question->which];
	return answered(answer, some(answer->ids[0]), some(!none));
}

static const char *sameness(bool same)
{
	return same ? "the same" : "different";
}

static enum outcome answered_pair(const struct question *question,
				  enum taskmap_resource resource, bool same,
				  struct answer *answer)
{
	answer->ids[0] = question->one->ids[resource];
	answer->ids[1] = question->other->ids[resource];
	return answered(answer, sameness(answer->ids[0] == answer->ids[1]),
			sameness(same));
}

/* None and none are the same to kcmp(2), and equal ids here. */
static enum outcome about_pair(const struct verifier *verifier,
			       const struct question *question,
			       struct answer *answer)
{
	int same = verifier->system->same(question->one->pid,
					  question->other->pid,
					  question->which);

	if (same < 0)
		return outcome_of(same);
	return answered_pair(question, question->which, same, answer);
}

/* Who is marked uses the mm of its parent, whatever the ids say. */
static enum outcome about_vfork(const struct verifier *verifier,
				const struct question *question,
				struct answer *answer)
{
	bool marked = question->one->marks & TASKMAP_MARK_VFORK;
	int same = verifier->system->same(question->one->pid,
					  question->other->pid, TASKMAP_MM);

	if (same < 0)
		return outcome_of(same);
	return answered(answer, marked ? "borrows its mm" : "does not",
			marked && !same ? "another mm" :
			marked ? "borrows its mm" : "does not");
}

static enum outcome about_link(const struct verifier *verifier,
			       const struct question *question,
			       struct answer *answer)
{
	const struct taskmap_record *record = question->one;
	uint64_t number;
	int error = proc_namespace(verifier->system->proc, record->pid,
				   question->which, &number);

	if (error)
		return outcome_of(error);
	answer->ids[0] = record->ids[question->which];
	return answered(answer, some(answer->ids[0]), some(number));
}

static enum outcome about_namespace(const struct verifier *verifier,
				    const struct question *question,
				    struct answer *answer)
{
	const char *root = verifier->system->proc;
	uint64_t one, other;
	int error;

	error = proc_namespace(root, question->one->pid, question->which, &one);
	if (!error)
		error = proc_namespace(root, question->other->pid,
				       question->which, &other);
	if (error)
		return outcome_of(error);
	return answered_pair(question, question->which, one == other, answer);
}

static const struct topic
	on_field	= { proc, field_name, about_field },
	on_presence	= { proc, task_name, about_presence },
	on_absence	= { proc, task_name, NULL },
	on_none		= { kcmp, resource_name, about_none },
	on_pair		= { kcmp, resource_name, about_pair },
	on_vfork	= { kcmp, vfork_name, about_vfork },
	on_link		= { proc, resource_name, about_link },
	on_namespace	= { proc, resource_name, about_namespace };

/* Suspicions */

static struct name name_of(const struct taskmap_record *record)
{
	struct name name = { 0 };

	if (record) {
		name.pid = record->pid;
		name.start = record->start_ns;
	}
	return name;
}

static struct suspicion *suspect(struct verifier *verifier)
{
	if (verifier->count == verifier->room) {
		verifier->room = verifier->room ? verifier->room * 2 : 64;
		verifier->suspicions = xreallocarray(verifier->suspicions,
						     verifier->room,
						     sizeof(*verifier->suspicions));
	}
	return memset(&verifier->suspicions[verifier->count++], 0,
		      sizeof(*verifier->suspicions));
}

static void keep(struct verifier *verifier, const struct question *question,
		 const struct answer *answer)
{
	struct suspicion *suspicion = suspect(verifier);

	suspicion->topic = question->topic;
	suspicion->which = question->which;
	suspicion->one = name_of(question->one);
	suspicion->other = name_of(question->other);
	suspicion->answer = *answer;
}

/* Asks for the first time. Who is gone meanwhile is told of elsewhere. */
static void ask(struct verifier *verifier, const struct question *question)
{
	struct answer answer = { 0 };

	switch (question->topic->ask(verifier, question, &answer)) {
	case ANSWERED:
		if (!answer_agrees(&answer))
			keep(verifier, question, &answer);
		break;
	case UNKNOWN:
		verifier->result->unchecked++;
		break;
	case GONE:
		break;
	}
}

static void ask_task(struct verifier *verifier, const struct topic *topic,
		     unsigned int which, const struct taskmap_record *one)
{
	const struct question question = { topic, which, one, NULL };

	ask(verifier, &question);
}

/* Each task by itself */

static void check_fields(struct verifier *verifier,
			 const struct taskmap_record *record,
			 const struct proc_task *task)
{
	/* Another one has the pid now; or the module is wrong about just that. */
	size_t count = field_same_task(record, task) ? field_count() : 1;

	for (unsigned int f = FIELD_START; f < count; f++) {
		const struct question question = { &on_field, f, record, NULL };
		struct answer answer = { 0 };

		if (!field_compare(f, record, task, &answer))
			keep(verifier, &question, &answer);
	}
}

static void check_none(struct verifier *verifier,
		       const struct taskmap_record *record)
{
	if (!verifier->system->same || verifier->system->nobody <= 0)
		return;
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		/* The dead have signal handlers, too. */
		if (kcmp_knows(r) && r != TASKMAP_SIGHAND)
			ask_task(verifier, &on_none, r, record);
	}
}

static void check_task(struct verifier *verifier,
		       const struct taskmap_record *record)
{
	struct proc_task task;
	int error = proc_read(verifier->system->proc, record->pid, &task);

	if (is_gone(error))
		ask_task(verifier, &on_presence, 0, record);
	else if (error)
		verifier->result->unchecked++;
	else
		check_fields(verifier, record, &task);
	check_none(verifier, record);
}

static void check_tasks(struct verifier *verifier)
{
	const struct snapshot *snap = &verifier->snap;
	unsigned int done = 0;

	for (unsigned int i = 0; i < snap->count; i++) {
		if (!verifier->chosen[i])
			continue;
		check_task(verifier, &snap->tasks[i]);
		verifier->system->progress(++done, verifier->result->tasks);
	}
}

/* Tasks that /proc has and the module does not */

static const struct taskmap_record *find(const struct snapshot *snap, int pid)
{
	unsigned int low = 0, high = snap->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (snap->tasks[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < snap->count && snap->tasks[low].pid == pid)
		return &snap->tasks[low];
	return NULL;
}

static void say_absent(const struct proc_task *task, struct answer *answer)
{
	answered(answer, some(false), some(true));
	answer->ids[0] = task->start;
}

static void check_absent(void *data, int pid)
{
	struct verifier *verifier = data;
	struct suspicion *suspicion;
	struct proc_task task;

	if (find(&verifier->snap, pid) ||
	    proc_read(verifier->system->proc, pid, &task))
		return;
	suspicion = suspect(verifier);
	suspicion->topic = &on_absence;
	suspicion->one.pid = pid;
	say_absent(&task, &suspicion->answer);
}

/* Namespaces: equal links must be equal ids, and equal ids equal links */

struct link {
	uint64_t key, value;
	unsigned int task;
};

static int compare_links(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

struct links {
	struct link *links;
	unsigned int count;
	unsigned int resource;
	bool *told;	/* by task */
};

/* How many from @first on are like it, in key and, if @value, in value. */
static unsigned int run_length(const struct links *links, unsigned int first,
			       bool value)
{
	const struct link *begin = &links->links[first];
	unsigned int end = first + 1;

	while (end < links->count && links->links[end].key == begin->key &&
	       (!value || links->links[end].value == begin->value))
		end++;
	return end - first;
}

/* The first of those that have the value that most of a key have. */
static unsigned int majority(const struct links *links, unsigned int first,
			     unsigned int count)
{
	unsigned int best = first, most = 0;

	for (unsigned int i = first; i < first + count;) {
		unsigned int length = run_length(links, i, true);

		if (length > most) {
			most = length;
			best = i;
		}
		i += length;
	}
	return best;
}

static void ask_odd(struct verifier *verifier, const struct links *links,
		    const struct link *odd, const struct link *usual)
{
	const struct taskmap_record *tasks = verifier->snap.tasks;
	const struct question question = {
		&on_namespace, links->resource,
		&tasks[odd->task], &tasks[usual->task],
	};

	if (odd->value == usual->value || links->told[odd->task] ||
	    !(verifier->chosen[odd->task] || verifier->chosen[usual->task]))
		return;
	links->told[odd->task] = true;
	ask(verifier, &question);
}

/* Whose value is not that of most with its key, is compared with one of those. */
static void check_one_way(struct verifier *verifier, struct links *links)
{
	qsort(links->links, links->count, sizeof(*links->links), compare_links);
	for (unsigned int first = 0; first < links->count;) {
		unsigned int count = run_length(links, first, false);
		unsigned int usual = majority(links, first, count);

		for (unsigned int i = first; i < first + count; i++)
			ask_odd(verifier, links, &links->links[i],
				&links->links[usual]);
		first += count;
	}
}

static void turn_around(struct links *links)
{
	for (unsigned int i = 0; i < links->count; i++) {
		struct link *link = &links->links[i];
		uint64_t key = link->key;

		link->key = link->value;
		link->value = key;
	}
}

static void collect_link(struct verifier *verifier, unsigned int task,
			 struct links *links)
{
	const struct taskmap_record *record = &verifier->snap.tasks[task];
	uint64_t id = record->ids[links->resource];
	uint64_t number;
	int error = proc_namespace(verifier->system->proc, record->pid,
				   links->resource, &number);

	if (is_gone(error))
		return;
	if (error) {
		verifier->result->unchecked += verifier->chosen[task];
		return;
	}
	if (id && number)
		links->links[links->count++] = (struct link){ number, id, task };
	else if ((id || number) && verifier->chosen[task])
		ask_task(verifier, &on_link, links->resource, record);
}

static void check_namespace(struct verifier *verifier, unsigned int resource)
{
	unsigned int count = verifier->snap.count;
	struct links links = {
		.links = xcalloc(count, sizeof(*links.links)),
		.resource = resource,
		.told = xcalloc(count, sizeof(*links.told)),
	};

	for (unsigned int i = 0; i < count; i++)
		collect_link(verifier, i, &links);
	check_one_way(verifier, &links);
	turn_around(&links);
	check_one_way(verifier, &links);
	free(links.links);
	free(links.told);
}

static void check_namespaces(struct verifier *verifier)
{
	uint64_t number;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		/* A kernel may have been built without. */
		if (resources[r].ns &&
		    !proc_own_namespace(verifier->system->proc, r, &number))
			check_namespace(verifier, r);
	}
}

static void check_pair(struct verifier *verifier, const struct pair *pair)
{
	const struct taskmap_record *tasks = verifier->snap.tasks;

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		const struct question question = {
			&on_pair, r, &tasks[pair->one], &tasks[pair->other],
		};

		if (kcmp_knows(r))
			ask(verifier, &question);
	}
}

static void check_pairs(struct verifier *verifier)
{
	struct pairs pairs;

	pairs_choose(&pairs, &verifier->model, verifier->chosen,
		     verifier->result->seed);
	for (size_t i = 0; i < pairs.count; i++)
		check_pair(verifier, &pairs.pairs[i]);
	verifier->result->pairs = pairs.count;
	pairs_free(&pairs);
}

/*
 * One of the thread group of @task's parent, whose leader can be dead: with the
 * same mm, if there is one, or else with any. NULL if nobody has one.
 */
static const struct taskmap_record *lender_of(const struct verifier *verifier,
					      unsigned int task)
{
	const struct model *model = &verifier->model;
	const struct taskmap_record *tasks = model->tasks;
	const struct taskmap_record *lender = NULL;
	unsigned int parent = model_parent(model, task);
	const struct group *threads;

	if (parent == NO_TASK)
		return NULL;
	threads = model_threads(model, parent);
	for (unsigned int i = 0; i < threads->count; i++) {
		unsigned int member = model->threads.members[threads->first + i];

		if (model_same(model, member, task, TASKMAP_MM))
			return &tasks[member];
		if (!lender && tasks[member].ids[TASKMAP_MM])
			lender = &tasks[member];
	}
	return lender;
}

static void check_vforks(struct verifier *verifier)
{
	const struct snapshot *snap = &verifier->snap;

	for (unsigned int i = 0; i < snap->count; i++) {
		const struct taskmap_record *task = &snap->tasks[i];
		struct question question = { &on_vfork, 0, task, NULL };

		if (!verifier->chosen[i] || !(task->marks & TASKMAP_MARK_VFORK))
			continue;
		question.other = lender_of(verifier, i);
		if (question.other)
			ask(verifier, &question);
	}
}

/* Asking again */

static enum outcome ask_absence(const struct verifier *verifier,
				const struct suspicion *suspicion,
				struct answer *answer)
{
	struct proc_task task;
	int error;

	if (find(&verifier->snap, suspicion->one.pid))
		return GONE;
	error = proc_read(verifier->system->proc, suspicion->one.pid, &task);
	if (error)
		return outcome_of(error);
	say_absent(&task, answer);
	return ANSWERED;
}

/* The task of that name in the newest snapshot, NULL if there is none. */
static const struct taskmap_record *still(const struct verifier *verifier,
					  const struct name *name)
{
	const struct taskmap_record *record = find(&verifier->snap, name->pid);

	return record && record->start_ns == name->start ? record : NULL;
}

static enum outcome ask_again(const struct verifier *verifier,
			      const struct suspicion *suspicion,
			      struct answer *answer)
{
	struct question question = {
		suspicion->topic, suspicion->which, NULL, NULL,
	};

	if (suspicion->topic == &on_absence)
		return ask_absence(verifier, suspicion, answer);
	question.one = still(verifier, &suspicion->one);
	if (!question.one)
		return GONE;
	if (suspicion->other.pid) {
		question.other = still(verifier, &suspicion->other);
		if (!question.other)
			return GONE;
	}
	return suspicion->topic->ask(verifier, &question, answer);
}

static void conclude(struct verifier *verifier,
		     const struct suspicion *suspicion)
{
	struct verification *result = verifier->result;
	struct disagreement *found;

	result->list = xreallocarray(result->list, result->count + 1,
				     sizeof(*result->list));
	found = &result->list[result->count++];
	found->pid = suspicion->one.pid;
	found->other = suspicion->other.pid;
	found->what = suspicion->topic->what(suspicion->which);
	found->witness = suspicion->topic->witness;
	found->answer = suspicion->answer;
}

/* Whether it remains one after it was asked again. */
static bool remains(struct verifier *verifier, struct suspicion *suspicion)
{
	struct verification *result = verifier->result;
	struct answer answer = { 0 };
	enum outcome outcome = ask_again(verifier, suspicion, &answer);

	if (outcome == UNKNOWN) {
		result->unchecked++;
		return false;
	}
	if (outcome == GONE || answer_agrees(&answer)) {
		result->races++;
		return false;
	}
	if (answer_equals(&answer, &suspicion->answer))
		suspicion->steady++;
	else
		suspicion->steady = 0;
	suspicion->answer = answer;
	if (suspicion->steady < STEADY)
		return true;
	conclude(verifier, suspicion);
	return false;
}

static void look_again(struct verifier *verifier)
{
	size_t left = 0;

	for (size_t i = 0; i < verifier->count; i++) {
		if (remains(verifier, &verifier->suspicions[i]))
			verifier->suspicions[left++] = verifier->suspicions[i];
	}
	if (left > MOST) {
		verifier->result->unchecked += left - MOST;
		left = MOST;
	}
	verifier->count = left;
}

static int take(struct verifier *verifier, struct error *error)
{
	const struct verify_system *system = verifier->system;

	return system->take(system->data, &verifier->snap, error);
}

static int settle(struct verifier *verifier, struct error *error)
{
	for (unsigned int round = 1; verifier->count && round <= ROUNDS;
	     round++) {
		verifier->system->rest(round);
		snapshot_free(&verifier->snap);
		if (take(verifier, error))
			return -1;
		look_again(verifier);
	}
	/* What never held still is none. */
	verifier->result->races += verifier->count;
	return 0;
}

static int compare_disagreements(const void *a, const void *b)
{
	const struct disagreement *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->other != y->other)
		return x->other < y->other ? -1 : 1;
	return strcmp(x->what, y->what);
}

/* Everything once. */
static void check_all(struct verifier *verifier, bool whole)
{
	check_tasks(verifier);
	check_namespaces(verifier);
	if (verifier->system->same) {
		check_pairs(verifier);
		check_vforks(verifier);
	}
	if (whole && proc_each(verifier->system->proc, check_absent, verifier))
		verifier->result->unchecked++;
}

static int run(struct verifier *verifier, const struct filter *filter,
	       struct error *error)
{
	struct verification *result = verifier->result;
	int status;

	model_init(&verifier->model, &verifier->snap);
	verifier->chosen = filter_apply(filter, &verifier->model,
					&result->missing);
	for (unsigned int i = 0; i < verifier->snap.count; i++)
		result->tasks += verifier->chosen[i];
	check_all(verifier, !filter->pid_count);
	model_free(&verifier->model);
	free(verifier->chosen);
	status = settle(verifier, error);
	if (result->count)
		qsort(result->list, result->count, sizeof(*result->list),
		      compare_disagreements);
	free(verifier->suspicions);
	return status;
}

/* Whether it is in the namespace that the system was booted with. */
static bool is_in_first(const struct verify_system *system,
			enum taskmap_resource resource, uint64_t first)
{
	uint64_t number;
	int error = proc_own_namespace(system->proc, resource, &number);

	/* A kernel without such namespaces has one in effect. */
	return error == -ENOENT || (!error && number == first);
}

/* Pids and times of /proc are to be the module's, which are the system's. */
static int check_place(const struct verify_system *system, struct error *error)
{
	int reason = proc_present(system->proc);

	if (reason)
		return error_set(error, ERROR_SYSTEM, "cannot read %s/self: %s",
				 system->proc, strerror(-reason));
	if (!is_in_first(system, TASKMAP_PID_NS, FIRST_PID_NS) ||
	    !is_in_first(system, TASKMAP_TIME_NS, FIRST_TIME_NS))
		return error_set(error, ERROR_SYSTEM,
				 "%s has other pids or times than the module here; run it outside of any container",
				 system->proc);
	return 0;
}

int verify(const struct verify_system *system, const struct filter *filter,
	   uint64_t seed, struct verification *result, struct error *error)
{
	struct verifier verifier = {
		.system = system,
		.result = result,
	};
	int status;

	memset(result, 0, sizeof(*result));
	result->seed = seed;
	if (take(&verifier, error))
		return -1;
	result->header = verifier.snap.header;
	status = check_place(system, error);
	if (!status)
		status = run(&verifier, filter, error);
	snapshot_free(&verifier.snap);
	return status;
}

void verification_free(struct verification *result)
{
	free(result->list);
	memset(result, 0, sizeof(*result));
}
