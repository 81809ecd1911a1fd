// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo cost: how it computes figures from samples, how it prints them, and
 * that it leaves no task behind. No test expects a certain time. Tests only compare
 * figures that are far apart on every machine.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "command.h"
#include "fixture.h"
#include "zoo/cost.h"

static void expect_figure(struct cost_figure figure, double low, double median,
			  double high)
{
	assert_true(figure.there);
	assert_true(figure.low == low);
	assert_true(figure.median == median);
	assert_true(figure.high == high);
}

/* In any order, and also for an even number of samples. */
TEST(test_figure)
{
	double one[] = { 7 }, two[] = { 4, 2 };
	double four[] = { 8, 2, 6, 4 }, five[] = { 50, 10, 40, 1000, 20 };

	expect_figure(cost_figure(one, 1), 7, 7, 7);
	expect_figure(cost_figure(two, 2), 2.5, 3, 3.5);
	expect_figure(cost_figure(four, 4), 3.5, 5, 6.5);
	expect_figure(cost_figure(five, 5), 20, 40, 50);
}

/* A name with "+" adds one flag to those of the row above. */
TEST(test_ways)
{
	unsigned int added = 0;

	assert_string_equal(cost_ways[COST_BASE].name, "fork");
	assert_int_equal(cost_ways[COST_BASE].flags, 0);
	for (int i = 1; i < COST_WAYS; i++) {
		unsigned long before = cost_ways[i - 1].flags;
		unsigned long flags = cost_ways[i].flags;

		if (cost_ways[i].name[0] != '+')
			continue;
		assert_int_equal(flags & before, before);
		assert_int_equal(__builtin_popcountl(flags & ~before), 1);
		added++;
	}
	assert_int_equal(added, 5);
	assert_int_equal(cost_ways[COST_WAYS - 1].flags,
			 CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			 CLONE_THREAD | CLONE_SYSVSEM);
	assert_true(cost_ways[COST_WAYS - 1].by_libc);
}

/* All columns apply to all ways, except SWITCH and memory to vfork. */
TEST(test_applies)
{
	for (int i = 0; i < COST_WAYS; i++)
		for (int column = 0; column < COST_COLUMNS; column++)
			assert_int_equal(cost_applies(column, &cost_ways[i]),
					 strcmp(cost_ways[i].name, "vfork") ||
					 column < COST_SWITCH);
}

TEST(test_memory)
{
	struct cost_sample sample;
	double sum = 0;

	skip_without_proc();
	assert_true(cost_memory(&sample));
	for (int i = COST_STACK; i < COST_TOTAL; i++) {
		assert_true(sample.values[i] > 0);
		sum += sample.values[i];
	}
	assert_true(sum == sample.values[COST_TOTAL]);
}

TEST(test_limits)
{
	char *limits = cost_limits();

	skip_without_proc();
	assert_non_null(strstr(limits, "ulimit -u "));
	assert_non_null(strstr(limits, ", kernel.pid_max "));
	assert_non_null(strstr(limits, ", kernel.threads-max "));
	assert_null(strchr(limits, '\n'));
	free(limits);
}

/* Column c of way w is 10 w + c. Columns that do not apply to vfork are missing. */
static struct cost_report made_up(void)
{
	struct cost_report report = {
		.number = 30, .rounds = 3, .release = "6.1\"; system(\"id\") #x",
		.create_ns = 12300, .switch_ns = 4560, .libc_stack_kib = 777,
	};

	for (int way = 0; way < COST_WAYS; way++)
		for (int column = 0; column < COST_COLUMNS; column++) {
			double value = 10 * way + column;

			report.figures[way][column] = (struct cost_figure){
				.there = way != 1 || column < COST_SWITCH,
				.median = value, .low = value - 0.5,
				.high = value + 0.5,
			};
		}
	report.figures[3][COST_OBJECTS].median = -0.25;
	return report;
}

