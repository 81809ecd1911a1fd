// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Reads a file, from open to close.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "measure.h"
#include "uapi/taskmap.h"

static char buffer[256 << 10];

void read_file(char **argv, struct work *work)
{
	int file = open(argv[0], O_RDONLY);
	ssize_t got;

	if (file < 0)
		err(1, "%s", argv[0]);
	while ((got = read(file, buffer, sizeof(buffer))) > 0) {
		work->bytes += got;
		work->calls++;
	}
	if (got < 0)
		err(1, "%s", argv[0]);
	close(file);
}

void hold_file(char **argv, struct work *work)
{
	int file;

	(void)work;
	puts("ready");
	fflush(stdout);
	if (read(STDIN_FILENO, buffer, sizeof(buffer)) <= 0)
		return;
	file = open(argv[0], O_RDONLY);
	if (file < 0)
		err(1, "%s", argv[0]);
	puts("open");
	fflush(stdout);
	while (read(STDIN_FILENO, buffer, sizeof(buffer)) > 0)
		;
	close(file);
}

void print_pause(char **argv, struct work *work)
{
	struct taskmap_header header;
	int file = open(argv[0], O_RDONLY);

	(void)work;
	if (file < 0 || read(file, &header, sizeof(header)) != sizeof(header))
		err(1, "%s", argv[0]);
	printf("%ju\n", (uintmax_t)header.pause_ns);
	close(file);
}
