// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Opens a file again and again until that fails, and keeps all of them open.
 *
 *	hoard FILE
 *
 * Prints "OPENS ERROR", where ERROR is the name of errno, and waits for the end
 * of its standard input. It allocates all of its own memory before the first
 * open, so that only an open can run out of memory.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define FILES	100000	/* more than fit into memory */

int main(int argc, char **argv)
{
	const struct rlimit limit = { FILES, FILES };
	char line[64], byte;
	int opens = 0;
	int length;

	if (argc != 2)
		errx(2, "usage: hoard FILE");
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "RLIMIT_NOFILE");
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		err(1, "mlockall");
	/* Prepares everything that the end needs, such as symbols. */
	snprintf(line, sizeof(line), "%d %s\n", opens, strerrorname_np(ENOMEM));

	while (open(argv[1], O_RDONLY | O_CLOEXEC) >= 0)
		opens++;
	length = snprintf(line, sizeof(line), "%d %s\n", opens,
			  strerrorname_np(errno));
	if (write(STDOUT_FILENO, line, length) != length)
		return 1;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
