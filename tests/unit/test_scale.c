// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Work is linear in the number of tasks, and not quadratic. It is counted in
 * steps, so the speed of the machine does not matter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fixture.h"

#define FEW	500
#define MANY	4000
#define TIMES	(MANY / FEW)

/*
 * Sorting takes a little more than TIMES as long, and many rows are measured
 * before they are printed. Quadratic work takes TIMES * TIMES.
 */
#define MOST_TIMES	(TIMES * 3)

/* A kind of snapshot. */
struct crowd {
	const char *name;
	int per_group;
	bool kthreads;	/* every second task; all of them borrow the last mm */
	bool vforks;	/* every second task, a child of the one before */
	bool containers;	/* each task is in its own net namespace */
};

static const struct crowd crowds[] = {
	{ "processes", 1, false, false, false },
	{ "threads", 10, false, false, false },
	{ "one-group", MANY, false, false, false },
	{ "kthreads", 1, true, false, false },
	{ "vforks", 1, false, true, false },
	{ "containers", 1, false, false, true },
};

static char *dir;

static struct taskmap_record *make(const struct crowd *crowd, int count)
{
	struct taskmap_record *rows = xcalloc((size_t)count, sizeof(*rows));
	int leader = 0;

	for (int i = 0; i < count; i++) {
		rows[i] = i % crowd->per_group ? thread(&rows[leader], i + 1) :
						 process(i + 1, i ? 1 : 0, "x");
		if (i % crowd->per_group == 0)
			leader = i;
		if (i % 2 && crowd->kthreads)
			rows[i] = kthread(i + 1, "k");
		if (crowd->containers)
			rows[i].ids[TASKMAP_NET_NS] = (uint64_t)i + 1;
		if (i % 2 && crowd->vforks) {
			rows[i].ppid = i;
			rows[i].marks = TASKMAP_MARK_VFORK;
			rows[i].ids[TASKMAP_MM] = rows[i - 1].ids[TASKMAP_MM];
		}
	}
	for (int i = 1; crowd->kthreads && i < count; i += 2)
		rows[i].ids[TASKMAP_ACTIVE_MM] = rows[count - 2].ids[TASKMAP_MM];
	return rows;
}

static void put(const struct crowd *crowd, int count)
{
	/* Only exact snapshots have refs that drift compares. */
	const struct shape shape = { .exact = true };
	struct taskmap_record *rows = make(crowd, count);
	char *name = xasprintf("%s-%d", crowd->name, count);

	free(fixture_image_file(dir, name, rows, (size_t)count, &shape));
	free(name);
	free(rows);
}

static int setup(void **state)
{
	dir = fixture_dir();
	for (size_t i = 0; i < ARRAY_SIZE(crowds); i++) {
		put(&crowds[i], FEW);
		put(&crowds[i], MANY);
	}
	return 0;
}

static int teardown(void **state)
{
	fixture_remove(dir);
	return 0;
}

/* The steps of a line in which $N is the number of tasks, and $I their snapshot. */
static unsigned long steps(const struct crowd *crowd, int count,
			   const char *line)
{
	struct result result;
	unsigned long number;
	char *all, *end;

	all = xasprintf("N=%d I=$S/%s-%d; STEPS=steps; export STEPS; (%s) >/dev/null 2>&1; cat steps",
			count, crowd->name, count, line);
	result = run(dir, all);
	number = strtoul(result.out, &end, 10);
	if (end == result.out)
		fail_msg("%s: nothing was counted: %s", all, result.err);
	result_clear(&result);
	free(all);
	return number;
}

static void expect_growth(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(crowds); i++) {
		unsigned long few = steps(&crowds[i], FEW, line);
		unsigned long many = steps(&crowds[i], MANY, line);

		/* Fewer steps would mean that it did not process the tasks. */
		if (many < MANY)
			fail_msg("%s of %s: only %lu steps", line,
				 crowds[i].name, many);
		if (many > MOST_TIMES * few)
			fail_msg("%s of %s: %d tasks take %lu steps and %d take %lu",
				 line, crowds[i].name, FEW, few, MANY, many);
	}
}

/* The reader needs little more than one copy of the records, which are 65 MB. */
TEST(test_memory)
{
	enum { TASKS = 140000 };
	static const char *const commands[] = {
		"list", "list --raw", "list --json", "explain 100000", "save x",
		"groups",
	};

	/* Processes hold objects alone, and threads share them. */
	for (size_t i = 0; i < 2 * ARRAY_SIZE(commands); i++) {
		const struct crowd *crowd = &crowds[i % 2];
		char *line = xasprintf("ulimit -v 100000; $P -i $S/%s-%d %s >/dev/null",
				       crowd->name, TASKS, commands[i / 2]);
		struct result result;

		if (i < 2)
			put(crowd, TASKS);
		result = run(dir, line);
		if (result.status)
			fail_msg("%s: %s", line, result.err);
		result_clear(&result);
		free(line);
	}
}

static const char *const lines[] = {
	"$P -i $I --output-all",
	"$P -i $I --tree",
	"$P -i $I --json --output-all",
	"$P -i $I -rn -o PID -p $(seq -s, $N -1 1)",
	"$P -i $I -rn -o PID $(seq -f -p%g 1 $N)",
	"$P -i $I -rn -o PID -p $(seq -s, 100001 $((100000 + N)))",
	"$P -i $I -rn -o PID -C $(seq -s, -f n%g 1 $N)",
	"$P -i $I -rn -o PID -p $(seq -s, -f n%g 1 $N)",
	"$P -i $I -rn -o PID -u $(seq -s, 1 $N)",
	"$P -i $I groups --all -o +PIDS",
	"$P -i $I explain $(seq -s, 1 $N)",
	"$P -i $I explain -J $(seq 1 $N)",
	"$P -i $I compare -J $(seq 1 $N)",
	"$P -i $I graph --all $(seq 1 $N)",
	"$P -i $I graph --html --all",
	"$P diff $I $I -c PID,NOTE,SHARES",
	"$P diff $I $S/processes-500",
	"$P -i $I drift",
	"$P -i $I drift $(seq -s, 1 $N)",
	"$P -i $I save x",
};

TEST(test_growth)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		expect_growth(lines[i]);
}

int main(void)
{
	return run_all("scale", setup, teardown);
}
