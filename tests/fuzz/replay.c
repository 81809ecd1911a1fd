// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Gives files to a fuzz target, one after the other, where there is no
 * libFuzzer: under another compiler, for instance one that measures coverage.
 */
#include <stdio.h>
#include <stdlib.h>

#include "util.h"

#define ROOM	(1 << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* A copy of just its size, for the sanitizer to see a read beyond it. */
static void replay(const char *path)
{
	unsigned char *bytes = xcalloc(ROOM, 1);
	FILE *file = fopen(path, "r");
	size_t size;

	if (!file)
		die(STATUS_FAILED, "cannot open %s", path);
	size = fread(bytes, 1, ROOM, file);
	fclose(file);
	bytes = xreallocarray(bytes, size, 1);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
}

int main(int argc, char **argv)
{
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	return 0;
}
