// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap diff: show what changed between two snapshots that one load of the
 * module made.
 *
 * The pid and the time of creation identify a task. An exception is a thread
 * that called exec(2): it took over both from its leader (de_thread(),
 * fs/exec.c), and is found by the id of its task_struct.
 */
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

/* A task in both snapshots; NO_TASK: not in this snapshot. */
struct both {
	unsigned int a, b;
};

/* What happened to a task. */
enum event {
	EVENT_CHANGED,
	EVENT_CAME,
	EVENT_WENT,
	EVENT_EXEC,	/* a thread called exec(2), and leads its process now */
	EVENT_DIED,
	EVENT_STOPPED,
	EVENT_CONTINUED,
};

static const char *const events[] = {
	[EVENT_CHANGED] = "changed",
	[EVENT_CAME] = "came",
	[EVENT_WENT] = "went",
	[EVENT_EXEC] = "exec",
	[EVENT_DIED] = "died",
	[EVENT_STOPPED] = "stopped",
	[EVENT_CONTINUED] = "continued",
};

struct change {
	const struct diff *diff;
	struct both task;
	enum event event;
	/* The column that changed; NULL if the task is in one snapshot only */
	const struct column *what;
};

struct diff {
	struct taskmap_record *tasks;	/* the tasks of A, then those of B */
	struct model both, a, b;
	struct change *changes;		/* in order of pid, then of columns */
	size_t count;
	bool missing;		/* a requested pid is in neither snapshot */
	struct column pid, state;	/* columns that changes of events name */
};

/* Creates a model of some tasks. The caller keeps @tasks. */
static void make_model(struct model *model, struct taskmap_record *tasks,
		       unsigned int count, size_t scalars)
{
	struct snapshot part = { .tasks = tasks, .count = count };

	need_memory(model_init(model, &part));
	model->scalars = scalars;
}

/*
 * Copies all tasks into one array, so that an object has the same short id in
 * both snapshots.
 */
static void join(struct diff *diff, struct snapshot *a, struct snapshot *b)
{
	/* No overflow: the pids of each snapshot are ascending ints. */
	unsigned int count = a->count + b->count;
	size_t scalars = snapshot_scalars(&a->header);

	/* A field that one of them lacks cannot be compared. */
	if (scalars > snapshot_scalars(&b->header))
		scalars = snapshot_scalars(&b->header);
	diff->tasks = xcalloc(count, sizeof(*diff->tasks));
	memcpy(diff->tasks, a->tasks, a->count * sizeof(*diff->tasks));
	memcpy(diff->tasks + a->count, b->tasks,
	       b->count * sizeof(*diff->tasks));
	make_model(&diff->both, diff->tasks, count, scalars);
	make_model(&diff->a, diff->tasks, a->count, scalars);
	make_model(&diff->b, diff->tasks + a->count, b->count, scalars);
	diff->a.whole = &diff->both;
	diff->b.whole = &diff->both;
	diff->b.offset = a->count;
	snapshot_free(a);
	snapshot_free(b);
}

/* Prepares all models for the cells of @columns. */
static void prepare(struct diff *diff, const struct selection *columns,
		    bool short_ids)
{
	selection_prepare(columns, short_ids, &diff->both);
	selection_prepare(columns, false, &diff->a);
	selection_prepare(columns, false, &diff->b);
}

static void add(struct diff *diff, struct both task, enum event event,
		const struct column *what)
{
	diff->changes = xgrow(diff->changes, diff->count,
			      sizeof(*diff->changes));
	diff->changes[diff->count++] =
		(struct change){ diff, task, event, what };
}

static bool same_value(const struct value *x, const struct value *y)
{
	if (x->type != y->type)
		return false;
	switch (x->type) {
	case VALUE_NUMBER:
		return x->number == y->number;
	case VALUE_TEXT:
	case VALUE_WORDS:
		return !strcmp(x->text, y->text);
	case VALUE_PIDS:
		return x->pid_count == y->pid_count &&
		       !memcmp(x->pids, y->pids,
			       x->pid_count * sizeof(*x->pids));
	default:
		return true;
	}
}

