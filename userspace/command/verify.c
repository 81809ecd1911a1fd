// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap verify: compare the module's data with kcmp(2) and /proc.
 *
 * The module and the other source are asked one after the other, while the
 * system continues to run. A difference is therefore only a suspicion. The
 * question is asked again, each time with a new snapshot, until both answers
 * are equal, a task is gone, or the same task got the same two answers STEADY
 * times in a row. Only the last case is a disagreement; the others are races.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "command/verify.h"

/* How often an answer must be repeated before it is a disagreement. */
#define STEADY	6

/* How often a question is asked again before it is a race. */
#define ROUNDS	24

/*
 * Maximum number of suspicions after the first round, which clears most of
 * them. If more are left, something is fundamentally wrong.
 */
#define MOST	10000

/* The system to verify. Tests replace it. */
struct verify_system {
	/* source_read(), and its @source */
	int (*take)(const struct source *source, const char *path,
		    struct snapshot *snap, struct error *error);
	const struct source *source;
	const char *proc;	/* where procfs is mounted */
	const char *cgroups;	/* result of proc_cgroups() */
	/* kcmp_same(), or NULL if kcmp(2) does not work */
	int (*same)(int one, int other, enum taskmap_resource resource);
	int zombie;		/* result of kcmp_zombie() */
	void (*rest)(unsigned int round);	/* waits before asking again */
	void (*progress)(unsigned int done, unsigned int all);	/* or NULL */
};

/* Identifies a task in several snapshots, or its absence from them. */
struct name {
	int pid;		/* 0: no task */
	bool there;
	uint64_t start;
	const struct taskmap_record *record;	/* in the latest snapshot */
};

/* A question, which is a suspicion if the answers differ. */
struct suspicion {
	const struct check *check;
	unsigned int which;		/* the resource or field */
	struct name one, other;		/* @other: if it is about a pair */
	struct answer answer;
	unsigned int steady;		/* how often the answer was repeated */
};

struct verification {
	const struct verify_system *system;
	struct snapshot snap;		/* the latest */
	struct model model;		/* model of @snap, complete only in the first round */
	bool *chosen;
	struct proc_task task;		/* the task that was read last since @snap */
	int task_pid, task_error;
	struct suspicion *suspicions;
	size_t suspicion_count;
	/* Results: */
	struct taskmap_header header;	/* of the first snapshot */
	uint64_t seed;
	unsigned int tasks;		/* number of tasks compared */
	bool missing;			/* a requested task is missing */
	size_t pairs;			/* number of pairs compared by kcmp(2) */
	uint64_t races;
	uint64_t unchecked;		/* number of questions without an answer */
	struct suspicion *list;		/* disagreements */
	size_t count;
};

/* A kind of question. */
struct check {
	const char *source;
	const char *what;	/* name of the question; NULL: that of the resource or field */
	/* Returns 0, or a negative errno if there is no answer */
	int (*ask)(struct verification *v, const struct suspicion *about,
		   struct answer *answer);
};

