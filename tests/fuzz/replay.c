// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Runs a fuzz target with files, one after the other, without libFuzzer: for
 * other compilers, for example to measure coverage.
 */
#include <stdio.h>
#include <stdlib.h>

#include "util.h"

#define ROOM	(1 << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Copies the file to memory of its exact size, so that sanitizers report overreads. */
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
