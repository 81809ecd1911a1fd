// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Random trees of tasks, created in steps. The first half of this file draws
 * the steps from a seed; the second half executes them.
 *
 * Each task reads its steps from its own pipe, and writes the result of each to
 * a pipe that all tasks use. Only the main process has the other ends, so a
 * forest ends when it closes them or dies. The main process waits for the
 * answer to each step, so only one task acts at a time; a creator may still be
 * on its way from clone(2) to its next read. See task.c for why this matters.
 *
 * All pipes and stacks exist before the first task, so that each task finds its
 * own at the same descriptor and address, whatever it shares.
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

#define MOST_TASKS	12
#define FEWEST_TASKS	4
#define MOST_STEPS	32

enum action { STEP_CLONE, STEP_UNSHARE, STEP_SEMOP, STEP_IOPRIO, STEP_CAPSET };

struct step {
	enum action action;
	int actor;		/* number of the task that takes the step */
	int made;		/* STEP_CLONE: number of the new task */
	unsigned long flags;	/* of clone(2), unshare(2); ioprio class */
};

/*
 * The state of a task that decides which steps the kernel accepts: see
 * copy_process() and ksys_unshare() in kernel/fork.c, and the functions that
 * copy namespaces.
 */
struct state {
	int group;		/* number of the leader of its thread group */
	int live;		/* leaders: number of tasks in the group */
	bool blocked;		/* waits in vfork(2) until the end */
	bool init;		/* the first task of its pid namespace */
	bool pid_pending;	/* its children get another pid namespace */
	bool pid_empty;		/* and that namespace has no task yet */
	bool time_pending;	/* its children get another time namespace */
	bool no_user;		/* its user id is not mapped */
};

struct plan {
	uint64_t random;
	bool namespaces;	/* whether tasks may create namespaces */
	int tasks;
	int steps;
	struct step step[MOST_STEPS];
	struct state state[MOST_TASKS];
};

static unsigned int draw(struct plan *plan, unsigned int limit)
{
	return random_below(&plan->random, limit);
}

/* Draw each of @flags with a chance of one in @limit, in a fixed order. */
static unsigned long draw_flags(struct plan *plan, unsigned int limit,
				unsigned long flags)
{
	static const unsigned long order[] = {
		CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_THREAD,
		CLONE_IO, CLONE_SYSVSEM, CLONE_VFORK, CLONE_PARENT,
		CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWPID,
		CLONE_NEWCGROUP, CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWTIME,
	};
	unsigned long drawn = 0;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (flags & order[i] && draw(plan, limit) == 0)
			drawn |= order[i];
	return drawn;
}

static unsigned long draw_namespaces(struct plan *plan)
{
	unsigned long flags;

	if (!plan->namespaces)
		return 0;
	flags = draw_flags(plan, 16, CLONE_NEWUTS | CLONE_NEWIPC |
			   CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP |
			   CLONE_NEWUSER);
	/* Less often, because a new net namespace takes long. */
	return flags | draw_flags(plan, 64, CLONE_NEWNET);
}

static unsigned long draw_clone(struct plan *plan, const struct state *maker)
{
	unsigned long flags;

	flags = draw_flags(plan, 2, CLONE_VM | CLONE_FS | CLONE_FILES |
			   CLONE_SIGHAND | CLONE_THREAD | CLONE_IO |
			   CLONE_SYSVSEM);
	flags |= draw_flags(plan, 8, CLONE_VFORK | CLONE_PARENT);
	flags |= draw_namespaces(plan);
	/* Before 6.3 tasks in different time namespaces cannot share memory. */
	if (maker->time_pending)
		flags &= ~CLONE_VM;
	if (maker->pid_pending)
		flags &= ~(CLONE_THREAD | CLONE_NEWPID);
	if (!(flags & CLONE_VM))
		flags &= ~CLONE_SIGHAND;
	if (!(flags & CLONE_SIGHAND))
		flags &= ~CLONE_THREAD;
	if (flags & CLONE_THREAD)
		flags &= ~(CLONE_NEWUSER | CLONE_NEWPID);
	if (flags & (CLONE_NEWNS | CLONE_NEWUSER))
		flags &= ~CLONE_FS;
	if (flags & CLONE_NEWIPC)
		flags &= ~CLONE_SYSVSEM;
	if (maker->no_user)
		flags &= ~CLONE_NEWUSER;
	/* The kernel refuses these siblings. */
	if (plan->state[maker->group].init || maker->pid_pending ||
	    flags & (CLONE_NEWPID | CLONE_NEWUSER))
		flags &= ~CLONE_PARENT;
	return flags;
}

static struct step *add_step(struct plan *plan, enum action action, int actor)
{
	struct step *step = &plan->step[plan->steps++];

	*step = (struct step){ .action = action, .actor = actor };
	return step;
}

