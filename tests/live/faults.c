// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Makes every allocation and every user copy of an operation fail in turn.
 *
 *	faults one|rest OPERATION FILE
 *	faults one|rest load|unload MODULE [PARAMETERS]
 *
 * Repeats the operation. The N-th time, the N-th allocation or copy fails
 * ("one"), or it and every later allocation ("rest", so that a second attempt
 * does not help). Ends when N is larger than their number. The operation must
 * succeed, or return the beginning of the data, or fail with an error that the
 * manual names and change nothing.
 *
 * Prints a line "# OPERATION: N faults, ..." with the results. Prints a mistake
 * and exits with status 1 if it finds one.
 *
 * Needs a kernel with fault injection, set up by the caller (Linux,
 * Documentation/fault-injection): ignore-gfp-wait=N and so on for all; for
 * "rest" also probability=100 with task-filter.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../module/uapi/taskmap.h"

#define ROOM	(16 << 20)	/* bytes, enough for a whole file */
#define LATER	100		/* bytes read before the read that fails */
#define FAR	5000		/* a position in the middle */
#define ERRORS	256

/* The first byte of a buffer before a read. No file contains it. */
#define MARK	'\xa5'
#define MARKED	16

/* Near the boundary between the first two chunks of module/snapshot.c. */
#define EDGE	(sizeof(struct taskmap_header) + \
		 16384 / sizeof(struct taskmap_record) * \
		 sizeof(struct taskmap_record))
#define ACROSS	1000

static bool rest;		/* all allocations fail after the N-th */
static const char *target;	/* the path of the file or of the module */
static const char *parameters = "";
static int nth_file, fail_file;

static char *whole, *part;
static size_t whole_size;
static int fd = -1;

static char *module;
static size_t module_size;

static unsigned int nth;
static bool hit;		/* the fault has happened */
static unsigned int faults, successes, shorts, errors[ERRORS];

static const struct operation *operation;

static __attribute__((noreturn, format(printf, 1, 2)))
void wrong(const char *format, ...)
{
	va_list arguments;

	printf("fault %u: ", nth);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	exit(1);
}

/* The kernel's switches; both only affect this thread */

static int open_switch(const char *name)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/thread-self/%s", name);
	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		err(1, "%s", path);
	return file;
}

static void arm(void)
{
	char digits[16];
	int length = snprintf(digits, sizeof(digits), "%u", nth);

	if (rest && pwrite(fail_file, "1", 1, 0) != 1)
		err(1, "make-it-fail");
	if (pwrite(nth_file, digits, length, 0) != length)
		err(1, "fail-nth");
}

/*
 * Whether the fault has happened. The value read is the number of allocations
 * and copies until the fault. Reading and writing it are user copies, which can
 * be the one that fails; then the fault was not in the operation.
 */
static bool disarm(void)
{
	char digits[16] = "";
	ssize_t got = pread(nth_file, digits, sizeof(digits) - 1, 0);

	while (pwrite(nth_file, "0", 1, 0) != 1)
		;
	if (rest && pwrite(fail_file, "0", 1, 0) != 1)
		err(1, "make-it-fail");
	return got > 0 && atoi(digits) == 0;
}

/* Files */

static void must_open(void)
{
	fd = open(target, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		wrong("then open says %s", strerror(errno));
}

static void must_close(void)
{
	if (close(fd))
		wrong("then close says %s", strerror(errno));
	fd = -1;
}

/* Reads the rest of the file, from its position. */
static size_t read_rest(char *to)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = read(fd, to + length, ROOM - length);
		if (got < 0)
			wrong("then read says %s", strerror(errno));
		length += got;
	} while (got);
	return length;
}

static void read_whole(void)
{
	if (lseek(fd, 0, SEEK_SET))
		wrong("then lseek says %s", strerror(errno));
	whole_size = read_rest(whole);
}

/* Checks only that the file has the right format, and contains this process. */
static void check_whole(void)
{
	const struct taskmap_header *header = (void *)whole;
	const struct taskmap_record *record = (void *)(header + 1);
	unsigned int found = 0;
	char line[32];
	size_t i;

	read_whole();
	snprintf(line, sizeof(line), "\n%7d ", (int)getpid());
	if (memmem(whole, whole_size, line, strlen(line)))
		return;
	if (whole_size < sizeof(*header) || header->magic != TASKMAP_MAGIC ||
	    whole_size != sizeof(*header) + header->count * sizeof(*record))
		wrong("the file is not whole");
	for (i = 0; i < header->count; i++)
		found += record[i].pid == getpid();
	if (found != 1)
		wrong("this process is there %u times", found);
}

static bool failed(long result)
{
	return result < 0;
}

/* open */

static long do_open(void)
{
	return fd = open(target, O_RDONLY | O_CLOEXEC);
}

static void check_open(long result)
{
	if (failed(result))
		must_open();
	check_whole();
	must_close();
}