/*
 * Whether the values of @column in @x and @y differ. If @given_up is set,
 * VALUE_NONE in @y is not a difference.
 */
static bool differs(const struct column *column, const struct row *x,
		    const struct row *y, bool given_up)
{
	bool same;
	struct cell cell = {
		.column = column,
		.full_ids = true,
		.names_as_bytes = true,
	};
	struct value was, is;

	cell.row = x;
	cell_fill(&cell, &was);
	cell.row = y;
	cell_fill(&cell, &is);
	same = same_value(&was, &is);
	free(was.pids);
	free(is.pids);
	return !same && !(given_up && is.type == VALUE_NONE);
}

static bool is_stopped(const struct taskmap_record *record)
{
	return record->state == 'T' || record->state == 't';
}

/*
 * Adds the events of a task: it died, was stopped or continued. Returns whether
 * it died.
 */
static bool add_events(struct diff *diff, struct both both)
{
	const struct taskmap_record *a = &diff->a.tasks[both.a];
	const struct taskmap_record *b = &diff->b.tasks[both.b];

	if (!model_is_dead(&diff->a, both.a) && model_is_dead(&diff->b, both.b)) {
		add(diff, both, EVENT_DIED, &diff->state);
		return true;
	}
	if (!is_stopped(a) && is_stopped(b))
		add(diff, both, EVENT_STOPPED, &diff->state);
	else if (is_stopped(a) && !is_stopped(b))
		add(diff, both, EVENT_CONTINUED, &diff->state);
	return false;
}

/* A task releases everything when it dies: only the death is reported. */
static void compare(struct diff *diff, struct both both,
		    const struct selection *compared)
{
	const struct row x = { .model = &diff->a, .task = both.a };
	const struct row y = { .model = &diff->b, .task = both.b };
	bool died = add_events(diff, both);

	for (size_t i = 0; i < compared->count; i++) {
		const struct column *column = &compared->columns[i];

		if (differs(column, &x, &y, died))
			add(diff, both, EVENT_CHANGED, column);
	}
}

/*
 * Which of two tasks comes first, or 0 if they are the same task. Two tasks can
 * have the same pid: one has ended, and the other got its pid.
 */
static int order(const struct taskmap_record *x, const struct taskmap_record *y)
{
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->start_ns == y->start_ns ? 0 : -1;
}

/* Returns the next task, from one snapshot or both, and advances @at. */
static struct both next_both(const struct model *a, const struct model *b,
			     struct both *at)
{
	struct both both = { NO_TASK, NO_TASK };
	int which = 0;

	if (at->a == a->count)
		which = 1;
	else if (at->b == b->count)
		which = -1;
	else
		which = order(&a->tasks[at->a], &b->tasks[at->b]);
	if (which <= 0)
		both.a = at->a++;
	if (which >= 0)
		both.b = at->b++;
	return both;
}

/*
 * The thread of A that is the leader in B, if @both is a leader with the same
 * pid and start time but another task_struct. NO_TASK if there is none.
 */
static unsigned int find_thread(const struct diff *diff, struct both both)
{
	const struct members threads = model_threads(&diff->a, both.a);
	uint64_t id = diff->b.tasks[both.b].task;

	if (diff->a.tasks[both.a].task == id)
		return NO_TASK;
	for (unsigned int i = 0; i < threads.count; i++) {
		unsigned int task = threads.tasks[i];

		if (id && task != both.a && diff->a.tasks[task].task == id)
			return task;
	}
	return NO_TASK;
}

/*
 * Whether @a, a task that only A has, is such a thread, and so has not ended.
 */
static bool took_over(const struct diff *diff, unsigned int a)
{
	const struct taskmap_record *record = &diff->a.tasks[a];
	struct both leader = {
		model_find(&diff->a, record->tgid),
		model_find(&diff->b, record->tgid),
	};

	return leader.a != NO_TASK && leader.b != NO_TASK &&
	       diff->b.tasks[leader.b].task == record->task &&
	       !order(&diff->a.tasks[leader.a], &diff->b.tasks[leader.b]) &&
	       find_thread(diff, leader) == a;
}

