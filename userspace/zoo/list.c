// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What shapes there are, for people, and what each promises, for tests.
 */
#include <stdio.h>
#include <string.h>

#include "zoo.h"

enum cell { CELL_NAME, CELL_FLAGS, CELL_SHARED, CELL_DIFFERS, CELLS };

static const char *const headings[CELLS] = {
	"SHAPE", "FLAGS", "SHARED", "NOT SHARED",
};

/* A cell of the table; @words is where it is put together, if it has to be. */
static const char *cell(const struct shape *shape, enum cell cell,
			char words[WORDS_SIZE])
{
	switch (cell) {
	case CELL_FLAGS:
		return flag_words(words, shape->flags);
	case CELL_SHARED:
		return resource_words(words, shape_shares(shape));
	case CELL_DIFFERS:
		return resource_words(words,
				      EVERYTHING & ~shape_shares(shape));
	default:
		return shape->name;
	}
}

static int width_of(enum cell column)
{
	int width = (int)strlen(headings[column]);
	const struct shape *shape;
	char words[WORDS_SIZE];

	for (size_t i = 0; (shape = shape_at(i)); i++) {
		int length = (int)strlen(cell(shape, column, words));

		if (length > width)
			width = length;
	}
	return width;
}

static void list_all(void)
{
	const struct shape *shape;
	char words[WORDS_SIZE];
	int widths[CELLS];

	for (int i = 0; i < CELLS; i++) {
		widths[i] = width_of(i);
		printf("%-*s  ", widths[i], headings[i]);
	}
	puts("WHAT IT IS");
	for (size_t row = 0; (shape = shape_at(row)); row++) {
		for (int i = 0; i < CELLS; i++)
			printf("%-*s  ", widths[i], cell(shape, i, words));
		puts(shape->what);
	}
}

static void list_short(void)
{
	int width = width_of(CELL_NAME);
	const struct shape *shape;

	printf("%-*s  WHAT IT IS\n", width, headings[CELL_NAME]);
	for (size_t row = 0; (shape = shape_at(row)); row++)
		printf("%-*s  %s\n", width, shape->name, shape->what);
}

/* Cells are two blanks apart at least, and none of them has two, or is empty. */
void list_shapes(bool all)
{
	if (all)
		list_all();
	else
		list_short();
}
