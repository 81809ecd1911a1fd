// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * For LD_PRELOAD: makes calls fail. FAIL_CALL names the call; "memory" is every
 * allocation, and "output" the flush and close of standard output. FAIL_AT=3
 * makes the third call of the program and its libraries fail, FAIL_AT=3+ also
 * every later one. FAIL_ERROR is its errno. The file FAIL_MARK is created when
 * a call fails.
 *
 * Instead, something can happen just before the call, which then continues:
 * FAIL_SIGNAL sends a signal to the program, and FAIL_MOVE and FAIL_TO rename a
 * file.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc's names for the replaced functions. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static const char *named;
static unsigned long left;	/* calls until one fails; 0: none will */
static bool for_good;
static int error;
static const char *mark;
static int sent;
static const char *moved, *moved_to;

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

/* Starts only now, so that the loader of the program is not affected. */
static void __attribute__((constructor)) begin(void)
{
	const char *at = setting("FAIL_AT", "0");

	named = setting("FAIL_CALL", "memory");
	error = atoi(setting("FAIL_ERROR", "0"));
	mark = setting("FAIL_MARK", "/dev/null");
	sent = atoi(setting("FAIL_SIGNAL", "0"));
	moved = setting("FAIL_MOVE", NULL);
	moved_to = setting("FAIL_TO", NULL);
	for_good = strchr(at, '+');
	left = strtoul(at, NULL, 10);
}

/* Whether this call must fail. Then errno is set. */
static bool fails(const char *call)
{
	if (!left || strcmp(call, named) || --left)
		return false;
	left = for_good;
	syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, mark,
				   O_CREAT | O_WRONLY, 0600));
	if (sent)
		syscall(SYS_kill, syscall(SYS_getpid), sent);
	if (moved)
		syscall(SYS_renameat2, AT_FDCWD, moved, AT_FDCWD, moved_to, 0);
	if (sent || moved)
		return false;
	errno = error;
	return true;
}

void *malloc(size_t size)
{
	return fails("memory") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails("memory") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails("memory") ? NULL : __libc_realloc(old, size);
}

/* Calls @name of the next library. */
#define NEXT(name, ...)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)

int open64(const char *path, int flags, ...)
{
	/* The tested code does not create files with open(), so there is no mode. */
	return fails("open") ? -1 : NEXT(open64, path, flags);
}

size_t fread(void *bytes, size_t size, size_t count, FILE *file)
{
	if (!fails("fread"))
		return NEXT(fread, bytes, size, count, file);
	/* Writing to a file opened for reading fails and sets its error indicator. */
	fputc('\0', file);
	errno = error;
	return 0;
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	return fails("write") ? -1 : NEXT(write, fd, buffer, size);
}

int close(int fd)
{
	return fails("close") ? -1 : NEXT(close, fd);
}

int fsync(int fd)
{
	return fails("fsync") ? -1 : NEXT(fsync, fd);
}

int openat64(int dir, const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	return fails("openat") ? -1 : NEXT(openat64, dir, path, flags, mode);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return fails("renameat") ? -1 :
		NEXT(renameat, from_dir, from, to_dir, to);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	return fails("fchown") ? -1 : NEXT(fchown, fd, uid, gid);
}

int fchmod(int fd, mode_t mode)
{
	return fails("fchmod") ? -1 : NEXT(fchmod, fd, mode);
}

ssize_t getrandom(void *buffer, size_t size, unsigned int flags)
{
	return fails("getrandom") ? -1 : NEXT(getrandom, buffer, size, flags);
}

int fstatat64(int dir, const char *path, struct stat64 *st, int flags)
{
	return fails("fstatat") ? -1 : NEXT(fstatat64, dir, path, st, flags);
}

#if !__GLIBC_PREREQ(2, 33)
/* Headers of older glibc versions call this for fstatat64(). */
int __fxstatat64(int version, int dir, const char *path, struct stat64 *st,
		 int flags)
{
	return fails("fstatat") ? -1 :
		NEXT(__fxstatat64, version, dir, path, st, flags);
}
#endif

int clone(int (*run)(void *), void *stack, int flags, void *data, ...)
{
	pid_t *tid, *cleared;
	va_list more;
	void *tls;

	va_start(more, data);
	tid = va_arg(more, pid_t *);
	tls = va_arg(more, void *);
	cleared = va_arg(more, pid_t *);
	va_end(more);
	return fails("clone") ? -1 : NEXT(clone, run, stack, flags, data, tid,
					  tls, cleared);
}

pid_t fork(void)
{
	return fails("fork") ? -1 : NEXT(fork);
}

int fflush(FILE *file)
{
	return fails("output") ? EOF : NEXT(fflush, file);
}

int fclose(FILE *file)
{
	return fails(file == stdout ? "output" : "fclose") ? EOF :
		NEXT(fclose, file);
}

/* No call fails during exit, when coverage tools write their data. */
void exit(int status)
{
	left = 0;
	NEXT(exit, status);
	abort();
}
