// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// A process with 100 pages of memory, and its child. For an input line "read 30" or
// "write 30" the child reads or writes its first 30 pages, for "exec" it executes
// cat(1), and for "parent 30" the parent writes. Then the parent prints how many page
// faults this took, and how many pages of memory both have in common.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGES	100
#define PAGE	4096
#define FRAME	((1ULL << 55) - 1)	/* of an entry of /proc/PID/pagemap */

static volatile char *memory;
static int to_child[2], from_child[2];

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

static int touch(int writing, int pages)
{
	long before = faults();

	for (int i = 0; i < pages; i++)
		if (writing)
			memory[i * PAGE] = 1;
		else
			(void)memory[i * PAGE];
	return (int)(faults() - before);
}

/* Reads requests of two numbers, and answers with the number of page faults. */
static void child(void)
{
	int request[2], answer;

	while (read(to_child[0], request, sizeof(request)) > 0) {
		if (request[0] == 'e')
			execlp("cat", "cat", NULL);
		answer = touch(request[0] == 'w', request[1]);
		write(from_child[1], &answer, sizeof(answer));
	}
	_exit(0);
}

/* The frame of physical memory of each page. The kernel tells only root. */
static void frames(pid_t pid, uint64_t found[PAGES])
{
	off_t first = (off_t)((uintptr_t)memory / PAGE * sizeof(*found));
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	file = open(path, O_RDONLY);
	memset(found, 0, PAGES * sizeof(*found));
	pread(file, found, PAGES * sizeof(*found), first);
	close(file);
}

static int in_common(pid_t pid)
{
	uint64_t mine[PAGES], others[PAGES];
	int same = 0;

	frames(getpid(), mine);
	frames(pid, others);
	for (int i = 0; i < PAGES; i++)
		same += (mine[i] & FRAME) && (mine[i] & FRAME) == (others[i] & FRAME);
	return same;
}

static void write_here(int pages)
{
	uint64_t before[PAGES], after[PAGES];
	int count, moved = 0;

	frames(getpid(), before);
	count = touch(1, pages);
	frames(getpid(), after);
	for (int i = 0; i < PAGES; i++)
		moved += (before[i] & FRAME) != (after[i] & FRAME);
	printf("parent: %d page faults, %d pages moved\n", count, moved);
}

int main(void)
{
	char line[64], word[16];
	int request[2], answer;
	ssize_t answered;
	pid_t pid;

	pipe2(to_child, O_CLOEXEC);
	pipe2(from_child, O_CLOEXEC);
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise((void *)memory, PAGES * PAGE, MADV_NOHUGEPAGE);
	touch(1, PAGES);
	pid = fork();
	if (!pid) {
		close(to_child[1]);
		close(from_child[0]);
		child();
	}
	close(from_child[1]);
	printf("parent %d %d\nchild %d %d\nready\n", getpid(), getpid(), pid, pid);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		request[1] = 0;
		sscanf(line, "%15s %d", word, &request[1]);
		request[0] = word[0];
		if (request[0] == 'p') {
			write_here(request[1]);
		} else {
			write(to_child[1], request, sizeof(request));
			answered = read(from_child[0], &answer, sizeof(answer));
			/* An exec closes the pipe instead. */
			if (answered > 0)
				printf("%s: %d page faults\n", word, answer);
		}
		printf("in common: %d of %d pages\nready\n", in_common(pid), PAGES);
		fflush(stdout);
	}
	return 0;
}
