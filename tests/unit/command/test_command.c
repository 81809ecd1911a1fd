// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Whose pids are shown and given, if the reader is in a pid namespace of its own. A
 * directory stands for the root of the system.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "command/command.h"
#include "core/place.h"

#define HERE	4026532201	/* the reader's pid namespace */
#define BELOW	4026532202

#define ELSEWHERE "taskmap: the pids shown are those of the initial pid namespace, not of this one\n"
#define GIVEN "taskmap: the pids shown are those of the initial pid namespace; the pids given were taken as those of this one\n"

struct world {
	char *root;
	struct source source;
};

static struct taskmap_record in(uint32_t pid_ns, int ns_pid,
				struct taskmap_record row)
{
	row.ns_inodes[TASKMAP_PID_NS - TASKMAP_UTS_NS] = pid_ns;
	row.ids[TASKMAP_PID_NS] = pid_ns;
	row.ns_pid = ns_pid;
	return row;
}

/* The reader in a container, with threads and a container within. */
static void put_module(struct world *world, const struct shape *shape,
		       unsigned int count)
{
	struct taskmap_record rows[] = {
		in(FIRST_PID_NS, 1, process(1, 0, "init")),
		in(FIRST_PID_NS, 2, kthread(2, "kthreadd")),
		in(HERE, 1, process(100, 1, "shell")),
		in(HERE, 2, process(200, 100, "server")),
		in(HERE, 3, process(201, 200, "thread")),
		in(HERE, 9, process(300, 100, "twice")),
		in(HERE, 9, process(301, 100, "twice")),
		in(BELOW, 7, process(400, 100, "below")),
	};

	rows[4].tgid = 200;
	rows[4].kind = TASKMAP_THREAD;
	free(fixture_image_file(world->root,
				"sys/kernel/debug/taskmap/snapshot", rows,
				count, shape));
}

static void put_place(const struct world *world, uint32_t pid_ns)
{
	fixture_place(world->root, pid_ns);
}

static int setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->root = fixture_dir();
	world->source = source_system;
	world->source.root = world->root;
	put_module(world, NULL, 8);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	fixture_remove(world->root);
	free(world);
	return 0;
}

/* What is complained of while the view of these pids is made, up to 0. */
static char *look(struct world *world, const char *input, const int *pids,
		  bool ordered, const int *want, int want_status)
{
	struct options options = { .source = &world->source, .input = input };
	struct wanted wanted[8] = { 0 };
	int err = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	struct error error = { 0 };
	char *said = NULL;
	struct view view;
	size_t room = 0, count = 0;

	assert_non_null(file);
	for (; pids[count]; count++)
		wanted[count].pid = pids[count];
	options.filter.tasks = wanted;
	options.filter.task_count = count;
	dup2(fileno(file), STDERR_FILENO);
	assert_int_equal(view_open(&view, &options, &error), 0);
	if (ordered) {
		unsigned int *tasks = view_tasks(&view, &count);

		for (size_t i = 0; i < count; i++)
			assert_int_equal(view.model.tasks[tasks[i]].pid, *want++);
		free(tasks);
	} else {
		view_choose(&view);
		for (unsigned int i = 0; i < view.model.count; i++) {
			if (view.chosen[i])
				assert_int_equal(view.model.tasks[i].pid, *want++);
		}
	}
	assert_int_equal(*want, 0);
	assert_int_equal(view_close(&view, STATUS_DONE), want_status);
	dup2(err, STDERR_FILENO);
	close(err);
	rewind(file);
	if (getdelim(&said, &room, '\0', file) < 0)
		*said = '\0';
	fclose(file);
	return said;
}

#define PIDS(...)	((const int[]){ __VA_ARGS__, 0 })
#define NONE		((const int[]){ 0 })

static void expect(struct world *world, const int *pids, bool ordered,
		   const int *want, int status, const char *words)
{
	char *said = look(world, NULL, pids, ordered, want, status);

	assert_string_equal(said, words);
	free(said);
}

TEST_WITH(test_initial, setup, teardown)
{
	put_place(*state, FIRST_PID_NS);
	expect(*state, PIDS(2, 200), false, PIDS(2, 200, 201), STATUS_DONE, "");
	expect(*state, PIDS(200, 2), true, PIDS(200, 2), STATUS_DONE, "");
	expect(*state, PIDS(9), true, NONE, STATUS_MISSING,
	       "taskmap: no task 9 in this snapshot\n");
}

TEST_WITH(test_translated, setup, teardown)
{
	put_place(*state, HERE);
	expect(*state, NONE, false, PIDS(1, 2, 100, 200, 201, 300, 301, 400),
	       STATUS_DONE, ELSEWHERE);
	/* Not kthreadd; and 2 is a process of two threads. */
	expect(*state, PIDS(2), false, PIDS(200, 201), STATUS_DONE, GIVEN);
	expect(*state, PIDS(3, 2, 1), true, PIDS(201, 200, 100), STATUS_DONE,
	       GIVEN);
}

/* Pids of other namespaces are of nobody here, and two tasks are no answer. */
TEST_WITH(test_not_translated, setup, teardown)
{
	static const char unknown[] = GIVEN
		"taskmap: no task 7 of this pid namespace in this snapshot; the pids that tasks of namespaces below have here are unknown\n"
		"taskmap: no task 200 of this pid namespace in this snapshot; the pids that tasks of namespaces below have here are unknown\n";

	put_place(*state, HERE);
	expect(*state, PIDS(7, 200), true, NONE, STATUS_MISSING, unknown);
	expect(*state, PIDS(7, 200), false, NONE, STATUS_MISSING, unknown);
	expect(*state, PIDS(9, 1), true, PIDS(100), STATUS_MISSING,
	       GIVEN "taskmap: two tasks had pid 9 in this pid namespace while the snapshot was taken: try again\n");
	put_module(*state, NULL, 7);
	expect(*state, PIDS(7), false, NONE, STATUS_MISSING,
	       GIVEN "taskmap: no task 7 of this pid namespace in this snapshot\n");
}

