// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// A process of two threads. The second one obeys the words of the command line:
//	chdir		goes to /tmp
//	open		opens /etc/passwd as descriptor 99
//	setresuid	becomes user 1234 with the libc function
//	SYS_setresuid	becomes user 1234 with the bare system call
//	fs, net ...	stops sharing it, with unshare(2)
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_barrier_t done;

static const struct {
	const char *name;
	int flag;
} own[] = {
	{ "fs", CLONE_FS },		{ "files", CLONE_FILES },
	{ "vm", CLONE_VM },		{ "sighand", CLONE_SIGHAND },
	{ "net", CLONE_NEWNET },	{ "user", CLONE_NEWUSER },
	{ "pid", CLONE_NEWPID },
};

static int act(const char *word)
{
	if (!strcmp(word, "chdir"))
		return chdir("/tmp");
	if (!strcmp(word, "open"))
		return dup2(open("/etc/passwd", O_RDONLY), 99);
	if (!strcmp(word, "setresuid"))
		return setresuid(1234, 1234, 1234);
	if (!strcmp(word, "SYS_setresuid"))
		return (int)syscall(SYS_setresuid, 1234, 1234, 1234);
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!strcmp(word, own[i].name))
			return unshare(own[i].flag);
	errx(2, "unknown word: %s", word);
}

static void tell(const char *name)
{
	printf("%s %d %d\n", name, getpid(), gettid());
	fflush(stdout);
}

static void *work(void *words)
{
	tell("thread");
	for (char **word = words; *word; word++)
		if (act(*word) < 0)
			err(1, "%s", *word);
	pthread_barrier_wait(&done);
	pause();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argc;
	tell("main");
	pthread_barrier_init(&done, NULL, 2);
	pthread_create(&thread, NULL, work, argv + 1);
	pthread_barrier_wait(&done);
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
