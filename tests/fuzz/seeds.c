// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * seeds DIRECTORY: writes initial snapshots with rows of the unit tests, a few
 * rows in each, in shapes that older and newer modules can write.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

static const struct shape shapes[] = {
	{ 0 },
	{ .header_size = 160, .record_size = 352, .ids_offset = 80,
	  .refs_offset = 256 },
	{ .record_size = 120, .resource_count = 4, .ids_offset = 72,
	  .refs_offset = 104 },
	{ .record_size = 448, .resource_count = TASKMAP_RESOURCES + 1,
	  .refs_offset = offsetof(struct taskmap_record, refs) + 8 },
	{ .flags = TASKMAP_PROC },
};

static void put_seed(const char *dir, const struct taskmap_record *rows,
		     size_t first, size_t count, size_t shape)
{
	char name[32];
	unsigned char *image;
	size_t size;

	image = fixture_image(rows + first, count, &shapes[shape], &size);
	snprintf(name, sizeof(name), "%zu-%zu-%zu", shape, first, count);
	free(fixture_file(dir, name, image, size));
	free(image);
}

int main(int argc, char **argv)
{
	static const size_t counts[] = { 0, 1, 2, 4 };
	struct taskmap_record *rows = fixture_system();

	if (argc != 2)
		die(STATUS_USAGE, "usage: seeds DIRECTORY");
	for (size_t shape = 0; shape < ARRAY_SIZE(shapes); shape++)
		for (size_t c = 0; c < ARRAY_SIZE(counts); c++)
			for (size_t first = 0;
			     first + counts[c] <= fixture_system_count;
			     first += counts[c] ? counts[c] : 100)
				put_seed(argv[1], rows, first, counts[c], shape);
	free(rows);
	return 0;
}
