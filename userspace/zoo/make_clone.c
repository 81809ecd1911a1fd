// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Tasks that are what the flags of clone(2) made them.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "zoo.h"

void make_fork(const struct shape *shape)
{
	tell_self_parent(shape);
	if (fork_for(shape) == 0) {
		tell_self(shape);
		tell_done();
	}
	wait_for_end();
}

static int tell_and_wait(void *shape)
{
	tell_self(shape);
	done_and_wait();
	return 0;
}

/*
 * Beside a task that has everything there is to share. With CLONE_VFORK it
 * stands in the middle of clone(2) for as long as the new one lives.
 */
void make_clone(const struct shape *shape)
{
	int flags = (int)shape->flags;

	if (!use_io(IOPRIO_CLASS_BE))
		skip(shape, "ioprio_set");
	if (!use_sysvsem())
		skip(shape, "semop");
	tell_self_parent(shape);
	if (clone(tell_and_wait, stack_top(), flags | SIGCHLD,
		  (void *)shape) < 0)
		skip(shape, "clone");
	wait_for_end();
}

static pthread_barrier_t all_told;

static void *tell_and_wait_thread(void *argument)
{
	const struct shape *shape = argument;

	tell_self(shape);
	pthread_barrier_wait(&all_told);
	wait_for_end();
	return NULL;
}

void make_threads(const struct shape *shape)
{
	pthread_t thread;

	pthread_barrier_init(&all_told, NULL, (unsigned int)shape->count + 1);
	for (int i = 0; i < shape->count; i++) {
		errno = pthread_create(&thread, NULL, tell_and_wait_thread,
				       (void *)shape);
		if (errno)
			skip(shape, "pthread_create");
	}
	tell_self_parent(shape);
	pthread_barrier_wait(&all_told);
	done_and_wait();
}

/*
 * A chain of parents: each link makes the next. They share what they can, so
 * that thousands are little memory; a stack is a page or two of what is here.
 */
#define LINK_STACK	(16 * 1024)

static struct chain {
	const struct shape *shape;
	char *stacks;
} chain;

/* Links are known by how many are below them. */
static int chain_link(void *below)
{
	intptr_t left = (intptr_t)below;
	char *top = chain.stacks + left * LINK_STACK;

	if (left == 1)
		tell_self_parent(chain.shape);
	if (left == 0) {
		tell_self(chain.shape);
		tell_done();
	} else if (clone(chain_link, top, (int)chain.shape->flags | SIGCHLD,
			 (void *)(left - 1)) < 0) {
		skip(chain.shape, "clone");
	}
	wait_for_end();
	return 0;
}

void make_chain(const struct shape *shape)
{
	struct task_name first = own_name();

	if (shape->count < 2)
		skip_because(shape, "a chain has two tasks at least");
	tell("%s-first %d %d\n", shape->name, first.pid, first.tid);
	chain.shape = shape;
	chain.stacks = stacks((size_t)shape->count, LINK_STACK);
	chain_link((void *)(intptr_t)(shape->count - 1));
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

void make_named(const struct shape *shape)
{
	tell_self_parent(shape);
	if (fork_for(shape) == 0) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (!strcmp(names[i].shape, shape->name))
				prctl(PR_SET_NAME, names[i].comm);
		tell_self(shape);
		tell_done();
	}
	wait_for_end();
}