static bool is_gone(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

/* The checks */

static int say(struct answer *answer, const char *module, const char *source)
{
	snprintf(answer->module, sizeof(answer->module), "%s", module);
	snprintf(answer->source, sizeof(answer->source), "%s", source);
	return 0;
}

/* Reads /proc only once for consecutive questions about a task. */
static int read_task(struct verification *v, int pid)
{
	if (v->task_pid != pid)
		v->task_error = proc_read(v->system->proc, v->system->cgroups,
					  pid, &v->task);
	need_memory(v->task_error == -ENOMEM);
	v->task_pid = pid;
	return v->task_error;
}

static int ask_presence(struct verification *v, const struct suspicion *about,
			struct answer *answer)
{
	int error = read_task(v, about->one.pid);

	if (error && !(about->one.there && is_gone(error)))
		return error;
	/*
	 * A disagreement requires that the module misses the same task each
	 * time.
	 */
	if (!about->one.there)
		answer->ids[0] = v->task.record.start_ns;
	return say(answer, some(about->one.there), some(!error));
}

static int ask_field(struct verification *v, const struct suspicion *about,
		     struct answer *answer)
{
	const struct taskmap_record *record = about->one.record;
	int error = read_task(v, about->one.pid);

	if (error)
		return error;
	/*
	 * Another task has this pid now, or the module reports a wrong start
	 * time.
	 */
	if (!field_compare(FIELD_START, record, &v->task, answer) &&
	    about->which != FIELD_START)
		return -ESRCH;
	field_compare(about->which, record, &v->task, answer);
	return 0;
}

/*
 * @same is the answer of kcmp(2) or /proc, or an error. Without a second task,
 * the object is compared with none.
 */
static int say_object(const struct suspicion *about, int same,
		      struct answer *answer)
{
	static const char *const words[][2] = {
		{ "some", "none" }, { "different", "the same" },
	};
	bool pair = about->other.record;
	uint64_t *ids = answer->ids;

	if (same < 0)
		return same;
	ids[0] = about->one.record->ids[about->which];
	ids[1] = pair ? about->other.record->ids[about->which] : 0;
	return say(answer, words[pair][ids[0] == ids[1]], words[pair][same]);
}

/*
 * Like proc_namespace(), but fails for a pid namespace for children in which no
 * task was created yet: /proc hides it (pidns_for_children_get(),
 * kernel/pid_namespace.c).
 */
static int read_link(const struct verification *v, int pid,
		     unsigned int resource, uint64_t *number)
{
	int error = proc_namespace(v->system->proc, pid, resource, number);

	if (!error && !*number && resource == TASKMAP_PID_CHILDREN_NS)
		return -ENOENT;
	return error;
}

static int ask_link(struct verification *v, const struct suspicion *about,
		    struct answer *answer)
{
	uint64_t one, other = 0;
	int error = read_link(v, about->one.pid, about->which, &one);

	if (!error && about->other.pid)
		error = read_link(v, about->other.pid, about->which, &other);
	return say_object(about, error ? error : one == other, answer);
}

/* The inode number of a namespace, 0 if the module does not report it. */
static uint32_t inode_of(const struct taskmap_record *record,
			 unsigned int resource)
{
	return record->ns_inodes[resource - TASKMAP_UTS_NS];
}

static int ask_inode(struct verification *v, const struct suspicion *about,
		     struct answer *answer)
{
	uint32_t inode = inode_of(about->one.record, about->which);
	uint64_t number;
	int error = read_link(v, about->one.pid, about->which, &number);

	if (error)
		return error;
	if (!inode || !number)
		return -ENOENT;
	snprintf(answer->module, sizeof(answer->module), "%" PRIu32, inode);
	snprintf(answer->source, sizeof(answer->source), "%" PRIu64, number);
	return 0;
}

/* Two tasks without an object are equal to kcmp(2), and have equal ids here. */
static int ask_kcmp(struct verification *v, const struct suspicion *about,
		    struct answer *answer)
{
	const struct verify_system *system = v->system;
	int other = about->other.pid ? about->other.pid : system->zombie;

	return say_object(about, system->same(about->one.pid, other,
					      about->which), answer);
}

/* A task with this mark must use the mm of its parent, whatever the ids are. */
static int ask_vfork(struct verification *v, const struct suspicion *about,
		     struct answer *answer)
{
	static const char marked[] = "borrows its mm";
	int same;

	if (!(about->one.record->marks & TASKMAP_MARK_VFORK))
		return say(answer, "", "");
	same = v->system->same(about->one.pid, about->other.pid, TASKMAP_MM);
	return same < 0 ? same : say(answer, marked,
				     same ? marked : "another mm");
}

static const struct check
	presence_check	= { "/proc", "task", ask_presence },
	field_check	= { "/proc", NULL, ask_field },
	link_check	= { "/proc", NULL, ask_link },
	inode_check	= { "/proc", NULL, ask_inode },
	kcmp_check	= { "kcmp", NULL, ask_kcmp },
	vfork_check	= { "kcmp", "vfork", ask_vfork };

static const char *what_of(const struct suspicion *about)
{
	if (about->check->what)
		return about->check->what;
	if (about->check == &field_check)
		return field_key(about->which);
	return about->check == &inode_check ?
	       resources[about->which].inode_key :
	       resources[about->which].key;
}

/* The first round */

static struct name name_of(const struct taskmap_record *record)
{
	if (!record)
		return (struct name){ 0 };
	return (struct name){ record->pid, true, record->start_ns, record };
}

/*
 * Asks a question for the first time, and keeps it if it becomes a suspicion.
 * Returns whether both answers are equal. They are not if the task is gone, but
 * only the question about its presence makes this a suspicion.
 */
static bool suspect(struct verification *v, struct suspicion *about)
{
	int error = about->check->ask(v, about, &about->answer);

	if (error) {
		v->unchecked += !is_gone(error);
		return false;
	}
	if (answer_agrees(&about->answer))
		return true;
	v->suspicions = xgrow(v->suspicions, v->suspicion_count,
			      sizeof(*v->suspicions));
	v->suspicions[v->suspicion_count++] = *about;
	return false;
}

/* Asks a question about a task, or about two if @other is not NULL. */
static bool ask(struct verification *v, const struct check *check,
		unsigned int which, const struct taskmap_record *one,
		const struct taskmap_record *other)
{
	struct suspicion about = {
		.check = check, .which = which,
		.one = name_of(one), .other = name_of(other),
	};

	return suspect(v, &about);
}

static void check_task(struct verification *v,
		       const struct taskmap_record *record)
{
	if (ask(v, &presence_check, 0, record, NULL)) {
		for (unsigned int f = FIELD_START; field_key(f); f++) {
			if (field_is_reported(f, &v->header))
				ask(v, &field_check, f, record, NULL);
		}
	}
	if (!v->system->same || v->system->zombie <= 0)
		return;
	for_each_resource(r) {
		/* A zombie has signal handlers, so this would show nothing. */
		if (kcmp_knows(r) && r != TASKMAP_SIGHAND)
			ask(v, &kcmp_check, r, record, NULL);
	}
}

static void check_tasks(struct verification *v)
{
	unsigned int done = 0;

	for (unsigned int i = 0; i < v->snap.count; i++) {
		if (!v->chosen[i])
			continue;
		check_task(v, &v->snap.tasks[i]);
		done++;
		if (v->system->progress)
			v->system->progress(done, v->tasks);
	}
}

/* The task with @pid in the latest snapshot, or NULL. */
static const struct taskmap_record *find(const struct verification *v, int pid)
{
	unsigned int task = model_find(&v->model, pid);

	return task == NO_TASK ? NULL : &v->snap.tasks[task];
}

/* Looks for tasks that /proc has and the module does not report. */
static void check_missing(struct verification *v)
{
	size_t count;
	int *pids, error = proc_pids(v->system->proc, &pids, &count);

	need_memory(error == -ENOMEM);
	if (error) {
		v->unchecked++;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct suspicion about = {
			.check = &presence_check, .one = { .pid = pids[i] },
		};

		if (!find(v, pids[i]))
			suspect(v, &about);
	}
	free(pids);
}

/* Namespaces: equal links must have equal ids, and the reverse */

struct link {
	uint64_t key, value;	/* inode number and id, or the reverse */
	unsigned int task;
	bool asked;
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

static void check_link(struct verification *v, unsigned int resource,
		       struct link *odd, const struct link *usual)
{
	const struct taskmap_record *tasks = v->snap.tasks;

	if (odd->value == usual->value || odd->asked ||
	    !(v->chosen[odd->task] || v->chosen[usual->task]))
		return;
	odd->asked = true;
	ask(v, &link_check, resource, &tasks[odd->task], &tasks[usual->task]);
}

/*
 * Finds, for each key, the most frequent value, and asks about the links that
 * have another value.
 */
static void check_links(struct verification *v, unsigned int resource,
			struct link *links, unsigned int count)
{
	qsort(links, count, sizeof(*links), compare_links);
	for (unsigned int first = 0, end; first < count; first = end) {
		unsigned int usual = first, most = 0, run = first;

		for (end = first; end < count; end++) {
			if (links[end].key != links[first].key)
				break;
			if (links[end].value != links[run].value)
				run = end;
			if (end - run >= most) {
				most = end - run + 1;
				usual = run;
			}
		}
		for (unsigned int i = first; i < end; i++)
			check_link(v, resource, &links[i], &links[usual]);
	}
}

static unsigned int read_links(struct verification *v, unsigned int resource,
			       struct link *links)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < v->snap.count; i++) {
		const struct taskmap_record *record = &v->snap.tasks[i];
		uint64_t number, id = record->ids[resource];
		uint32_t inode = inode_of(record, resource);
		int error = read_link(v, record->pid, resource, &number);

		if (error)
			v->unchecked += v->chosen[i] && !is_gone(error);
		else if (id && number)
			links[count++] = (struct link){ number, id, i, false };
		else if ((id || number) && v->chosen[i])
			ask(v, &link_check, resource, record, NULL);
		if (!error && inode && number && inode != number && v->chosen[i])
			ask(v, &inode_check, resource, record, NULL);
	}
	return count;
}

