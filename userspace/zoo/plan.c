// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What a forest does, decided by a seed alone and before anything is done.
 *
 * Every step is legal on all kernels from 5.10 on: what a kernel would refuse
 * is not drawn. The rules are those of copy_process() and ksys_unshare() in
 * kernel/fork.c and of the functions that copy namespaces. The state of a task
 * is as much of it as these rules look at.
 */
#include <sched.h>
#include <string.h>

#include "zoo.h"

struct state {
	int group;		/* number of the leader of its thread group */
	int live;		/* of a leader: tasks in its group */
	bool blocked;		/* in vfork until the end */
	bool init;		/* the first task of its pid namespace */
	bool pid_pending;	/* its children live in another pid namespace */
	bool pid_empty;		/* and none is there yet */
	bool time_pending;	/* its children get another time namespace */
	bool no_user;		/* its user namespace has no number for it */
};

struct planner {
	struct plan *plan;
	struct state state[FOREST_TASKS];
	uint64_t random;
	bool namespaces;
};

/* SplitMix64: the next number, below @limit. */
static unsigned int draw(struct planner *planner, unsigned int limit)
{
	uint64_t bits = planner->random += 0x9e3779b97f4a7c15;

	bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
	bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
	return (unsigned int)((bits ^ bits >> 31) >> 32) % limit;
}

/* Draw each of @flags with a chance of one in @limit, in this order. */
static unsigned long draw_flags(struct planner *planner, unsigned int limit,
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
		if (flags & order[i] && draw(planner, limit) == 0)
			drawn |= order[i];
	return drawn;
}

static unsigned long draw_namespaces(struct planner *planner)
{
	unsigned long flags;

	if (!planner->namespaces)
		return 0;
	flags = draw_flags(planner, 16, CLONE_NEWUTS | CLONE_NEWIPC |
			   CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP |
			   CLONE_NEWUSER);
	/* A new network takes long. */
	return flags | draw_flags(planner, 64, CLONE_NEWNET);
}

static unsigned long draw_clone(struct planner *planner,
				const struct state *maker)
{
	unsigned long flags;

	flags = draw_flags(planner, 2, CLONE_VM | CLONE_FS | CLONE_FILES |
			   CLONE_SIGHAND | CLONE_THREAD | CLONE_IO |
			   CLONE_SYSVSEM);
	flags |= draw_flags(planner, 8, CLONE_VFORK | CLONE_PARENT);
	flags |= draw_namespaces(planner);
	/* Before 6.3 time namespaces do not share memory. */
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
	/* Siblings that the kernel refuses */
	if (planner->state[maker->group].init || maker->pid_pending ||
	    flags & (CLONE_NEWPID | CLONE_NEWUSER))
		flags &= ~CLONE_PARENT;
	return flags;
}

static struct step *add_step(struct planner *planner, enum action action,
			     int actor)
{
	struct step *step = &planner->plan->step[planner->plan->steps++];

	*step = (struct step){ .action = action, .actor = actor };
	return step;
}

static void add_clone(struct planner *planner, int actor)
{
	struct state *maker = &planner->state[actor];
	struct step *step = add_step(planner, STEP_CLONE, actor);
	int number = planner->plan->tasks++;
	struct state *made = &planner->state[number];

	step->made = number;
	step->flags = draw_clone(planner, maker);
	*made = *maker;
	made->group = step->flags & CLONE_THREAD ? maker->group : number;
	if (made->group == number)
		made->live = 0;
	planner->state[made->group].live++;
	made->init = step->flags & CLONE_NEWPID ||
		     (maker->pid_pending && maker->pid_empty);
	made->pid_pending = false;
	made->time_pending = false;
	made->no_user = maker->no_user || step->flags & CLONE_NEWUSER;
	maker->pid_empty = false;
	maker->blocked = step->flags & CLONE_VFORK;
}

static void add_unshare(struct planner *planner, int actor)
{
	struct state *state = &planner->state[actor];
	unsigned long flags;

	flags = draw_flags(planner, 2,
			   CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
	flags |= draw_namespaces(planner);
	if (planner->namespaces)
		flags |= draw_flags(planner, 8, CLONE_NEWTIME);
	if (state->pid_pending)
		flags &= ~CLONE_NEWPID;
	if (planner->state[state->group].live > 1 || state->no_user)
		flags &= ~CLONE_NEWUSER;
	if (!flags)
		return;
	add_step(planner, STEP_UNSHARE, actor)->flags = flags;
	if (flags & CLONE_NEWPID) {
		state->pid_pending = true;
		state->pid_empty = true;
	}
	if (flags & CLONE_NEWTIME)
		state->time_pending = true;
	if (flags & CLONE_NEWUSER)
		state->no_user = true;
}

static int draw_actor(struct planner *planner)
{
	int actor;

	do {
		actor = (int)draw(planner, (unsigned int)planner->plan->tasks);
	} while (planner->state[actor].blocked);
	return actor;
}

static void add_other(struct planner *planner, int actor)
{
	switch (draw(planner, 6)) {
	case 0:
		add_step(planner, STEP_SEMOP, actor);
		break;
	case 1:
		add_step(planner, STEP_IOPRIO, actor)->flags =
			draw(planner, 2) ? 2 : 0;
		break;
	case 2:
		add_step(planner, STEP_CAPSET, actor);
		break;
	default:
		add_unshare(planner, actor);
	}
}

void plan_forest(struct plan *plan, uint64_t seed, bool namespaces)
{
	struct planner planner = {
		.plan = plan, .random = seed, .namespaces = namespaces,
	};
	int tasks = FOREST_LEAST +
		    (int)draw(&planner, FOREST_TASKS - FOREST_LEAST + 1);

	memset(plan, 0, sizeof(*plan));
	plan->tasks = 1;
	planner.state[0].live = 1;
	/* Half of the steps are clones, or all if no more steps are left. */
	while (plan->tasks < tasks) {
		if (draw(&planner, 2) ||
		    FOREST_STEPS - plan->steps <= tasks - plan->tasks)
			add_clone(&planner, draw_actor(&planner));
		else
			add_other(&planner, draw_actor(&planner));
	}
	for (int more = (int)draw(&planner, 6);
	     more && plan->steps < FOREST_STEPS; more--)
		add_other(&planner, draw_actor(&planner));
}