static void add_both(struct diff *diff, struct both both,
		     const struct selection *compared)
{
	struct both taken = { find_thread(diff, both), both.b };

	if (taken.a == NO_TASK) {
		compare(diff, both, compared);
		return;
	}
	add(diff, (struct both){ both.a, NO_TASK }, EVENT_WENT, NULL);
	add(diff, taken, EVENT_EXEC, &diff->pid);
	compare(diff, taken, compared);
}

static void add_task(struct diff *diff, struct both both,
		     const struct selection *compared)
{
	if (both.a == NO_TASK)
		add(diff, both, EVENT_CAME, NULL);
	else if (both.b != NO_TASK)
		add_both(diff, both, compared);
	else if (!took_over(diff, both.a))
		add(diff, both, EVENT_WENT, NULL);
}

static struct column column_called(const char *name)
{
	struct column column;
	size_t i = 0;

	do {
		column = column_at(&task_columns, i++);
	} while (strcmp(column.name, name));
	return column;
}

static bool is_shown(const struct diff *diff, struct both both,
		     const bool *shown)
{
	unsigned int thread = NO_TASK;

	if (both.a != NO_TASK && both.b != NO_TASK)
		thread = find_thread(diff, both);
	return (both.a != NO_TASK && shown[both.a]) ||
	       (both.b != NO_TASK && shown[diff->b.offset + both.b]) ||
	       (thread != NO_TASK && shown[thread]);
}

/*
 * Compares the columns in @compared, which must outlive @diff, of the tasks
 * that @filter selects in either snapshot. Frees the records of @a and @b.
 */
static void diff_init(struct diff *diff, struct snapshot *a, struct snapshot *b,
		      const struct selection *compared,
		      const struct filter *filter)
{
	struct both at = { 0, 0 };
	bool *shown;

	memset(diff, 0, sizeof(*diff));
	diff->pid = column_called("PID");
	diff->state = column_called("S");
	join(diff, a, b);
	prepare(diff, compared, false);
	shown = choose(filter, (const struct model *[]){ &diff->a, &diff->b }, 2,
		       &diff->missing);
	while (at.a < diff->a.count || at.b < diff->b.count) {
		struct both both = next_both(&diff->a, &diff->b, &at);

		if (is_shown(diff, both, shown))
			add_task(diff, both, compared);
	}
	free(shown);
}

static void diff_free(struct diff *diff)
{
	model_free(&diff->a);
	model_free(&diff->b);
	model_free(&diff->both);
	free(diff->changes);
	free(diff->tasks);
}

/*
 * The columns: the change, and everything about the task as it is in B or, if
 * it ended, was in A.
 */

static const struct change *change_of(const struct cell *cell)
{
	return cell->row->of;
}

static void fill_change(const struct cell *cell, struct value *value)
{
	value_set_text(value, events[change_of(cell)->event]);
}

/* The name is that of the JSON key, which programs use to find the column. */
static void fill_what(const struct cell *cell, struct value *value)
{
	char *key;

	if (!change_of(cell)->what)
		return;
	key = column_key(change_of(cell)->what);
	value_set_text(value, key);
	free(key);
}

/* Numbers and lists are converted to text, so that the column has only one type. */
static void fill_side(const struct cell *cell, const struct model *model,
		      unsigned int task, struct value *value)
{
	const struct row row = { .model = model, .task = task };
	struct cell side = *cell;

	side.row = &row;
	side.column = change_of(cell)->what;
	if (!side.column)
		return;
	cell_fill(&side, value);
	if (value->type == VALUE_NUMBER) {
		value->type = VALUE_TEXT;
		put_number(value->text, value->number);
	} else if (value->type == VALUE_PIDS) {
		char *text = ns_pids_text(&model->tasks[task]);

		free(value->pids);
		value->pids = NULL;
		value_set_text(value, text);
		free(text);
	} else if (value->type == VALUE_WORDS) {
		value->type = value->text[0] ? VALUE_TEXT : VALUE_NONE;
	}
}

static void fill_old(const struct cell *cell, struct value *value)
{
	fill_side(cell, &change_of(cell)->diff->a, change_of(cell)->task.a,
		  value);
}

