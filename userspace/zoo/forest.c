// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Trees of tasks made at random, one step after the other.
 *
 * Every task waits in a read from a pipe of its own for what it is to do, and
 * tells the result through one that all have. Only this program has the other
 * ends: a forest ends when they are closed, or when it dies. It asks for one
 * step at a time and waits for the answer, so no two tasks do anything at once,
 * but for one that returns from clone(2) to its read; see task.c.
 *
 * All pipes and stacks are there before the first task is, so that a task has
 * its own at the same number and address whatever it shares.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

struct answer {
	int error;		/* 0, or what errno was */
	struct pids made;	/* of STEP_CLONE, from the new task itself */
};

static struct forest {
	int steps[FOREST_TASKS][2];	/* a pipe for each task */
	int answers[2];
	char *stacks;
} forest;

static void say(struct answer answer)
{
	if (write(forest.answers[1], &answer, sizeof(answer)) !=
	    sizeof(answer))
		_exit(1);
}

static void say_made(void)
{
	say((struct answer){ .made = own_pids() });
}

static void follow(int number);

static int made_task(void *number)
{
	say_made();
	follow((int)(intptr_t)number);
	return 0;
}

static bool clone_task(const struct step *step)
{
	char *top = forest.stacks + (step->made + 1) * STACK_SIZE;

	return clone(made_task, top, (int)step->flags | SIGCHLD,
		     (void *)(intptr_t)step->made) >= 0;
}

static bool act(const struct step *step)
{
	switch (step->action) {
	case STEP_CLONE:
		return clone_task(step);
	case STEP_UNSHARE:
		return !unshare((int)step->flags);
	case STEP_SEMOP:
		return use_sysvsem();
	case STEP_IOPRIO:
		return use_io((int)step->flags);
	case STEP_CAPSET:
		return renew_cred();
	}
	return false;
}

/* What a task does for all its life. Of a clone the new task tells. */
static void follow(int number)
{
	struct step step;
	bool done;

	while (syscall(SYS_read, forest.steps[number][0], &step,
		       sizeof(step)) == sizeof(step)) {
		done = act(&step);
		if (!done)
			say((struct answer){ .error = errno });
		else if (step.action != STEP_CLONE)
			say((struct answer){ 0 });
	}
}

static struct answer hear(void)
{
	struct answer answer;

	if (read(forest.answers[0], &answer, sizeof(answer)) != sizeof(answer))
		errx(1, "a task of the forest died");
	return answer;
}

static struct answer ask(const struct step *step)
{
	if (write(forest.steps[step->actor][1], step, sizeof(*step)) !=
	    sizeof(*step))
		err(1, "pipe");
	return hear();
}

static void print_step(const struct step *step, const struct answer *answer)
{
	static const char *const actions[] = {
		[STEP_CLONE] = "clone",
		[STEP_UNSHARE] = "unshare",
		[STEP_SEMOP] = "semop",
		[STEP_IOPRIO] = "ioprio",
		[STEP_CAPSET] = "capset",
	};
	char words[WORDS_SIZE];

	if (answer->error)
		printf("refused ");
	printf("%s %d", actions[step->action], step->actor);
	if (step->action == STEP_CLONE)
		printf(" %d", step->made);
	if (step->action == STEP_IOPRIO)
		printf(" %lu", step->flags);
	else
		printf(" %s", flag_words(words, step->flags));
	if (answer->error)
		printf(" %s", strerror(answer->error));
	else if (step->action == STEP_CLONE)
		printf(" %d %d", answer->made.pid, answer->made.tid);
	putchar('\n');
}

/* The first task: a child of this one, which the others descend from. */
static void plant(void)
{
	struct answer answer;
	pid_t child;

	if (pipe(forest.answers))
		err(1, "pipe");
	for (int i = 0; i < FOREST_TASKS; i++)
		if (pipe(forest.steps[i]))
			err(1, "pipe");
	if (fflush(stdout))
		err(1, "standard output");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		for (int i = 0; i < FOREST_TASKS; i++)
			close(forest.steps[i][1]);
		prctl(PR_SET_NAME, "forest");
		say_made();
		follow(0);
		_exit(0);
	}
	/* So that it is known when all of them have died. */
	close(forest.answers[1]);
	answer = hear();
	printf("task 0 %d %d\n", answer.made.pid, answer.made.tid);
}

/* Ends all of it; the tasks that lost their parent are children of this one. */
static void fell(void)
{
	for (int i = 0; i < FOREST_TASKS; i++) {
		close(forest.steps[i][0]);
		close(forest.steps[i][1]);
	}
	close(forest.answers[0]);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static void grow(const struct plan *plan)
{
	bool made[FOREST_TASKS] = { true };

	for (int i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		struct answer answer;

		/* What a clone that was refused would have done is left out. */
		if (!made[step->actor])
			continue;
		answer = ask(step);
		print_step(step, &answer);
		if (step->action == STEP_CLONE)
			made[step->made] = !answer.error;
	}
}

/* Waits for a line; false at the end of the input. */
static bool next_line(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) == 1)
		if (byte == '\n')
			return true;
	return false;
}

static void leave_out(struct plan *plan, unsigned long flags)
{
	for (int i = 0; i < plan->steps; i++)
		if (plan->step[i].action == STEP_CLONE ||
		    plan->step[i].action == STEP_UNSHARE)
			plan->step[i].flags &= ~flags;
}

void forests(uint64_t seed, unsigned long count)
{
	bool namespaces = geteuid() == 0;
	struct plan plan;
	bool more = true;

	forest.stacks = map_stacks(FOREST_TASKS, STACK_SIZE);
	for (; count && more; count--, seed++) {
		plan_forest(&plan, seed, namespaces);
		if (!has_namespaces("time"))
			leave_out(&plan, CLONE_NEWTIME);
		printf("forest %llu\n", (unsigned long long)seed);
		plant();
		grow(&plan);
		puts("ready");
		if (fflush(stdout))
			err(1, "standard output");
		more = next_line();
		fell();
	}
}