static void check_namespaces(struct verification *v)
{
	struct link *links = xcalloc(v->snap.count, sizeof(*links));

	for_each_resource_in(ALL_NAMESPACES | CHILD_NAMESPACES, r) {
		unsigned int count;
		uint64_t number;

		/* The kernel or the module may lack this kind of namespace. */
		if (!(v->header.resources & BIT(r)) ||
		    proc_namespace(v->system->proc, 0, r, &number) || !number)
			continue;
		count = read_links(v, r, links);
		check_links(v, r, links, count);
		for (unsigned int i = 0; i < count; i++) {
			number = links[i].key;
			links[i].key = links[i].value;
			links[i].value = number;
		}
		check_links(v, r, links, count);
	}
	free(links);
}

static void check_pairs(struct verification *v)
{
	const struct taskmap_record *tasks = v->snap.tasks;
	struct pair *pairs = pairs_choose(&v->model, v->chosen, v->seed,
					  &v->pairs);

	for (size_t i = 0; i < v->pairs; i++) {
		for_each_resource(r) {
			if (kcmp_knows(r))
				ask(v, &kcmp_check, r, &tasks[pairs[i].one],
				    &tasks[pairs[i].other]);
		}
	}
	free(pairs);
}

/*
 * The thread of @task's parent to compare mms with. A dead leader has no mm, so
 * another thread may be required. One with the same mm is preferred, in case
 * the module is wrong about thread groups.
 */