static void fill_new(const struct cell *cell, struct value *value)
{
	fill_side(cell, &change_of(cell)->diff->b, change_of(cell)->task.b,
		  value);
}

static const struct column change_table[] = {
	COLUMN_TEXT("CHANGE", fill_change, "came, went, changed, exec (by a thread), died, stopped or continued"),
	COLUMN_TEXT("WHAT", fill_what, "column of list that changed"),
	COLUMN_TEXT("OLD", fill_old, "value in A", .fit = FIT_CUT),
	COLUMN_TEXT("NEW", fill_new, "value in B", .fit = FIT_CUT),
};

const struct columns change_columns = {
	.defaults = "CHANGE,PID,KIND,COMM,WHAT,OLD,NEW,SHARES,NOTE",
	.own_count = ARRAY_SIZE(change_table),
	.own = change_table,
	.more = &task_columns,
};

/*
 * Without columns that change all the time (S, FLAGS, refs, and ACTIVE_MM of
 * kernel threads), or that follow from others (THREADS, SHARES).
 */
const struct columns compared_columns = {
	.defaults = "PPID,PARENT,TRACER,PGID,SID,KIND,UID,EUID,FSUID,GID,COMM,CGROUP_ID,SECCOMP_MODE,TASK,MM,FILES,FS,SIGHAND,SIGNAL,IO,SYSVSEM,CRED,NSPROXY,CGROUPS,UTSNS,IPCNS,MNTNS,PIDNS,NETNS,TIMENS,CGROUPNS,USERNS,PIDNS_CHILDREN,TIMENS_CHILDREN,SECCOMP",
	.more = &task_columns,
};

/* The task as it is in B or, if it ended, was in A. */
static struct row row_at(const struct rows *rows, size_t index)
{
	const struct diff *diff = rows->of;
	const struct change *change = &diff->changes[index];
	const bool gone = change->task.b == NO_TASK;

	return (struct row){
		.model = gone ? &diff->a : &diff->b,
		.task = gone ? change->task.a : change->task.b,
		.of = change,
	};
}

static int print_diff(const struct options *options, struct snapshot *a,
		      struct snapshot *b)
{
	const struct taskmap_header headers[] = { a->header, b->header };
	bool short_ids = output_has_short_ids(&options->output);
	struct diff diff;
	int status;

	diff_init(&diff, a, b, &options->compared, &options->filter);
	prepare(&diff, &options->compared, short_ids);
	prepare(&diff, &options->output.columns, short_ids);
	prepare(&diff, &options->output.sort, true);
	prepare(&diff, row_filter_columns(options->output.filter), short_ids);
	rows_print(&options->output, "changes", headers, 2, &(struct rows){
		diff.count, row_at, NULL, NULL, &diff });
	status = diff.count || diff.missing ? STATUS_MISSING : STATUS_DONE;
	diff_free(&diff);
	return status;
}

/*
 * After another load of the module all ids differ, and after another boot so do
 * all pids. The result would look like an answer, but mean nothing.
 */
int check_same_load(const struct snapshot *a, const struct snapshot *b,
		    char **names, struct error *error)
{
	if (a->header.fingerprint == b->header.fingerprint)
		return 0;
	if ((a->header.flags | b->header.flags) & TASKMAP_PROC)
		return error_set(error,
				 "%s and %s cannot be compared: ids that --proc made mean nothing in another snapshot: load the module",
				 names[0], names[1]);
	return error_set(error,
			 "%s and %s cannot be compared: the module was reloaded between them: take both from one load",
			 names[0], names[1]);
}

int diff_command(const struct options *options, struct error *error)
{
	struct snapshot a, b;
	int status = -1;

	if (source_read(options->source, options->args[0], &a, error))
		return -1;
	if (source_read(options->source, options->args[1], &b, error)) {
		snapshot_free(&a);
		return -1;
	}
	if (!check_same_load(&a, &b, options->args, error))
		status = print_diff(options, &a, &b);
	snapshot_free(&a);
	snapshot_free(&b);
	return status;
}