/* read, once, as the first read and after another */

static long do_read(void)
{
	return read(fd, part, ROOM);
}

static void check_read_after(size_t done, long result)
{
	size_t length = done + (failed(result) ? 0 : result);
	size_t more;

	if (failed(result) && lseek(fd, 0, SEEK_CUR) != (off_t)done)
		wrong("a failed read moved the position");
	memmove(part + done, part, length - done);
	more = read_rest(part + length);
	read_whole();
	if (length + more != whole_size ||
	    memcmp(part + done, whole + done, whole_size - done))
		wrong("bytes were lost or made up: %zu and %ld and %zu of %zu",
		      done, result, more, whole_size);
	shorts += hit && !failed(result) && more;
	must_close();
}

static void check_read(long result)
{
	check_read_after(0, result);
}

static void prepare_later(void)
{
	must_open();
	if (read(fd, part, LATER) != LATER)
		wrong("the read before fell short");
}

static void check_later(long result)
{
	check_read_after(LATER, result);
}

/* pread, across a chunk boundary, for which "tasks" is formatted from its start */

static long do_pread(void)
{
	return pread(fd, part, 2 * ACROSS, EDGE - ACROSS);
}

static void check_pread(long result)
{
	read_whole();
	if (whole_size < EDGE + ACROSS)
		wrong("there are too few tasks to have an edge");
	if (!failed(result) && memcmp(part, whole + EDGE - ACROSS, result))
		wrong("%ld other bytes than in the whole", result);
	if (result == 0 || result > 2 * ACROSS)
		wrong("%ld bytes", result);
	shorts += hit && result > 0 && result < 2 * ACROSS;
	must_close();
}

/* lseek, then a read */

static long do_lseek(void)
{
	return lseek(fd, FAR, SEEK_SET);
}

static void check_lseek(long result)
{
	off_t position = lseek(fd, 0, SEEK_CUR);
	size_t more;

	if (!failed(result) && (result != FAR || position != FAR))
		wrong("lseek went to %ld", result);
	more = read_rest(part);
	read_whole();
	if (position < 0 || position + more != whole_size ||
	    memcmp(part, whole + position, more))
		wrong("after a failed lseek other bytes follow");
	must_close();
}

/* close */

static long do_close(void)
{
	return close(fd);
}

static void check_close(long result)
{
	if (failed(result))
		wrong("close says %s", strerror(errno));
	fd = -1;
}

/*
 * events: a child is created and ends after the open. A read that fails or is
 * short loses no event of it.
 */

static pid_t born;

static void bear(void)
{
	born = fork();
	if (!born)
		_exit(0);
	if (born < 0 || waitpid(born, NULL, 0) != born)
		err(1, "fork");
}

static void must_read_header(void)
{
	struct taskmap_header header;

	if (read(fd, &header, sizeof(header)) != sizeof(header) ||
	    header.magic != TASKMAP_MAGIC || !(header.flags & TASKMAP_EVENTS))
		wrong("the header is not there");
}

/* The number of events of the child in @length bytes. */
static unsigned int of_child(const char *bytes, size_t length)
{
	const struct taskmap_event *event = (const void *)bytes;
	unsigned int found = 0;

	if (length % sizeof(*event))
		wrong("%zu bytes are no whole events", length);
	for (; length; event++, length -= sizeof(*event))
		found += event->record.pid == born;
	return found;
}

/* Reads the rest; together with @found there must be both events. */
static void must_have_both(unsigned int found)
{
	while (found < 2) {
		ssize_t got = read(fd, whole, ROOM);

		if (got <= 0)
			wrong("then read of events says %s", strerror(errno));
		found += of_child(whole, got);
	}
	if (found > 2)
		wrong("there are %u events of a birth and an exit", found);
	must_close();
}

static void check_events_open(long result)
{
	if (failed(result))
		must_open();
	must_read_header();
	bear();
	must_have_both(0);
}

static long do_read_header(void)
{
	return read(fd, part, sizeof(struct taskmap_header));
}

static void check_header(long result)
{
	if (failed(result))
		must_read_header();
	bear();
	must_have_both(0);
}

static void prepare_events(void)
{
	must_open();
	must_read_header();
	bear();
}

static void check_events(long result)
{
	unsigned int found = failed(result) ? 0 : of_child(part, result);

	shorts += hit && !failed(result) && found < 2;
	must_have_both(found);
}

/* load and unload */

static void read_module(void)
{
	struct stat stat;
	int file = open(target, O_RDONLY | O_CLOEXEC);

	if (file < 0 || fstat(file, &stat))
		err(1, "%s", target);
	module_size = stat.st_size;
	module = malloc(module_size);
	if (!module)
		err(1, "malloc");
	if (read(file, module, module_size) != stat.st_size)
		err(1, "%s", target);
	close(file);
}

static long do_load(void)
{
	return syscall(SYS_init_module, module, module_size, parameters);
}