/* The text that @print writes to standard output. The caller frees it. */
static char *printed(void (*print)(const struct cost_report *report))
{
	const struct cost_report report = made_up();
	FILE *file = tmpfile();
	int out = dup(STDOUT_FILENO);
	char *text = xcalloc(16384, 1);

	fflush(stdout);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	print(&report);
	fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	close(out);
	rewind(file);
	assert_true(fread(text, 1, 16383, file) > 0);
	fclose(file);
	return text;
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no \"%s\"", key);
	return value;
}

static void print_script(const struct cost_report *report)
{
	cost_chart_script(report, stdout);
}

/*
 * The table, in locales with and without the plus-minus sign; JSON; and the script
 * for gnuplot, in which the name of the kernel runs no command.
 */
GOLDEN_TEST(test_shown, "zoo/cost-shown")
{
	static const struct {
		const char *what;
		const char *locale;
		void (*print)(const struct cost_report *report);
	} cases[] = {
		{ "table", "C.UTF-8", cost_print_table },
		{ "table in ASCII", "C", cost_print_table },
		{ "JSON", "C.UTF-8", cost_print_json },
		{ "chart", "C.UTF-8", print_script },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text;

		setlocale(LC_CTYPE, cases[i].locale);
		text = printed(cases[i].print);
		fprintf(to->file, "# %s\n%s", cases[i].what, fields(text));
		free(text);
	}
	setlocale(LC_CTYPE, "");
}

static void expect(const char *line, int status, const char *out,
		   const char *err)
{
	struct result result = run("", line);

	if (result.status != status || strncmp(result.err, err, strlen(err)) ||
	    !!*err != !!*result.err || !strstr(result.out, out))
		fail_msg("%s: status %d\n%s%s", line, result.status,
			 result.out, result.err);
	if (*err && strchr(result.err, '\n')[1])
		fail_msg("%s: more than one line\n%s", line, result.err);
	result_clear(&result);
}

TEST(test_usage)
{
	expect("$Z cost fork", 2, "", "taskmap-zoo: unexpected argument 'fork'\n");
	expect("$Z cost -n 0", 2, "", "taskmap-zoo: invalid number '0': must be from 1 to 100000\n");
	expect("$Z cost --number=100001", 2, "", "taskmap-zoo: invalid number ");
	expect("$Z cost -n -1", 2, "", "taskmap-zoo: invalid number ");
	expect("$Z cost --rounds 5x", 2, "", "taskmap-zoo: invalid number ");
	expect("$Z cost --rounds ''", 2, "", "taskmap-zoo: invalid number ");
	expect("$Z cost -a", 2, "", "taskmap-zoo: cost does not take --all\n");
	expect("$Z list -J", 2, "", "taskmap-zoo: list does not take --json\n");
	expect("$Z --svg x fork", 2, "", "taskmap-zoo: --svg can only be used with cost\n");
	skip_without_proc();
	expect("$Z cost -n 2 -r 1 >/dev/full", 1, "",
	       "taskmap-zoo: cannot write to standard output: No space left on device\n");
	/* A child inherits an ignored SIGCHLD. */
	expect("env --ignore-signal=CHLD $Z cost -n 2 -r 1", 0, "\npthread ", "");
	expect("env --ignore-signal=CHLD $Z zombie </dev/null", 0, "\nzombie ", "");
}

static double value(struct json_object *ways, const char *name, const char *key)
{
	for (size_t i = 0; i < json_object_array_length(ways); i++) {
		struct json_object *way = json_object_array_get_idx(ways, i);

		if (!strcmp(json_object_get_string(get(way, "way")), name))
			return json_object_get_double(get(get(way, key), "median"));
	}
	fail_msg("no way %s", name);
	return 0;
}

/*
 * Every figure is there and belongs to its way: only fork copies the memory and the
 * page tables of its creator.
 */