static const struct taskmap_record *lender_of(const struct model *model,
					      unsigned int task)
{
	const struct taskmap_record *lender = NULL;
	unsigned int parent = model_parent(model, task);
	struct members threads = { 0 };

	if (parent != NO_TASK)
		threads = model_threads(model, parent);
	for (unsigned int i = 0; i < threads.count; i++) {
		unsigned int thread = threads.tasks[i];

		if (model_same(model, thread, task, TASKMAP_MM))
			return &model->tasks[thread];
		if (!lender && model->tasks[thread].ids[TASKMAP_MM])
			lender = &model->tasks[thread];
	}
	return lender;
}

static void check_vforks(struct verification *v)
{
	for (unsigned int i = 0; i < v->snap.count; i++) {
		const struct taskmap_record *task = &v->snap.tasks[i], *lender;

		if (!v->chosen[i] || !(task->marks & TASKMAP_MARK_VFORK))
			continue;
		lender = lender_of(&v->model, i);
		if (lender)
			ask(v, &vfork_check, 0, task, lender);
	}
}

/* Later rounds */

/* Takes a new snapshot. */
static int take(struct verification *v, struct error *error)
{
	snapshot_free(&v->snap);
	v->task_pid = 0;
	if (v->system->take(v->system->source, NULL, &v->snap, error))
		return -1;
	/* model_find() needs nothing else. */
	v->model = (struct model){
		.tasks = v->snap.tasks, .count = v->snap.count,
	};
	return 0;
}

/* Whether the latest snapshot has the same task, or again does not have it. */
static bool is_still(const struct verification *v, struct name *name)
{
	name->record = find(v, name->pid);
	return name->record ? name->there &&
			      name->start == name->record->start_ns :
			      !name->there;
}

static bool answer_equals(const struct answer *a, const struct answer *b)
{
	return !strcmp(a->module, b->module) &&
	       !strcmp(a->source, b->source) &&
	       a->ids[0] == b->ids[0] && a->ids[1] == b->ids[1];
}