static long do_unload(void)
{
	return syscall(SYS_delete_module, "taskmap", O_NONBLOCK);
}

/* Paths that exist exactly as long as the module is loaded. */
static const char * const places[] = {
	"/sys/module/taskmap",
	"/sys/kernel/debug/taskmap",
	"/proc/taskmap",
};

static void must_be_gone(void)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!access(places[i], F_OK))
			wrong("%s is left behind", places[i]);
}

static void must_work(void)
{
	target = "/sys/kernel/debug/taskmap/snapshot";
	must_open();
	check_whole();
	must_close();
	if (!strstr(parameters, "procfs=1"))
		return;
	target = "/proc/taskmap/tasks";
	must_open();
	check_whole();
	must_close();
}

static void must_unload(void)
{
	if (do_unload())
		wrong("then unload says %s", strerror(errno));
	must_be_gone();
}

static void check_load(long result)
{
	if (failed(result)) {
		must_be_gone();
		return;
	}
	must_work();
	must_unload();
}

static void prepare_unload(void)
{
	if (do_load())
		wrong("the load before says %s", strerror(errno));
}

static void check_unload(long result)
{
	if (!failed(result)) {
		must_be_gone();
		return;
	}
	must_work();
	must_unload();
}

static void nothing(void)
{
}

/*
 * The operations, and the errors that each may return. The kernel itself copies
 * the path of a file, and the module's bytes, parameters and name, from the
 * user.
 */
static const struct operation {
	const char *name;
	void (*prepare)(void);
	long (*act)(void);
	void (*check)(long result);
	int allowed[3];
} operations[] = {
	{ "open",   nothing,	    do_open,	check_open,  { ENOMEM, EFAULT } },
	{ "read",   must_open,	    do_read,	check_read,  { ENOMEM, EFAULT } },
	{ "later",  prepare_later,  do_read,	check_later, { ENOMEM, EFAULT } },
	{ "pread",  must_open,	    do_pread,	check_pread, { ENOMEM, EFAULT } },
	{ "lseek",  must_open,	    do_lseek,	check_lseek, { ENOMEM } },
	{ "close",  must_open,	    do_close,	check_close, { 0 } },
	{ "events-open", nothing, do_open, check_events_open,
	  { ENOMEM, EFAULT } },
	{ "events-header", must_open, do_read_header, check_header, { EFAULT } },
	{ "events-read", prepare_events, do_read, check_events, { EFAULT } },
	{ "events-close", must_open, do_close, check_close, { 0 } },
	{ "load",   nothing,	    do_load,	check_load,  { ENOMEM, EFAULT } },
	{ "unload", prepare_unload, do_unload,	check_unload, { EFAULT } },
};

/* If only a later one of several copies fails, a read returns the bytes before. */
static void check_untouched(void)
{
	size_t i;

	for (i = 0; i < MARKED; i++)
		if (part[i] != MARK)
			wrong("an error, although a part was copied");
}

static void count(long result, int error)
{
	size_t i;

	faults += hit;
	if (!failed(result)) {
		successes += hit;
		return;
	}
	if (!hit)
		wrong("an error without a fault: %s", strerror(error));
	for (i = 0; i < 3; i++)
		if (error && operation->allowed[i] == error)
			break;
	if (i == 3)
		wrong("%s says %s", operation->name, strerror(error));
	if (operation->act == do_read || operation->act == do_pread)
		check_untouched();
	errors[error]++;
}

static void report(void)
{
	int i;

	printf("# %s%s%s%s: %u faults, %u of them harmless, %u short",
	       operation->name, *parameters ? " " : "", parameters,
	       rest ? " and all after" : "",
	       faults, successes, shorts);
	for (i = 0; i < ERRORS; i++)
		if (errors[i])
			printf(", %u %s", errors[i], strerrorname_np(i));
	putchar('\n');
}

static char *buffer(void)
{
	char *memory = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

static void find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcmp(operations[i].name, name))
			operation = &operations[i];
	if (!operation)
		errx(2, "unknown operation '%s'", name);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "usage: faults one|rest OPERATION FILE [PARAMETERS]");
	rest = !strcmp(argv[1], "rest");
	find(argv[2]);
	target = argv[3];
	if (argc > 4)
		parameters = argv[4];

	nth_file = open_switch("fail-nth");
	fail_file = open_switch("make-it-fail");
	whole = buffer();
	part = buffer();
	if (operation->act == do_load || operation->act == do_unload)
		read_module();
	/* Otherwise, faults on this program's own pages could fail, too. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		err(1, "mlockall");

	do {
		long result;
		int error;

		nth++;
		operation->prepare();
		memset(part, MARK, MARKED);
		arm();
		result = operation->act();
		error = errno;
		hit = disarm();
		count(result, error);
		operation->check(result);
	} while (hit);
	report();
	return 0;
}
