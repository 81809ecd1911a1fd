// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * freeze EXACT FILE: copies EXACT to FILE, and between reading and writing stops the
 * virtual machine, which the host lets continue after it has dumped its memory.
 *
 * On one CPU no other task runs between the stop of "exact" and that of the machine,
 * except the stopper thread of "exact": this one has the highest priority, does not
 * sleep, and causes no page fault that would.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <unistd.h>

#define STOP_PORT	0x505	/* of the device pvpanic */
#define STOP		1

static char image[8 << 20];

static void get_priority(void)
{
	struct sched_param highest = {
		.sched_priority = sched_get_priority_max(SCHED_FIFO),
	};

	memset(image, 1, sizeof(image));
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		err(EXIT_FAILURE, "mlockall");
	if (ioperm(STOP_PORT, 1, 1))
		err(EXIT_FAILURE, "ioperm");
	if (sched_setscheduler(0, SCHED_FIFO, &highest))
		err(EXIT_FAILURE, "sched_setscheduler");
}

int main(int argc, char **argv)
{
	size_t size = 0;
	ssize_t got;
	int fd, out;

	if (argc != 3)
		errx(EXIT_FAILURE, "usage: freeze EXACT FILE");
	out = open(argv[2], O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (out < 0)
		err(EXIT_FAILURE, "%s", argv[2]);
	get_priority();
	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		err(EXIT_FAILURE, "%s", argv[1]);
	while ((got = read(fd, image + size, sizeof(image) - size)) > 0)
		size += (size_t)got;
	if (got < 0 || size == sizeof(image))
		err(EXIT_FAILURE, "%s", argv[1]);
	outb(STOP, STOP_PORT);
	if (write(out, image, size) != (ssize_t)size || close(out))
		err(EXIT_FAILURE, "%s", argv[2]);
	return 0;
}
