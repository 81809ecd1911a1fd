// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes tasks of exactly known shape, and holds them.
 *
 *	shapes [SHAPE...]
 *
 * Prints a line "SHAPE PID TID" for every task made, then "ready", and holds
 * them all until its standard input ends. A shape that this kernel cannot make
 * gives a line "skip SHAPE REASON" instead.
 *
 * Every shape is made in a process of its own, its holder. All tasks wait in a
 * read from one pipe, of which only this program has the other end: however it
 * dies, they end too. Nothing sleeps for a while and hopes.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE	(64 * 1024)
#define THREADS		3

static int hold[2];	/* all tasks wait at hold[0] for its end */
static int report;	/* the tasks of one shape tell of themselves here */

static pid_t gettid_now(void)
{
	return syscall(SYS_gettid);
}

/* One write of less than PIPE_BUF, so lines of many tasks do not mix. */
static void tell(const char *format, ...)
{
	char line[128];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (write(report, line, length) != length)
		_exit(1);
}

static void tell_task(const char *shape, pid_t pid, pid_t tid)
{
	tell("%s %d %d\n", shape, (int)pid, (int)tid);
}

static void tell_self(const char *shape)
{
	tell_task(shape, getpid(), gettid_now());
}

static void wait_for_end(void)
{
	char byte;

	while (read(hold[0], &byte, 1) < 0 && errno == EINTR)
		;
}

static void *hold_thread(void *shape)
{
	tell_self(shape);
	wait_for_end();
	return NULL;
}

static int hold_clone(void *shape)
{
	hold_thread(shape);
	return 0;
}

static void *stack_top(void)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		err(1, "mmap");
	return stack + STACK_SIZE;
}

static void start_thread(const char *shape)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, hold_thread, (void *)shape))
		errx(1, "cannot create a thread");
}

/* A task cloned with these flags beside its holder, which is told of too. */
static void beside(const char *shape, int flags)
{
	char *name;

	if (asprintf(&name, "%s-parent", shape) < 0)
		errx(1, "out of memory");
	tell_self(name);
	if (clone(hold_clone, stack_top(), flags | SIGCHLD, (void *)shape) < 0)
		err(1, "clone for %s", shape);
	wait_for_end();
}

static void make_fork(const char *shape)
{
	beside(shape, 0);
}

static void make_linuxthreads(const char *shape)
{
	beside(shape, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND);
}

/* The holder stands in the middle of vfork(2) for as long as the child lives. */
static void make_vfork(const char *shape)
{
	beside(shape, CLONE_VM | CLONE_VFORK);
}

static void make_threads(const char *shape)
{
	int i;

	for (i = 0; i < THREADS; i++)
		start_thread(shape);
	tell_self(shape);
	wait_for_end();
}

/* Returns the state letter of a task of this process. */
static char state_of(pid_t tid)
{
	char path[64], line[256];
	ssize_t length;
	char *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (length <= 0)
		return 0;
	line[length] = '\0';
	end = strrchr(line, ')');
	return end ? end[2] : 0;
}

static void *outlive_leader(void *shape)
{
	while (state_of(getpid()) != 'Z')
		sched_yield();
	tell_task(shape, getpid(), getpid());
	tell_self(shape);
	wait_for_end();
	return NULL;
}

static void make_zombie_leader(const char *shape)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, outlive_leader, (void *)shape))
		errx(1, "cannot create a thread");
	pthread_exit(NULL);
}

static void make_zombie(const char *shape)
{
	siginfo_t info;
	pid_t child = fork();

	if (child < 0)
		err(1, "fork");
	if (!child)
		_exit(0);
	/* WNOWAIT: it is dead, and stays so. */
	if (waitid(P_PID, child, &info, WEXITED | WNOWAIT) < 0)
		err(1, "waitid");
	tell_task(shape, child, child);
	wait_for_end();
}

/*
 * Names that break programs which print, split or parse them. The shape's own
 * name says which.
 */
static const struct name {
	const char *shape;
	const char *comm;
} names[] = {
	{ "name-newline",	"new\nline" },
	{ "name-tab",		"tab\there" },
	{ "name-backslash",	"back\\slash\\012" },
	{ "name-escape",	"\033[31mred" },
	{ "name-quote",		"\"quo'te\"" },
	{ "name-blank",		" a  b " },
	{ "name-parenthesis",	") R 1 (" },
	{ "name-latin1",	"caf\xe9" },
	{ "name-cut-utf8",	"ab\xe2\x82" },
	{ "name-utf8",		"na\xc3\xafve" },
	{ "name-empty",		"" },
	{ "name-longest",	"123456789012345" },
};

static void make_named(const char *shape)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].shape, shape))
			prctl(PR_SET_NAME, names[i].comm);
	tell_self(shape);
	wait_for_end();
}

