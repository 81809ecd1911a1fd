// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "util.h"

/* A task in each of them, NO_TASK where there is none. */
struct pair {
	unsigned int a, b;
};

/* As the models want a snapshot; the records stay the caller's. */
static struct snapshot part_of(struct taskmap_record *tasks,
			       unsigned int count)
{
	return (struct snapshot){ .tasks = tasks, .count = count };
}

static void make_part(struct model *model, struct model *whole,
		      struct taskmap_record *tasks, unsigned int offset,
		      unsigned int count)
{
	struct snapshot part = part_of(tasks + offset, count);

	model_init(model, &part);
	model->whole = whole;
	model->offset = offset;
}

/* One array, for an object to have one short id in both. */
static void join(struct diff *diff, struct snapshot *a, struct snapshot *b)
{
	/* Fits: the pids of each ascend and are ints. */
	unsigned int count = a->count + b->count;
	struct snapshot both;

	diff->tasks = xcalloc(count, sizeof(*diff->tasks));
	memcpy(diff->tasks, a->tasks, a->count * sizeof(*diff->tasks));
	memcpy(diff->tasks + a->count, b->tasks,
	       b->count * sizeof(*diff->tasks));
	both = part_of(diff->tasks, count);
	model_init(&diff->both, &both);
	make_part(&diff->a, &diff->both, diff->tasks, 0, a->count);
	make_part(&diff->b, &diff->both, diff->tasks, a->count, b->count);
	snapshot_free(a);
	snapshot_free(b);
}

static void add(struct diff *diff, enum change_kind kind, struct pair pair,
		const struct column *what)
{
	if (diff->count == diff->room) {
		diff->room = diff->room ? 2 * diff->room : 64;
		diff->changes = xreallocarray(diff->changes, diff->room,
					      sizeof(*diff->changes));
	}
	diff->changes[diff->count++] = (struct change){
		.diff = diff,
		.kind = kind,
		.a = pair.a,
		.b = pair.b,
		.what = what,
	};
}

static bool same_value(const struct value *x, const struct value *y)
{
	if (x->type != y->type)
		return false;
	switch (x->type) {
	case VALUE_NUMBER:
		return x->number == y->number;
	case VALUE_TEXT:
		return !strcmp(x->text, y->text);
	default:	/* no column of tasks has others */
		return true;
	}
}

static bool differs(const struct column *column, const struct row *x,
		    const struct row *y)
{
	const struct style style = { .full_ids = true, .names_as_bytes = true };
	struct value was, is;
	bool same;

	column_fill(column, x, &style, &was);
	column_fill(column, y, &style, &is);
	same = same_value(&was, &is);
	value_clear(&was);
	value_clear(&is);
	return !same;
}

static void compare(struct diff *diff, struct pair pair,
		    const struct selection *compared)
{
	const struct row x = { .model = &diff->a, .task = pair.a };
	const struct row y = { .model = &diff->b, .task = pair.b };

	for (size_t i = 0; i < compared->count; i++) {
		const struct column *column = &compared->columns[i];

		if (differs(column, &x, &y))
			add(diff, CHANGE_CHANGED, pair, column);
	}
}

/*
 * Which of the two comes first, or 0 if they are one task. In the place of one
 * that went another can have come, with its pid.
 */
static int order(const struct taskmap_record *x, const struct taskmap_record *y)
{
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->start_ns == y->start_ns ? 0 : -1;
}

/* The next task of either or of both, after those before @at. Moves that on. */
static struct pair next_pair(const struct model *a, const struct model *b,
			     struct pair *at)
{
	struct pair pair = { NO_TASK, NO_TASK };
	int which = 0;

	if (at->a == a->count)
		which = 1;
	else if (at->b == b->count)
		which = -1;
	else
		which = order(&a->tasks[at->a], &b->tasks[at->b]);
	if (which <= 0)
		pair.a = at->a++;
	if (which >= 0)
		pair.b = at->b++;
	return pair;
}

static void add_pair(struct diff *diff, struct pair pair,
		     const struct selection *compared)
{
	if (pair.b == NO_TASK)
		add(diff, CHANGE_WENT, pair, NULL);
	else if (pair.a == NO_TASK)
		add(diff, CHANGE_CAME, pair, NULL);
	else
		compare(diff, pair, compared);
}

void diff_init(struct diff *diff, struct snapshot *a, struct snapshot *b,
	       const struct selection *compared, const struct filter *filter,
	       unsigned int *missing)
{
	struct pair at = { 0, 0 };
	bool *shown;

	memset(diff, 0, sizeof(*diff));
	join(diff, a, b);
	shown = filter_apply(filter, &diff->both, missing);
	while (at.a < diff->a.count || at.b < diff->b.count) {
		struct pair pair = next_pair(&diff->a, &diff->b, &at);

		if ((pair.a != NO_TASK && shown[pair.a]) ||
		    (pair.b != NO_TASK && shown[diff->b.offset + pair.b]))
			add_pair(diff, pair, compared);
	}
	free(shown);
}

void diff_free(struct diff *diff)
{
	model_free(&diff->a);
	model_free(&diff->b);
	model_free(&diff->both);
	free(diff->changes);
	free(diff->tasks);
}
