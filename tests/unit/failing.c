// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * For LD_PRELOAD: calls that fail. FAIL_CALL names what is to fail: "memory"
 * is all that allocates, "output" what ends standard output. FAIL_AT=3 fails the third
 * such call of the program and its libraries, FAIL_AT=3+ that one and all after
 * it; FAIL_ERROR is the errno of it. That it came to that can be told by the file
 * named in FAIL_MARK.
 *
 * Or something happens just before the call, which then goes on: with FAIL_SIGNAL
 * the program gets that signal, with FAIL_MOVE and FAIL_TO one file is renamed to
 * another.
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

/* What glibc calls them where they are replaced. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static const char *named;
static unsigned long left;	/* until one fails; 0: none will */
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

/* Not before: what loads the program is not what is tested. */
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

/* Whether this call is the one to fail. errno is then as it is to be. */
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

/* Calls @name of the library behind this one. */
#define NEXT(name, ...)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)

int open64(const char *path, int flags, ...)
{
	/* Nothing that is tested creates a file by it. */
	return fails("open") ? -1 : NEXT(open64, path, flags);
}

size_t fread(void *bytes, size_t size, size_t count, FILE *file)
{
	if (!fails("fread"))
		return NEXT(fread, bytes, size, count, file);
	/* Nothing can be written to a file that was opened for reading. */
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
/* What fstatat64() is in the header of an older glibc. */
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

/* Not after: a compiler that measures coverage adds to the end. */
void exit(int status)
{
	left = 0;
	NEXT(exit, status);
	abort();
}