/* Asks again. Returns whether the question is still a suspicion. */
static bool remains(struct verification *v, struct suspicion *about)
{
	struct answer answer = { 0 };
	int error = -ESRCH;

	if (is_still(v, &about->one) && is_still(v, &about->other))
		error = about->check->ask(v, about, &answer);
	if (error && !is_gone(error)) {
		v->unchecked++;
		return false;
	}
	if (error || answer_agrees(&answer)) {
		v->races++;
		return false;
	}
	about->steady++;
	if (!answer_equals(&answer, &about->answer))
		about->steady = 0;
	about->answer = answer;
	if (about->steady < STEADY)
		return true;
	v->list = xgrow(v->list, v->count, sizeof(*v->list));
	v->list[v->count++] = *about;
	return false;
}

static void look_again(struct verification *v)
{
	size_t left = 0;

	for (size_t i = 0; i < v->suspicion_count; i++) {
		if (remains(v, &v->suspicions[i]))
			v->suspicions[left++] = v->suspicions[i];
	}
	if (left > MOST) {
		v->unchecked += left - MOST;
		left = MOST;
	}
	v->suspicion_count = left;
}

static int settle(struct verification *v, struct error *error)
{
	for (unsigned int round = 1; v->suspicion_count && round <= ROUNDS;
	     round++) {
		v->system->rest(round);
		if (take(v, error))
			return -1;
		look_again(v);
	}
	/* Answers that kept changing are races. */
	v->races += v->suspicion_count;
	return 0;
}

static int compare_disagreements(const void *a, const void *b)
{
	const struct suspicion *x = a, *y = b;

	if (x->one.pid != y->one.pid)
		return x->one.pid < y->one.pid ? -1 : 1;
	if (x->other.pid != y->other.pid)
		return x->other.pid < y->other.pid ? -1 : 1;
	return strcmp(what_of(x), what_of(y));
}

static int run(struct verification *v, const struct filter *filter,
	       struct error *error)
{
	int status;

	need_memory(model_init(&v->model, &v->snap));
	v->chosen = choose(filter, &(const struct model *){ &v->model }, 1,
			   &v->missing);
	for (unsigned int i = 0; i < v->snap.count; i++)
		v->tasks += v->chosen[i];
	check_tasks(v);
	check_namespaces(v);
	if (v->system->same) {
		check_pairs(v);
		check_vforks(v);
	}
	if (!filter->task_count)
		check_missing(v);
	model_free(&v->model);
	free(v->chosen);
	status = settle(v, error);
	if (v->count)
		qsort(v->list, v->count, sizeof(*v->list),
		      compare_disagreements);
	free(v->suspicions);
	return status;
}

/*
 * Checks that /proc is in the initial pid and time namespaces, as the module's
 * data is.
 */
static int check_place(const char *root, struct error *error)
{
	uint64_t pid_ns, time_ns;
	int reason = proc_namespace(root, 0, TASKMAP_PID_NS, &pid_ns);

	if (!reason)
		reason = proc_namespace(root, 0, TASKMAP_TIME_NS, &time_ns);
	if (reason)
		return error_set(error, "cannot read %s/self: %s", root,
				 strerror(-reason));
	/*
	 * Kernels without such namespaces have no number, and there the check
	 * passes.
	 */
	if ((pid_ns && pid_ns != FIRST_PID_NS) ||
	    (time_ns && time_ns != FIRST_TIME_NS))
		return error_set(error, "%s belongs to another pid or time namespace: run taskmap outside of any container",
				 root);
	return 0;
}

/* Fills in @v. The caller frees v->list even if this fails. */
static int verify(const struct verify_system *system,
		  const struct filter *filter, uint64_t seed,
		  struct verification *v, struct error *error)
{
	int status;

	*v = (struct verification){ .system = system, .seed = seed };
	if (take(v, error))
		return -1;
	v->header = v->snap.header;
	status = check_place(system->proc, error);
	if (!status)
		status = run(v, filter, error);
	snapshot_free(&v->snap);
	return status;
}

/* The command */

/* Number of tasks between two progress messages. */
#define STRIDE	256

/* Wait longer each time, to fall out of step with periodic tasks. */
static void rest(unsigned int round)
{
	const struct timespec time = { .tv_nsec = round * 1000000L };

	nanosleep(&time, NULL);
}

