// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Trees of tasks made at random, one step after the other.
 *
 * Every task reads its steps from a pipe of its own, and writes the result of
 * each to a pipe that all share. Only this program has the other ends, so a
 * forest ends when they are closed, or when the program dies. The program waits
 * for the answer to each step, so no two tasks do anything at once, except that
 * one returns from clone(2) to its read; see task.c.
 *
 * All pipes and stacks exist before the first task does, so that each task
 * finds its own at the same number and address, whatever it shares.
 */
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

struct answer {
	int error;		/* 0, or errno */
	struct pids made;	/* of STEP_CLONE: the new task, which answers */
};

static struct forest {
	int steps[FOREST_TASKS][2];	/* a pipe for each task */
	int answers[2];
	char *stacks;
} forest;

static void answer(int error, struct pids made)
{
	struct answer answer = { error, made };

	if (write(forest.answers[1], &answer, sizeof(answer)) !=
	    sizeof(answer))
		_exit(1);
}

static int live(void *number);

static bool act(const struct step *step)
{
	char *top = forest.stacks + (step->made + 1) * STACK_SIZE;

	switch (step->action) {
	case STEP_CLONE:
		return clone(live, top, (int)step->flags | SIGCHLD,
			     (void *)(intptr_t)step->made) >= 0;
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

/* What task @number does for all its life. */
static int live(void *number)
{
	int steps = forest.steps[(intptr_t)number][0];
	struct step step;

	answer(0, own_pids());
	while (syscall(SYS_read, steps, &step, sizeof(step)) == sizeof(step)) {
		if (!act(&step))
			answer(errno, (struct pids){ 0 });
		else if (step.action != STEP_CLONE)
			answer(0, (struct pids){ 0 });
	}
	return 0;
}

static struct answer get_answer(void)
{
	struct answer answer;

	if (read(forest.answers[0], &answer, sizeof(answer)) != sizeof(answer))
		errx(1, "a task of the forest died");
	return answer;
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

static void flush(void)
{
	if (fflush(stdout))
		err(1, "standard output");
}

/* Make the first task, a child of this one, which makes the others. */
static void plant(void)
{
	struct answer first;
	pid_t child;

	if (pipe(forest.answers))
		err(1, "pipe");
	for (int i = 0; i < FOREST_TASKS; i++)
		if (pipe(forest.steps[i]))
			err(1, "pipe");
	flush();
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		for (int i = 0; i < FOREST_TASKS; i++)
			close(forest.steps[i][1]);
		prctl(PR_SET_NAME, "forest");
		live(0);
		_exit(0);
	}
	/* So that reading an answer fails if all tasks have died. */
	close(forest.answers[1]);
	first = get_answer();
	printf("task 0 %d %d\n", first.made.pid, first.made.tid);
}

static void grow(const struct plan *plan)
{
	bool made[FOREST_TASKS] = { true };

	for (int i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		int steps = forest.steps[step->actor][1];
		struct answer answer;

		/* The clone that would have made it was refused. */
		if (!made[step->actor])
			continue;
		if (write(steps, step, sizeof(*step)) != sizeof(*step))
			err(1, "pipe");
		answer = get_answer();
		print_step(step, &answer);
		if (step->action == STEP_CLONE)
			made[step->made] = !answer.error;
	}
}

/* End all tasks. Those that lost their parent are children of this one. */
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

/* Read a line of standard input; false at its end. */
static bool read_line(void)
{
	int c;

	do {
		c = getchar();
	} while (c != EOF && c != '\n');
	return c != EOF;
}

void forests(uint64_t seed, unsigned long count)
{
	bool namespaces = geteuid() == 0, more = true;
	struct plan plan;

	forest.stacks = map_stacks(FOREST_TASKS, STACK_SIZE);
	for (; count && more; count--, seed++) {
		plan_forest(&plan, seed, namespaces);
		/* The rest of the plan is the same on every kernel. */
		if (!has_namespaces("time"))
			for (int i = 0; i < plan.steps; i++)
				plan.step[i].flags &= ~CLONE_NEWTIME;
		printf("forest %llu\n", (unsigned long long)seed);
		plant();
		grow(&plan);
		puts("ready");
		flush();
		more = read_line();
		fell();
	}
}