TEST(test_measured)
{
	struct result result = run("", "$Z cost -J -n 200 -r 3");
	struct json_object *root, *ways;

	skip_without_proc();
	assert_int_equal(result.status, 0);
	assert_string_equal(result.err, "");
	root = json_tokener_parse(result.out);
	assert_non_null(root);
	ways = get(root, "ways");
	assert_int_equal(json_object_array_length(ways), COST_WAYS);
	assert_true(value(ways, "fork", "create") == 1);
	assert_true(value(ways, "fork", "switch") == 1);
	/* A fork copies the page tables of 64 MiB, some ten times the other work. */
	assert_true(value(ways, "fork", "create_64m") > 2);
	for (int i = 0; i < COST_WAYS; i++) {
		const char *name = cost_ways[i].name;

		assert_true(value(ways, name, "create") > 0);
		/* All other ways share these page tables. */
		if (i != COST_BASE)
			assert_true(value(ways, "fork", "create_64m") >
				    3 * value(ways, name, "create_64m"));
		if (!strcmp(name, "vfork"))
			continue;
		assert_true(value(ways, name, "switch") > 0);
		assert_true(value(ways, name, "stack") > 2);
		assert_true(value(ways, name, "stack") < 70);
		assert_true(value(ways, name, "total") >
			    value(ways, name, "stack"));
		if (i != COST_BASE)
			assert_true(value(ways, "fork", "tables") >
				    value(ways, name, "tables") + 3);
	}
	json_object_put(root);
	result_clear(&result);
}

/* clone(2) and fork(2) fail while measuring. */
TEST(test_no_more_tasks)
{
	skip_without_proc();
	expect("FAIL_CALL=clone FAIL_AT=7 FAIL_ERROR=11 LD_PRELOAD=$F "
	       "$Z cost -n 20 -r 1", 1, "",
	       "taskmap-zoo: fork: cannot create task 7 of 20: Resource temporarily unavailable; limits: ulimit -u ");
	expect("FAIL_CALL=fork FAIL_AT=3 FAIL_ERROR=11 LD_PRELOAD=$F "
	       "$Z cost -n 20 -r 1", 1, "",
	       "taskmap-zoo: cannot create a process: Resource temporarily unavailable; limits: ulimit -u ");
}

/* Whatever gnuplot does, the result is a whole chart, or the old file and one line. */
TEST(test_svg_fails)
{
	static const struct {
		const char *gnuplot;	/* a shell script in place of gnuplot */
		const char *err;
	} cases[] = {
		{ "[ $# -gt 0 ] || { echo part; exit 3; }", "taskmap-zoo: gnuplot failed: exit status 3\n" },
		{ "[ $# -gt 0 ] || { echo part; kill -9 $$; }", "taskmap-zoo: gnuplot failed: signal 9\n" },
	};

	skip_without_proc();
	expect("PATH=/nowhere $Z cost --svg chart", 1, "",
	       "taskmap-zoo: gnuplot not found: install gnuplot-nox, or omit --svg\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line;

		assert_true(asprintf(&line, "echo old >chart; printf '#!/bin/sh\\n%s\\n' >gnuplot; "
				     "chmod +x gnuplot; PATH=.:$PATH $Z cost -n 2 -r 1 --svg chart; "
				     "status=$?; cat chart; exit $status",
				     cases[i].gnuplot) > 0);
		expect(line, 1, "\nold\n", cases[i].err);
		free(line);
	}
	expect("printf '#!/bin/sh\\ncat\\n' >gnuplot; chmod +x gnuplot; "
	       "PATH=.:$PATH $Z cost -n 2 -r 1 --svg /nowhere/chart", 1, "\npthread ",
	       "taskmap-zoo: cannot write /nowhere/chart: No such file or directory\n");
	expect("printf '#!/bin/sh\\ncat\\n' >gnuplot; chmod +x gnuplot; "
	       "PATH=.:$PATH $Z cost -n 2 -r 1 --svg chart && cat chart", 0,
	       "\nunset multiplot\n", "");
}