static void show_progress(unsigned int done, unsigned int all)
{
	if (done % STRIDE == 0 || done == all)
		fprintf(stderr, "\r%u of %u tasks%s", done, all,
			done == all ? "\r\033[K" : "");
}

static uint64_t random_seed(void)
{
	uint32_t seed;

	/*
	 * 32 bits, so that it is short to type. It need not be unpredictable.
	 */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint32_t)time(NULL);
	return seed;
}

static void print_one(const struct suspicion *found)
{
	char module[ESCAPED_SIZE(ANSWER_SIZE)];
	char source[ESCAPED_SIZE(ANSWER_SIZE)];

	printf("%d ", found->one.pid);
	if (found->other.pid)
		printf("and %d ", found->other.pid);
	printf("%s: the module says %s, %s says %s\n", what_of(found),
	       escape(found->answer.module, module), found->check->source,
	       escape(found->answer.source, source));
}

static void print_text(const struct verification *result)
{
	for (size_t i = 0; i < result->count; i++)
		print_one(&result->list[i]);
	if (result->unchecked)
		printf("%" PRIu64 " questions were not answered\n",
		       result->unchecked);
	printf("%u tasks, %zu pairs compared; %" PRIu64
	       " races; %zu disagreements; seed %" PRIu64 "\n",
	       result->tasks, result->pairs, result->races, result->count,
	       result->seed);
}

static struct json_object *disagreement_object(const struct suspicion *found)
{
	struct json_object *object = json_new_object();
	char text[ESCAPED_SIZE(ANSWER_SIZE)];

	json_add_number(object, "pid", found->one.pid);
	json_add(object, "with", found->other.pid ?
		 json_number(found->other.pid) : NULL);
	json_add_text(object, "what", what_of(found));
	json_add_text(object, "module", escape(found->answer.module, text));
	json_add_text(object, "source", found->check->source);
	json_add_text(object, "says", escape(found->answer.source, text));
	return object;
}

static void print_json(const struct verification *result, bool by_kcmp,
		       bool cgroups)
{
	struct json_object *object = json_new_object();
	struct json json = { 0 };

	json_add_number(object, "tasks", result->tasks);
	json_add_number(object, "pairs", (int64_t)result->pairs);
	json_add_number(object, "races", (int64_t)result->races);
	json_add_number(object, "disagreements", (int64_t)result->count);
	json_add_number(object, "unchecked", (int64_t)result->unchecked);
	json_add_wide(object, "seed", result->seed);
	json_add_bool(object, "kcmp", by_kcmp);
	json_add_bool(object, "cgroups", cgroups);
	json_begin(&json, &result->header, 1);
	json_member(&json, "verify", object);
	json_begin_rows(&json, "disagreements");
	for (size_t i = 0; i < result->count; i++)
		json_row(&json, disagreement_object(&result->list[i]));
	json_end(&json);
}

int verify_command(const struct options *options, struct error *error)
{
	struct verify_system system = {
		.take = source_read,
		.source = options->source,
		.proc = "/proc",
		.rest = rest,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
	struct verification result;
	int no_kcmp = -kcmp_probe();
	char *cgroups = proc_cgroups(system.proc);
	int status;

	system.cgroups = cgroups;
	if (!no_kcmp) {
		system.same = kcmp_same;
		system.zombie = kcmp_zombie();
	}
	status = verify(&system, &options->filter,
			options->seeded ? options->seed : random_seed(),
			&result, error);
	if (system.zombie > 0)
		kcmp_zombie_free(system.zombie);
	if (!status && no_kcmp)
		complain("kcmp(2) does not work (%s; see CONFIG_KCMP): only /proc was compared",
			 strerror(no_kcmp));
	if (!status && !cgroups)
		complain("the cgroup2 hierarchy is not mounted: cgroups were not compared");
	if (!status) {
		if (options->output.format == FORMAT_JSON)
			print_json(&result, !no_kcmp, cgroups);
		else
			print_text(&result);
		status = result.count || result.missing ? STATUS_MISSING :
							  STATUS_DONE;
	}
	free(cgroups);
	free(result.list);
	return status;
}