static void add_clone(struct plan *plan, int actor)
{
	struct state *maker = &plan->state[actor];
	struct step *step = add_step(plan, STEP_CLONE, actor);
	int number = plan->tasks++;
	struct state *made = &plan->state[number];

	step->made = number;
	step->flags = draw_clone(plan, maker);
	*made = *maker;
	made->group = step->flags & CLONE_THREAD ? maker->group : number;
	if (made->group == number)
		made->live = 0;
	plan->state[made->group].live++;
	made->init = step->flags & CLONE_NEWPID ||
		     (maker->pid_pending && maker->pid_empty);
	made->pid_pending = false;
	made->time_pending = false;
	made->no_user = maker->no_user || step->flags & CLONE_NEWUSER;
	maker->pid_empty = false;
	maker->blocked = step->flags & CLONE_VFORK;
}

static void add_unshare(struct plan *plan, int actor)
{
	struct state *state = &plan->state[actor];
	unsigned long flags;

	flags = draw_flags(plan, 2, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
	flags |= draw_namespaces(plan);
	if (plan->namespaces)
		flags |= draw_flags(plan, 8, CLONE_NEWTIME);
	if (state->pid_pending)
		flags &= ~CLONE_NEWPID;
	if (plan->state[state->group].live > 1 || state->no_user)
		flags &= ~CLONE_NEWUSER;
	if (!flags)
		return;
	add_step(plan, STEP_UNSHARE, actor)->flags = flags;
	if (flags & CLONE_NEWPID) {
		state->pid_pending = true;
		state->pid_empty = true;
	}
	if (flags & CLONE_NEWTIME)
		state->time_pending = true;
	if (flags & CLONE_NEWUSER)
		state->no_user = true;
}

static int draw_actor(struct plan *plan)
{
	int actor;

	do {
		actor = (int)draw(plan, (unsigned int)plan->tasks);
	} while (plan->state[actor].blocked);
	return actor;
}

static void add_other(struct plan *plan, int actor)
{
	switch (draw(plan, 6)) {
	case 0:
		add_step(plan, STEP_SEMOP, actor);
		break;
	case 1:
		add_step(plan, STEP_IOPRIO, actor)->flags =
			draw(plan, 2) ? 2 : 0;
		break;
	case 2:
		add_step(plan, STEP_CAPSET, actor);
		break;
	default:
		add_unshare(plan, actor);
	}
}

/*
 * Draw a plan. The same @seed gives the same plan on every machine. All kernels
 * from 5.10 on accept each step after the steps before it.
 */
static struct plan plan_forest(uint64_t seed, bool namespaces)
{
	struct plan plan = { .random = seed, .namespaces = namespaces };
	int tasks = FEWEST_TASKS +
		    (int)draw(&plan, MOST_TASKS - FEWEST_TASKS + 1);

	plan.tasks = 1;
	plan.state[0].live = 1;
	/* Half of the steps are clones, or all when few steps remain. */
	while (plan.tasks < tasks) {
		if (draw(&plan, 2) ||
		    MOST_STEPS - plan.steps <= tasks - plan.tasks)
			add_clone(&plan, draw_actor(&plan));
		else
			add_other(&plan, draw_actor(&plan));
	}
	for (int more = (int)draw(&plan, 6);
	     more && plan.steps < MOST_STEPS; more--)
		add_other(&plan, draw_actor(&plan));
	return plan;
}

/* The answer to a step */
struct answer {
	int error;		/* 0, or errno */
	struct pids made;	/* STEP_CLONE: the new task, which answers */
};

static struct forest {
	int steps[MOST_TASKS][2];	/* one pipe per task */
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

/* The life of task @number: take steps until its pipe ends. */
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
		errx(1, "the tasks of the forest ended unexpectedly");
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

/* Create the first task. It is a child of this one and creates the others. */
static void plant(void)
{
	struct answer first;
	pid_t child;

	if (pipe(forest.answers))
		err(1, "pipe");
	for (int i = 0; i < MOST_TASKS; i++)
		if (pipe(forest.steps[i]))
			err(1, "pipe");
	flush_output();
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		for (int i = 0; i < MOST_TASKS; i++)
			close(forest.steps[i][1]);
		prctl(PR_SET_NAME, "forest");
		live(0);
		_exit(0);
	}
	/* Now get_answer() fails if all tasks have ended. */
	close(forest.answers[1]);
	first = get_answer();
	printf("task 0 %d %d\n", first.made.pid, first.made.tid);
}

static void grow(const struct plan *plan)
{
	bool made[MOST_TASKS] = { true };

	for (int i = 0; i < plan->steps; i++) {
		const struct step *step = &plan->step[i];
		int steps = forest.steps[step->actor][1];
		struct answer answer;

		/* The actor does not exist: the kernel refused its creation. */
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

/* End all tasks. This process has adopted the orphans and waits for all. */
static void fell(void)
{
	for (int i = 0; i < MOST_TASKS; i++) {
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

	forest.stacks = map_stacks(MOST_TASKS, STACK_SIZE);
	for (; count && more; count--, seed++) {
		struct plan plan = plan_forest(seed, namespaces);

		/* The rest of the plan stays the same on every kernel. */
		if (!has_namespaces("time"))
			for (int i = 0; i < plan.steps; i++)
				plan.step[i].flags &= ~CLONE_NEWTIME;
		printf("forest %llu\n", (unsigned long long)seed);
		plant();
		grow(&plan);
		puts("ready");
		flush_output();
		more = read_line();
		fell();
	}
}