/* Asks for a read that io_uring has to give to a worker of its own. */
static bool submit_async_read(void)
{
	struct io_uring_params params = { 0 };
	unsigned int *tail, *array;
	struct io_uring_sqe *sqe;
	static char byte;
	char *ring;
	int fd;

	fd = syscall(SYS_io_uring_setup, 1, &params);
	if (fd < 0)
		return false;
	ring = mmap(NULL, params.sq_off.array + sizeof(unsigned int),
		    PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	sqe = mmap(NULL, sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   IORING_OFF_SQES);
	if (ring == MAP_FAILED || sqe == MAP_FAILED)
		err(1, "mmap of an io_uring");
	sqe->opcode = IORING_OP_READ;
	sqe->flags = IOSQE_ASYNC;
	sqe->fd = hold[0];
	sqe->addr = (unsigned long)&byte;
	sqe->len = 1;
	array = (unsigned int *)(ring + params.sq_off.array);
	array[0] = 0;
	tail = (unsigned int *)(ring + params.sq_off.tail);
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	return syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0) == 1;
}

/* Before 5.12 the worker is a kernel thread and not of this process. */
static pid_t worker_of_self(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	pid_t tid, found = 0;

	if (!tasks)
		err(1, "/proc/self/task");
	while ((entry = readdir(tasks))) {
		tid = atoi(entry->d_name);
		if (tid > 0 && tid != getpid())
			found = tid;
	}
	closedir(tasks);
	return found;
}

static void make_worker(const char *shape)
{
	pid_t tid;

	if (!submit_async_read()) {
		tell("skip %s io_uring: %s\n", shape, strerror(errno));
		return;
	}
	tid = worker_of_self();
	if (!tid) {
		tell("skip %s io_uring has no worker in this process\n", shape);
		return;
	}
	tell_task(shape, getpid(), tid);
	wait_for_end();
}

/* The table of shapes: what each is called, made by, and how many lines. */
static const struct shape {
	const char *name;
	void (*make)(const char *shape);
	int lines;
} shapes[] = {
	{ "fork",		make_fork,		2 },
	{ "threads",		make_threads,		1 + THREADS },
	{ "linuxthreads",	make_linuxthreads,	2 },
	{ "vfork",		make_vfork,		2 },
	{ "zombie",		make_zombie,		1 },
	{ "zombie-leader",	make_zombie_leader,	2 },
	{ "worker",		make_worker,		1 },
	{ "name-newline",	make_named,		1 },
	{ "name-tab",		make_named,		1 },
	{ "name-backslash",	make_named,		1 },
	{ "name-escape",	make_named,		1 },
	{ "name-quote",		make_named,		1 },
	{ "name-blank",		make_named,		1 },
	{ "name-parenthesis",	make_named,		1 },
	{ "name-latin1",	make_named,		1 },
	{ "name-cut-utf8",	make_named,		1 },
	{ "name-utf8",		make_named,		1 },
	{ "name-empty",		make_named,		1 },
	{ "name-longest",	make_named,		1 },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static const struct shape *find(const char *name)
{
	size_t i;

	for (i = 0; i < SHAPES; i++)
		if (!strcmp(shapes[i].name, name))
			return &shapes[i];
	errx(2, "no shape is called '%s'", name);
}

/* Passes on what the tasks of one shape tell, until all have. */
static void relay(FILE *reports, const struct shape *shape)
{
	char line[128];
	int lines = 0;

	while (lines < shape->lines) {
		if (!fgets(line, sizeof(line), reports))
			errx(1, "%s could not be made", shape->name);
		fputs(line, stdout);
		lines += strncmp(line, "skip ", 5) ? 1 : shape->lines;
	}
}

static void make(const struct shape *shape)
{
	int ends[2];
	FILE *reports;
	pid_t holder;

	if (pipe(ends))
		err(1, "pipe");
	/* A child would write again what waits to be written here. */
	if (fflush(stdout))
		err(1, "standard output");
	holder = fork();
	if (holder < 0)
		err(1, "fork");
	if (!holder) {
		close(hold[1]);
		close(ends[0]);
		report = ends[1];
		prctl(PR_SET_NAME, shape->name);
		shape->make(shape->name);
		_exit(0);
	}
	close(ends[1]);
	reports = fdopen(ends[0], "r");
	if (!reports)
		err(1, "fdopen");
	relay(reports, shape);
	fclose(reports);
}

int main(int argc, char **argv)
{
	const struct shape *wanted[argc + SHAPES];
	size_t count = 0, i;
	char byte;

	for (i = 0; i < SHAPES && argc == 1; i++)
		wanted[count++] = &shapes[i];
	for (i = 1; i < (size_t)argc; i++)
		wanted[count++] = find(argv[i]);

	if (pipe(hold))
		err(1, "pipe");
	for (i = 0; i < count; i++)
		make(wanted[i]);
	puts("ready");
	if (fflush(stdout))
		err(1, "standard output");

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	close(hold[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
