// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Which rows are printed, and in which order. */
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "util.h"

/* The value of a row in a column to sort by. */
struct key {
	enum value_type type;
	int64_t number;		/* of pids, the first one */
	char *text;
};

/* All keys: those of the first row, of the second row and so on. */
struct keys {
	const struct selection *columns;
	struct key *list;
};

static struct key key_of(const struct row *row, const struct column *column)
{
	const struct cell cell = {
		.row = row, .column = column, .names_as_bytes = true,
	};
	struct value value;
	struct key key;

	cell_fill(&cell, &value);
	key = (struct key){ .type = value.type, .number = value.number };
	if (value.type == VALUE_TEXT)
		key.text = xstrdup(value.text);
	if (value.type == VALUE_PIDS)
		key.number = value.pid_count ? value.pids[0] : 0;
	free(value.pids);
	return key;
}

/* Numbers in texts count as such: mm#9 is before mm#10. */
static int compare_values(const struct key *a, const struct key *b)
{
	if (a->type == VALUE_TEXT)
		return strverscmp(a->text, b->text);
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Rows without a value come last, and rows with equal values keep their order. */
static int compare_rows(const void *a, const void *b, void *data)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const struct keys *keys = data;
	size_t count = keys->columns->count;

	for (size_t i = 0; i < count; i++) {
		const struct key *one = &keys->list[x * count + i];
		const struct key *two = &keys->list[y * count + i];
		int order;

		if (!one->type || !two->type)
			order = !one->type - !two->type;
		else if (keys->columns->columns[i].descending)
			order = compare_values(two, one);
		else
			order = compare_values(one, two);
		if (order)
			return order;
	}
	return x < y ? -1 : x > y;
}

static void sort(const struct output *output, const struct rows *rows,
		 struct order *order)
{
	const struct selection *columns = &output->sort;
	struct keys keys = {
		columns, xcalloc(rows->count * columns->count, sizeof(*keys.list)),
	};

	for (size_t i = 0; i < rows->count; i++) {
		const struct row row = rows->at(rows, i);

		for (size_t j = 0; j < columns->count; j++)
			keys.list[i * columns->count + j] =
				key_of(&row, &columns->columns[j]);
	}
	qsort_r(order->indices, order->count, sizeof(*order->indices),
		compare_rows, &keys);
	for (size_t i = 0; i < rows->count * columns->count; i++)
		free(keys.list[i].text);
	free(keys.list);
}

void order_make(struct order *order, const struct output *output,
		const struct rows *rows)
{
	*order = (struct order){
		.rows = rows,
		.indices = xcalloc(rows->count, sizeof(*order->indices)),
	};
	for (size_t i = 0; i < rows->count; i++)
		order->indices[order->count++] = i;
	if (output->sort.count)
		sort(output, rows, order);
}

void order_free(struct order *order)
{
	free(order->indices);
}

static struct row row_at(const struct rows *rows, size_t index)
{
	const struct order *order = rows->of;

	return order->rows->at(order->rows, order->indices[index]);
}

void rows_print(const struct output *output, const char *key,
		const struct taskmap_header *headers, size_t header_count,
		const struct rows *rows)
{
	struct order order;
	struct rows ordered = { .at = row_at, .model = rows->model, .of = &order };

	order_make(&order, output, rows);
	ordered.count = order.count;
	if (output->format == FORMAT_JSON)
		json_print_rows(output, key, headers, header_count, &ordered);
	else
		table_print_rows(output, &ordered);
	order_free(&order);
}