/* No /proc is said, and a kernel without such namespaces has only one. */
TEST_WITH(test_unknown, setup, teardown)
{
	struct world *world = *state;

	expect(world, PIDS(2), true, PIDS(2), STATUS_DONE,
	       "taskmap: the pid namespace of this process is unknown (/proc/self: No such file or directory): all pids are taken as those of the initial one\n");
	free(fixture_file(world->root, "proc/self/stat", "", 0));
	expect(world, PIDS(2), true, PIDS(2), STATUS_DONE, "");
}

/* A file is about another time, and maybe another machine. */
TEST_WITH(test_saved, setup, teardown)
{
	struct world *world = *state;
	char *path = xasprintf("%s/sys/kernel/debug/taskmap/snapshot",
			       world->root);
	char *said;

	put_place(world, HERE);
	said = look(world, path, PIDS(2), true, PIDS(2), STATUS_DONE);
	assert_string_equal(said, "");
	free(said);
	free(path);
}

TEST_WITH(test_old_module, setup, teardown)
{
	struct world *world = *state;
	struct options options = { .source = &world->source };
	struct error error = { 0 };
	struct view view;
	struct wanted wanted = { .pid = 2 };

	put_place(world, HERE);
	put_module(world, &fixture_older, 8);
	options.filter.tasks = &wanted;
	options.filter.task_count = 1;
	assert_int_equal(view_open(&view, &options, &error), -1);
	assert_non_null(strstr(error.text, "too old"));
	free(error.text);
}

/* The rows as --proc makes them, of which the caller may not inspect some. */
static struct taskmap_record *without_module(void)
{
	struct taskmap_record *rows = fixture_system();

	for (size_t i = 0; i < fixture_system_count; i++) {
		struct taskmap_record *row = &rows[i];
		bool closed = row->pid == 1 || row->pid == 300 || row->pid == 401;

		row->unknown = BIT(TASKMAP_CRED) | BIT(TASKMAP_NSPROXY) |
			       BIT(TASKMAP_CGROUPS);
		if (!row->ids[TASKMAP_MM])
			row->unknown |= BIT(TASKMAP_ACTIVE_MM);
		if (closed)
			row->unknown = ALL_RESOURCES & ~BIT(TASKMAP_SIGNAL);
		if (row->pid == 400)
			row->exit_code = -1;
		/* Without the check, no undo list would be another one. */
		if (row->tgid == 200 && row->pid != 201)
			row->ids[TASKMAP_SYSVSEM] = 200;
		if (row->pid == 201)
			row->unknown |= BIT(TASKMAP_SYSVSEM);
		if (row->pid == 500)
			row->parent = row->cgroup = 0;
		row->marks = 0;
		memset(row->refs, 0, sizeof(row->refs));
	}
	return rows;
}

/* What is unknown is never taken for none, nor the other way round. */
static void expect_without_module(const char *name, uint32_t flags,
				  const char *const *lines)
{
	const struct shape shape = { .flags = TASKMAP_PROC | flags };
	struct taskmap_record *rows = without_module();
	char *dir = fixture_dir();
	struct transcript transcript;

	free(fixture_image_file(dir, "s", rows, fixture_system_count, &shape));
	free(fixture_image_file(dir, "module", rows, 3, NULL));
	transcript_begin(&transcript);
	for (; *lines; lines++)
		transcript_run(&transcript, dir, *lines);
	transcript_expect(&transcript, name);
	free(rows);
	fixture_remove(dir);
}

TEST(test_without_module)
{
	expect_without_module("without-module", 0, (const char *const[]){
		"$T -i $S/s -n -r -o PID,PARENT,EXIT_CODE,CGROUP_ID,MM,MM_REFS,FILES,IO,CRED,NETNS,SHARES,NOTE",
		"$T -i $S/s -n -r -p 1 -o PID,MM,SIGNAL",
		"$T -i $S/s -n -P -p 1 -o PID,MM,SIGNAL",
		"$T -i $S/s -J -k kthread -o PID,MM,FILES,CRED",
		"$T -i $S/s -n -r groups mm cred",
		"$T -i $S/s -n -r drift",
		"$T -i $S/s explain 1 2 100 202 301 400 401 402",
		"$T -i $S/s compare 200 202 300",
		"$T -i $S/s compare 300 301",
		"$T -i $S/s compare 500 501",
		"$T -i $S/s -J compare 300 301",
		"$T -i $S/s explain --long 301",
		"$T -i $S/s explain --long 402",
		"$T -i $S/s explain --long 501",
		"$T -i $S/s explain --long 600",
		"$T diff $S/s $S/module 2>&1 | sed 's|/[^ ]*/||g'",
		NULL });
}

/* Process 1 of a container is not the one that the kernel created at boot. */
TEST(test_nested)
{
	expect_without_module("without-module-nested", TASKMAP_NESTED,
			      (const char *const[]){
		"$T -i $S/s explain 1",
		"$T -i $S/s explain --long 1",
		"$T -i $S/s -J explain 100 | grep -o '\"initial_pidns\":[a-z]*'",
		NULL });
}

int main(void)
{
	return run_all("command", NULL, NULL);
}