TEST(test_svg)
{
	struct result result = run("", "command -v gnuplot");
	bool there = !result.status;

	result_clear(&result);
	if (!there) {
		print_message("# SKIP no gnuplot: install gnuplot-nox\n");
		skip();
	}
	expect("$Z cost -n 2 -r 1 --svg chart >/dev/null && grep -c '<svg' chart && "
	       "grep -c '^</svg>$' chart", 0, "1\n1\n", "");
	/* Every way is named in each of the three plots. */
	expect("$Z cost -n 2 -r 1 --svg chart >/dev/null && "
	       "grep -cE '>(fork|vfork|clone vm|[+](fs|files|sighand|thread|sysvsem)|pthread)<' chart",
	       0, "27\n", "");
}

struct process {
	char state;
	pid_t parent, session;
};

/* False if process @pid does not exist, or no longer. */
static bool look_at(pid_t pid, struct process *process)
{
	char *path, *text, *end;
	bool there;
	size_t size;

	assert_true(asprintf(&path, "/proc/%d/stat", pid) > 0);
	text = slurp(path, &size);
	free(path);
	if (!text)
		return false;
	end = strrchr(text, ')');
	there = end && sscanf(end, ") %c %d %*d %d", &process->state,
			      &process->parent, &process->session) == 3;
	free(text);
	return there;
}

/* The number of processes in @session. Stores one child of @parent in @child. */
static unsigned int count_session(pid_t session, pid_t parent, pid_t *child)
{
	DIR *proc = opendir("/proc");
	struct process process;
	struct dirent *entry;
	unsigned int count = 0;

	*child = 0;
	while ((entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (!pid || !look_at(pid, &process) ||
		    process.session != session)
			continue;
		count++;
		if (process.parent == parent)
			*child = pid;
	}
	closedir(proc);
	return count;
}

/* Start a measurement in a new session, and wait until it has many tasks. */
static pid_t start_measurement(int err)
{
	pid_t child, pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		setsid();
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		execl(unit_path(ZOO), "taskmap-zoo", "cost", "-n", "1000", "-r", "50", NULL);
		_exit(127);
	}
	while (count_session(pid, pid, &child) < 500)
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	return pid;
}

/* Stop the measuring process in @session at a moment when it has a child. */
static pid_t stop_part(pid_t session)
{
	pid_t part, child;

	for (;;) {
		struct process process = { 0 };

		count_session(session, session, &part);
		if (!part || kill(part, SIGSTOP))
			continue;
		while (look_at(part, &process) && !strchr("TZX", process.state))
			sched_yield();
		count_session(session, part, &child);
		if (child && process.state == 'T')
			return part;
		kill(part, SIGCONT);
	}
}

static void expect_none_left(pid_t session)
{
	pid_t child;

	/* Orphans end by themselves, and soon. */
	for (int i = 0; count_session(session, -1, &child); i++) {
		assert_true(i < 30000);
		usleep(10000);
	}
}

/* All tasks end when the program is killed. */
TEST(test_killed)
{
	pid_t pid;

	skip_without_proc();
	pid = start_measurement(STDERR_FILENO);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	expect_none_left(pid);
}

/* The OOM killer may kill the measuring process: one line, and no task remains. */
TEST(test_part_killed)
{
	pid_t pid, child;
	char line[256] = "";
	int err[2], status;

	skip_without_proc();
	assert_int_equal(pipe(err), 0);
	pid = start_measurement(err[1]);
	kill(stop_part(pid), SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(read(err[0], line, sizeof(line) - 1) > 0);
	assert_int_equal(strncmp(line, "taskmap-zoo: ", 13), 0);
	assert_non_null(strstr(line, ": the measurement was killed, possibly because memory ran out\n"));
	/* The program waited for all tasks before it ended. */
	assert_int_equal(count_session(pid, pid, &child), 0);
	close(err[0]);
	close(err[1]);
}

int main(void)
{
	setlocale(LC_CTYPE, "");
	return run_all("cost", NULL, NULL);
}
