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
	key = (struct key){ .number = value.number };
	if (value.type != VALUE_UNKNOWN)
		key.type = value.type;
	/* Nothing in a list is no value. */
	if (value.type == VALUE_WORDS)
		key.type = value.text[0] ? VALUE_TEXT : VALUE_NONE;
	if (key.type == VALUE_TEXT)
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

struct row_filter {
	struct selection columns;
	struct libscols_table *table;
	struct libscols_line *line;	/* the row that is tested */
	struct libscols_filter *filter;
};

#ifdef SMARTCOLS_FILTERS
/* Lets @filter use the column @name. Returns false if there is none. */
static bool assign_column(struct row_filter *filter, struct libscols_iter *names,
			  const char *name)
{
	struct libscols_column *column;
	const struct column *added;

	if (!selection_add(&filter->columns, name, strlen(name)))
		return false;
	added = &filter->columns.columns[filter->columns.count - 1];
	column = scols_table_new_column(filter->table, added->name, 0, 0);
	need_memory(!column);
	/* Of this library's numbers, only floats can be negative. */
	scols_column_set_data_type(column, added->type == VALUE_NUMBER ?
					   SCOLS_DATA_FLOAT : SCOLS_DATA_STRING);
	need_memory(scols_filter_assign_column(filter->filter, names, name,
					       column));
	return true;
}

struct row_filter *row_filter_new(const struct columns *columns,
				  const char *expression, char **unknown,
				  char **reason)
{
	struct libscols_iter *names = scols_new_iter(SCOLS_ITER_FORWARD);
	struct row_filter *filter = xcalloc(1, sizeof(*filter));
	const char *name = NULL;
	bool sound;

	filter->columns.of = columns;
	filter->table = scols_new_table();
	filter->filter = scols_new_filter(NULL);
	need_memory(!names || !filter->table || !filter->filter);
	*unknown = *reason = NULL;
	sound = !scols_filter_parse_string(filter->filter, expression);
	if (!sound) {
		const char *message = scols_filter_get_errmsg(filter->filter);

		*reason = escaped(message ? message : "invalid expression");
	}
	while (sound && !scols_filter_next_holder(filter->filter, names, &name, 0)) {
		sound = assign_column(filter, names, name);
		if (!sound)
			*unknown = xstrdup(name);
	}
	scols_free_iter(names);
	if (sound) {
		filter->line = scols_table_new_line(filter->table, NULL);
		need_memory(!filter->line);
		return filter;
	}
	row_filter_free(filter);
	return NULL;
}

void row_filter_free(struct row_filter *filter)
{
	if (!filter)
		return;
	scols_unref_filter(filter->filter);
	scols_unref_table(filter->table);
	selection_free(&filter->columns);
	free(filter);
}

static bool passes(const struct output *output, const struct row *row)
{
	const struct row_filter *filter = output->filter;
	struct cell cell = {
		.row = row,
		.full_ids = !output_has_short_ids(output),
		.names_as_bytes = true,
	};
	struct value value;
	int passed = 0;

	for (size_t i = 0; i < filter->columns.count; i++) {
		cell.column = &filter->columns.columns[i];
		cell_fill(&cell, &value);
		if (value.type == VALUE_NUMBER)
			put_number(value.text, value.number);
		need_memory(scols_line_set_data(filter->line, i,
						value.type == VALUE_NUMBER ||
						value.type == VALUE_TEXT ||
						(value.type == VALUE_WORDS && value.text[0]) ?
						value.text : NULL));
		free(value.pids);
	}
	if (scols_line_apply_filter(filter->line, filter->filter, &passed))
		die(STATUS_FAILED, "cannot apply --filter to a row");
	return passed;
}
#else
struct row_filter *row_filter_new(const struct columns *columns,
				  const char *expression, char **unknown,
				  char **reason)
{
	(void)columns;
	(void)expression;
	*unknown = NULL;
	*reason = xstrdup("needs libsmartcols 2.40 or newer, and this is "
			  LIBSMARTCOLS_VERSION ": use --json and jq(1)");
	return NULL;
}

void row_filter_free(struct row_filter *filter)
{
	(void)filter;
}

static bool passes(const struct output *output, const struct row *row)
{
	(void)output;
	(void)row;
	return true;
}
#endif

const struct selection *row_filter_columns(const struct row_filter *filter)
{
	static const struct selection none;

	return filter ? &filter->columns : &none;
}

void order_make(struct order *order, const struct output *output,
		const struct rows *rows)
{
	*order = (struct order){
		.rows = rows,
		.indices = xcalloc(rows->count, sizeof(*order->indices)),
	};
	for (size_t i = 0; i < rows->count; i++) {
		const struct row row = rows->at(rows, i);

		if (!output->filter || passes(output, &row))
			order->indices[order->count++] = i;
	}
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
