// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap watch: saved streams; and, with a directory as the root of the
 * system, COMMAND, signals and the end.
 */
#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "stream.h"

/* The tests replace the source of events. */
#define source_events	(*test_source)
static const struct source *test_source;
#include "command/watch.c"
#include "core/place.h"

/* The path of this program, which is COMMAND in some tests. */
static char *program;

#define PTHREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |	\
		 CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |		\
		 CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define FORK	(CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID)
#define VFORK	(CLONE_VM | CLONE_VFORK)

/* A leader with some threads, in an event. */
static struct taskmap_record leader(struct taskmap_record task,
				    unsigned int threads)
{
	task.kind = TASKMAP_MAIN;
	task.threads = threads;
	return task;
}

static struct taskmap_record thread_of(int tgid, int pid, int ppid,
				       const char *comm)
{
	const struct taskmap_record task = leader(process(tgid, ppid, comm), 2);

	return thread(&task, pid);
}

static struct taskmap_record worker(struct taskmap_record task)
{
	task.kind = TASKMAP_WORKER;
	return task;
}

static struct taskmap_record killed_by(struct taskmap_record task, int signal)
{
	task.exit_signal = signal;
	return task;
}

static struct taskmap_event at(struct taskmap_event event, uint64_t ns)
{
	event.time_ns = STREAM_START + ns;
	return event;
}

/* Every kind of event: a shell runs make; and events outside make's family. */
static size_t put_family(struct taskmap_event *events)
{
	const struct taskmap_event all[] = {
		at(born(process(200, 100, "shell"), 100, FORK), 0),
		execs(process(200, 100, "make"), 200),
		born(process(201, 200, "make"), 200, VFORK),
		execs(process(201, 200, "cc"), 201),
		born(thread_of(201, 202, 200, "cc"), 201, PTHREAD),
		born(thread_of(201, 203, 200, "cc"), 202, PTHREAD),
		born(worker(thread_of(201, 204, 200, "iou-wrk-201")), 201,
		     PTHREAD | CLONE_IO),
		exits(worker(thread_of(201, 204, 200, "iou-wrk-201")), 0),
		/*
		 * A thread calls exec: before it, the leader and the other
		 * thread end.
		 */
		exits(leader(process(201, 200, "cc"), 3), 0),
		exits(thread_of(201, 202, 200, "cc"), 0),
		execs(process(201, 200, "ld"), 203),
		/* A task outside the family gets the free pid. */
		born(process(203, 1, "stranger"), 1, FORK),
		exits(process(203, 1, "stranger"), 9),
		exits(process(201, 200, "ld"), SIGSEGV | 0x80),
		/* Another one gets the leader's pid after the end of its group. */
		born(process(201, 1, "stranger"), 1, FORK),
		exits(process(201, 1, "stranger"), 0),
		/* make creates a child of shell, and shell creates a child of init. */
		born(process(205, 100, "make"), 200, CLONE_PARENT | CLONE_VM),
		born(process(206, 1, "shell"), 100, CLONE_PARENT),
		/* A thread of a child of make that is older than the stream. */
		born(thread_of(190, 207, 200, "older"), 190, PTHREAD),
		born(process(211, 200, "older"), 190, CLONE_PARENT),
		born(process(208, 205, "box"), 205, CLONE_NEWPID | CLONE_NEWNS |
		     CLONE_NEWNET | CLONE_FILES | CLONE_PIDFD),
		born(kthread(209, "kworker/1:2"), 2,
		     CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_UNTRACED),
		born(killed_by(process(210, 208, "tab\there\377"), 34), 208,
		     1ULL << 33 | 1ULL << 35 | 1ULL << 62),
		lost(17),
		exits(process(210, 208, "tab\there\377"), 34),
		exits(process(208, 205, "box"), 3 << 8),
		exits(process(205, 100, "\345\205\261\346\234\211"), SIGKILL),
		lost(1),
		at(exits(process(200, 100, "make"), 2 << 8), 12345678901234),
		born(process(200, 1, "reused"), 1, FORK),
		execs(process(200, 1, "reused"), 200),
	};

	memcpy(events, all, sizeof(all));
	return ARRAY_SIZE(all);
}

/* Events of a process older than the stream, whose threads are unknown. */
static size_t put_before(struct taskmap_event *events)
{
	const struct taskmap_event all[] = {
		born(thread_of(300, 305, 100, "old"), 302, PTHREAD),
		born(process(306, 300, "old"), 303, FORK),
		execs(process(306, 300, "new"), 306),
		exits(leader(process(300, 100, "old"), 4), 0),
		born(process(307, 300, "old"), 304, VFORK),
		exits(thread_of(300, 304, 100, "old"), 0),
		execs(process(300, 100, "again"), 302),
		exits(process(300, 100, "again"), 0),
		born(process(300, 1, "stranger"), 1, FORK),
		exits(process(300, 1, "stranger"), 0),
		/* A leader that ended first, and a task whose exit was lost. */
		born(thread_of(306, 308, 300, "new"), 306, PTHREAD),
		exits(leader(process(306, 1, "new"), 2), 0),
		exits(thread_of(306, 308, 1, "new"), 0),
		born(process(306, 1, "stranger"), 1, FORK),
		exits(process(306, 1, "stranger"), 0),
		born(process(307, 1, "stranger"), 1, FORK),
		execs(process(307, 1, "stranger"), 307),
		/* Only a thread of this process is known, created by another thread. */
		born(thread_of(400, 405, 100, "busy"), 402, PTHREAD),
	};

	memcpy(events, all, sizeof(all));
	return ARRAY_SIZE(all);
}

/* A directory with the streams "family" and "before". */
static char *dir, *family_path;

static int setup(void **state)
{
	struct taskmap_event events[64];
	struct taskmap_record row = process(1, 0, "init");

	(void)state;
	dir = fixture_dir();
	family_path = stream_file(dir, "family", events, put_family(events),
				  NULL);
	free(stream_file(dir, "before", events, put_before(events), NULL));
	free(fixture_image_file(dir, "snapshot", &row, 1, NULL));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(family_path);
	fixture_remove(dir);
	return 0;
}

static void expect_lines_of(const char *name, const char *const *lines)
{
	struct transcript transcript;

	transcript_begin(&transcript);
	for (; *lines; lines++)
		transcript_run(&transcript, family_path, *lines);
	transcript_expect(&transcript, name);
}

static void test_lines(void **state)
{
	static const char *const lines[] = {
		"$T watch -i $S",
		"$T watch -i - <$S | tail -n 3",
		NULL
	};

	(void)state;
	expect_lines_of("command/watch-lines", lines);
}

static void test_family(void **state)
{
	static const char *const lines[] = {
		"$T watch -i $S -p 200",
		"$T watch -i $S -p 201,208",
		"$T watch -i ${S%family}before -p 300",
		"$T watch -i ${S%family}before -p 400",
		/* The pid of a thread. */
		"$T watch -i ${S%family}before -p 302",
		/* Pids of any process, repeated and unknown. */
		"$T watch -i ${S%family}before -p 300,77,4194304,77",
		NULL
	};

	(void)state;
	expect_lines_of("command/watch-family", lines);
}

static void test_json(void **state)
{
	static const char *const lines[] = {
		"$T watch -J -i $S -p 201,208",
		"$T watch -J -i $S | tail -n 1",
		NULL
	};
	struct result result = run(family_path, "$T watch -J -i $S");
	char *rest, *line = strtok_r(result.out, "\n", &rest);
	unsigned int count = 0;

	(void)state;
	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		struct result one = { .out = line, .out_size = strlen(line) };

		json_object_put(parse_json(&one));
		count++;
	}
	assert_int_equal(count, 33);
	result_clear(&result);
	expect_lines_of("command/watch-json", lines);
}

/* Long lines are cut, and colors used, only on a terminal. */
static void test_terminal(void **state)
{
	static const char *const lines[] = {
		"script -qec \"stty cols 80; $T watch -i $S\" /dev/null | tr -d '\\r' | sed 's/\\x1b/^/g'",
		"NO_COLOR=1 script -qec \"stty cols 60; $T watch -i $S -p 201\" /dev/null | tr -d '\\r'",
		"NO_COLOR=1 LC_ALL=C script -qec \"stty cols 52; $T watch -i $S -p 201\" /dev/null | tr -d '\\r' | head -n 3",
		"script -qec \"stty cols 1; $T watch -i $S -p 201\" /dev/null | tr -d '\\r' | sed 's/\\x1b/^/g' | head -n 3",
		"$T watch -i $S --color -p 201 | sed 's/\\x1b/^/g' | head -n 3",
		"script -qec \"stty cols 60; $T watch -i $S --color=never -p 201\" /dev/null | tr -d '\\r' | head -n 3",
		NULL
	};

	(void)state;
	skip_without_terminal();
	expect_lines_of("command/watch-terminal", lines);
}

static void test_refused(void **state)
{
	static const char *const lines[] = {
		"$T watch ls",
		"$T watch -i $S -- ls",
		"$T watch -p 1 -- ls",
		"$T watch -u root",
		"$T watch -u 'no\nbody' -- ls",
		"$T watch --exact",
		"$T verify -u root",
		"$T watch -i nowhere",
		"$T watch -i ${S%family}snapshot 2>&1 | sed 's|: /[^:]*: |: |'",
		"$T -i $S 2>&1 | sed 's|: /[^:]*: |: |'",
		"$T -i $S save x 2>&1 | sed 's|: /[^:]*: |: |'; ls -A x",
		"head -c 3000 $S | $T watch -i - -p 1",
		"head -c 100 $S | $T watch -i -",
		"$T watch -i - </dev/null",
		"$T watch -i $S >/dev/full",
		"$T watch -J -i $S >/dev/full",
		"trap '' PIPE; mkfifo f; exec 3<>f 4>f 3<&-; $T watch -i $S >&4",
		NULL
	};

	(void)state;
	expect_lines_of("command/watch-refused", lines);
}

/*
 * A system whose events come from a FIFO, so that they never end, and a process
 * that watches it, whose output the test reads as it comes.
 */
struct world {
	char *root;
	char *fifo;
	int events;	/* where to write them */
	pid_t watch;
	FILE *out;	/* standard output, and for text also standard error */
	struct source source, events_source;
};

static int world_setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	const struct taskmap_record rows[] = {
		process(1, 0, "init"), leader(process(200, 1, "make"), 2),
		thread_of(200, 201, 1, "make"), zombie(process(300, 1, "dead")),
	};
	size_t size;
	unsigned char *image;

	world->root = fixture_dir();
	fixture_place(world->root, FIRST_PID_NS);
	world->source = world->events_source = source_system;
	world->source.root = world->events_source.root = world->root;
	world->events_source.file = "events";
	free(fixture_image_file(world->root, "proc/taskmap/snapshot", rows,
				ARRAY_SIZE(rows), NULL));
	world->fifo = xasprintf("%s/proc/taskmap/events", world->root);
	assert_int_equal(mkfifo(world->fifo, 0600), 0);
	world->events = open(world->fifo, O_RDWR | O_CLOEXEC);
	image = stream_image(NULL, 0, NULL, &size);
	assert_int_equal(write(world->events, image, size), size);
	free(image);
	*state = world;
	return 0;
}

static int world_teardown(void **state)
{
	struct world *world = *state;

	close(world->events);
	free(world->fifo);
	fixture_remove(world->root);
	free(world);
	return 0;
}

/* Adds events to the stream, like the module. */
static void put_events(struct world *world, const struct taskmap_event *events,
		       size_t count)
{
	size_t header = sizeof(struct taskmap_header), size;
	unsigned char *image = stream_image(events, count, NULL, &size);

	size -= header;
	assert_int_equal(write(world->events, image + header, size), size);
	free(image);
}

static _Noreturn void watch_and_exit(struct world *world,
				     struct options *options, int out)
{
	struct error error = { 0 };
	int status;

	dup2(out, STDOUT_FILENO);
	if (options->output.format == FORMAT_JSON)
		out = open("/dev/null", O_WRONLY);
	dup2(out, STDERR_FILENO);
	stdout = fdopen(STDOUT_FILENO, "w");
	test_source = &world->events_source;
	options->source = &world->source;
	status = watch_command(options, &error);
	if (status < 0)
		complain("%s", error.text);
	fflush(stdout);
	_exit(status < 0 ? STATUS_FAILED : status);
}

static void begin(struct world *world, struct options options)
{
	static char *none[] = { NULL };
	int ends[2];

	/* A test that never ends fails. */
	alarm(60);
	if (!options.args)
		options.args = none;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	world->watch = fork();
	if (!world->watch)
		watch_and_exit(world, &options, ends[1]);
	close(ends[1]);
	world->out = fdopen(ends[0], "r");
}

/* The next line begins, after its time, with @text. Several blanks count as one. */
static void expect_line(struct world *world, const char *text)
{
	char line[1024], *shown = line;

	if (!fgets(line, sizeof(line), world->out))
		fail_msg("output ended before \"%s\"", text);
	fields(line);
	if (*line >= '0' && *line <= '9')
		shown = line + strspn(line, "0123456789.") + 1;
	if (strncmp(shown, text, strlen(text)))
		fail_msg("expected \"%s\", got \"%s\"", text, shown);
}

#define HEADING	"TIME EVENT PID BY NAME WHAT"

/* There are no more lines, and it exits with @status, or -1 for a signal. */
static void expect_end(struct world *world, int status)
{
	char line[256];
	int got;

	if (fgets(line, sizeof(line), world->out))
		fail_msg("unexpected line: %s", line);
	fclose(world->out);
	assert_int_equal(waitpid(world->watch, &got, 0), world->watch);
	assert_int_equal(WIFEXITED(got) ? WEXITSTATUS(got) : -1, status);
}

#define UNSEEN	"taskmap: no event of COMMAND was seen: run taskmap in the initial"
#define SUMMARY_OF_NOTHING "created: 0 processes (0 vforks), 0 threads; 0 execs, 0 exits"

static void test_signals_end_it(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM };
	struct world *world = *state;

	/* The caller of the tests may have it ignored. */
	signal(SIGINT, SIG_DFL);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (i) {
			world_teardown(state);
			world_setup(state);
			world = *state;
		}
		begin(world, (struct options){ 0 });
		expect_line(world, HEADING);
		kill(world->watch, signals[i]);
		expect_line(world, SUMMARY_OF_NOTHING);
		expect_end(world, 0);
	}
}

/* Stops it, and sends both @events and SIGTERM before it continues. */
static void put_with_end(struct world *world,
			 const struct taskmap_event *events, size_t count)
{
	int status;

	kill(world->watch, SIGSTOP);
	assert_int_equal(waitpid(world->watch, &status, WUNTRACED),
			 world->watch);
	put_events(world, events, count);
	kill(world->watch, SIGTERM);
	kill(world->watch, SIGCONT);
}

/* Events before the end are shown, but a saved stream ends at once. */
static void test_last_events(void **state)
{
	const struct taskmap_event events[] = {
		at(exits(process(7, 1, "before"), 0), 1),
		at(exits(process(8, 1, "after"), 0), 120000000000),
		at(exits(process(9, 1, "later"), 0), 120000000001),
	};
	struct world *world = *state;

	begin(world, (struct options){ 0 });
	expect_line(world, HEADING);
	put_with_end(world, events, ARRAY_SIZE(events));
	expect_line(world, "exit 7 - before status 0");
	expect_line(world, "created: 0 processes (0 vforks), 0 threads; 0 execs, 1 exit\n");
	expect_end(world, 0);
	world_teardown(state);
	world_setup(state);
	world = *state;
	begin(world, (struct options){ .input = world->fifo });
	expect_line(world, HEADING);
	put_with_end(world, events, ARRAY_SIZE(events));
	expect_line(world, SUMMARY_OF_NOTHING);
	expect_end(world, 0);
}

/* Signals ignored, like in the background of a script. */
static void test_ignored_signal(void **state)
{
	const struct taskmap_event event = exits(process(7, 1, "x"), 0);
	struct world *world = *state;

	signal(SIGINT, SIG_IGN);
	begin(world, (struct options){ 0 });
	signal(SIGINT, SIG_DFL);
	expect_line(world, HEADING);
	kill(world->watch, SIGINT);
	put_events(world, &event, 1);
	expect_line(world, "exit 7 - x status 0");
	kill(world->watch, SIGTERM);
	expect_line(world, "created: 0 processes (0 vforks), 0 threads; 0 execs, 1 exit\n");
	expect_end(world, 0);
}

/* After the end of all watched processes, events belong to no family. */
static void test_running(void **state)
{
	const struct taskmap_event events[] = {
		born(process(205, 200, "make"), 201, FORK),
		exits(process(200, 1, "make"), 0),
		exits(process(1, 0, "init"), 0),
		exits(thread_of(200, 201, 1, "make"), 0),
		exits(process(205, 1, "make"), 1 << 8),
		born(process(200, 1, "reused"), 1, FORK),
	};
	struct world *world = *state;
	struct wanted wanted[] = {
		{ .pid = 200 }, { .pid = 300 }, { .pid = 999 },
	};

	put_events(world, events, ARRAY_SIZE(events));
	begin(world, (struct options){ .filter = { .tasks = wanted, .task_count = 3 } });
	expect_line(world, "taskmap: no task 999 in this snapshot");
	expect_line(world, HEADING);
	expect_line(world, "fork 205 201 make");
	expect_line(world, "exit 200 - make status 0");
	expect_line(world, "exit 201 - make status 0");
	expect_line(world, "exit 205 - make status 1");
	expect_line(world, "created: 1 process (0 vforks), 0 threads; 0 execs, 3 exits");
	expect_line(world, "most alive at once: 3 tasks; still running: 0");
	expect_end(world, 1);
}

/* A dead task does not count as running. */
static void test_running_dead(void **state)
{
	struct world *world = *state;
	struct wanted wanted = { .pid = 300 };

	begin(world, (struct options){ .filter = { .tasks = &wanted, .task_count = 1 } });
	expect_line(world, HEADING);
	expect_line(world, SUMMARY_OF_NOTHING);
	expect_line(world, "most alive at once: 0 tasks; still running: 0");
	expect_end(world, 0);
}

static void test_running_missing(void **state)
{
	struct world *world = *state;
	struct wanted wanted = { .pid = 999 };

	begin(world, (struct options){ .filter = { .tasks = &wanted, .task_count = 1 } });
	expect_line(world, "taskmap: no task 999 in this snapshot");
	expect_end(world, 1);
}

/* The page of --html */

/* A thread that shares all objects of @leader, whose group gets it. */
static struct taskmap_record thread_in(struct taskmap_record task, int pid)
{
	task = leader(task, 2);
	return thread(&task, pid);
}

static struct taskmap_record sharing(struct taskmap_record task,
				     const struct taskmap_record *other,
				     enum taskmap_resource resource)
{
	task.ids[resource] = other->ids[resource];
	return task;
}

/* What happens to make, which world_setup() starts, and what happens beside it. */
static size_t put_paged(struct taskmap_event *events)
{
	const struct taskmap_record make = process(200, 1, "make");
	const struct taskmap_record cc = process(205, 200, "cc");
	const struct taskmap_event all[] = {
		/* The snapshot shows it already. */
		at(execs(process(200, 1, "earlier"), 200), 0),
		born(sharing(process(205, 200, "make"), &make, TASKMAP_MM),
		     201, VFORK),
		execs(cc, 205),
		born(thread_in(cc, 206), 205, PTHREAD),
		/* make's table was free, so make has another one now. */
		born(sharing(process(400, 1, "stranger"), &make, TASKMAP_FILES),
		     1, FORK),
		exits(leader(cc, 2), 0),
		execs(sharing(process(205, 200, "</script>"), &make,
			      TASKMAP_NET_NS), 206),
		lost(3),
		exits(process(400, 1, "stranger"), 0),
		/* The pid is used again. */
		exits(process(205, 200, "</script>"), 1 << 8),
		born(sharing(process(205, 200, "make"), &make, TASKMAP_FS),
		     201, FORK | CLONE_FS),
		exits(process(205, 200, "make"), SIGKILL),
		exits(thread_of(200, 201, 1, "make"), 0),
		exits(make, 0),
	};

	memcpy(events, all, sizeof(all));
	/* The first thread of a process gives both a list of semaphores. */
	events[3].record.ids[TASKMAP_SYSVSEM] = 4711;
	/* Another task than the first one with this pid. */
	events[10].record.start_ns++;
	events[11].record.start_ns++;
	return ARRAY_SIZE(all);
}

/* The data in a page. The caller puts it. */
static struct json_object *page_data(const char *path)
{
	static const char begin[] = "id=\"data\">";
	size_t size;
	char *text = slurp(path, &size), *data;
	struct json_object *root;

	assert_non_null(text);
	data = strstr(text, begin);
	assert_non_null(data);
	data += strlen(begin);
	*strchr(data, '<') = '\0';
	root = json_tokener_parse(data);
	assert_non_null(root);
	free(text);
	return root;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	assert_true(json_object_object_get_ex(object, key, &value));
	return value;
}

#define for_each_item(item, array)					\
	for (size_t item##_at = 0; item##_at < json_object_array_length(array) && \
	     (item = json_object_array_get_idx(array, item##_at)); item##_at++)

static char *key_of(struct json_object *task)
{
	return xasprintf("%d.%s", json_object_get_int(member(task, "pid")),
			 json_object_get_string(member(task, "start")));
}

/* The short id of what a task holds, or "?". */
static char *held(struct json_object *data, struct json_object *task,
		  enum taskmap_resource resource)
{
	struct json_object *holds, *number;

	holds = json_object_array_get_idx(member(data, "pool"),
		json_object_get_int(member(task, "holds")));
	number = json_object_array_get_idx(holds, resource);
	return number ? xasprintf("%s#%s", resources[resource].key,
				  json_object_get_string(number)) : xstrdup("?");
}

static void tell_task(FILE *out, struct json_object *data,
		      struct json_object *task)
{
	static const enum taskmap_resource told[] = {
		TASKMAP_MM, TASKMAP_FILES, TASKMAP_FS, TASKMAP_SYSVSEM,
		TASKMAP_NET_NS,
	};
	struct json_object *dead;

	fprintf(out, "\t%s %s %s", json_object_get_string(member(task, "pid")),
		json_object_get_string(member(task, "kind")),
		json_object_get_string(member(task, "comm")));
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		char *id = held(data, task, told[i]);

		fprintf(out, " %s", id);
		free(id);
	}
	fputs(json_object_object_get_ex(task, "dead", &dead) ? " dead\n" : "\n",
	      out);
}

/* Replays the steps, as the page does, and tells what each of them shows. */
static void tell_steps(FILE *out, struct json_object *data)
{
	struct json_object *tasks = json_object_new_object(), *step, *item;

	for_each_item(step, member(data, "snapshots")) {
		fprintf(out, "%s\n", json_object_get_string(
			member(member(step, "head"), "step")));
		for_each_item(item, member(step, "gone"))
			json_object_object_del(tasks, json_object_get_string(item));
		for_each_item(item, member(step, "tasks")) {
			char *key = key_of(item);

			json_object_object_add(tasks, key, json_object_get(item));
			free(key);
		}
		json_object_object_foreach(tasks, key, task) {
			(void)key;
			tell_task(out, data, task);
		}
	}
	json_object_put(tasks);
}

/* Watches make, and writes a page to @path. */
static void watch_make(struct world *world, const char *path,
		       enum format format)
{
	struct taskmap_event events[32];
	struct wanted wanted = { .pid = 200 };

	put_events(world, events, put_paged(events));
	begin(world, (struct options){
		.page = path, .output.format = format,
		.resources = BIT(TASKMAP_MM) | BIT(TASKMAP_FILES),
		.filter = { .tasks = &wanted, .task_count = 1 } });
}

static void drain(struct world *world)
{
	char line[256];

	while (fgets(line, sizeof(line), world->out))
		;
}

static void test_page(void **state)
{
	struct world *world = *state;
	char *path = xasprintf("%s/page.html", world->root);
	struct transcript transcript;
	struct json_object *data;
	struct stat stat_of_page;

	umask(022);
	watch_make(world, path, FORMAT_TABLE);
	drain(world);
	expect_end(world, 0);
	data = page_data(path);
	transcript_begin(&transcript);
	tell_steps(transcript.file, data);
	transcript_expect(&transcript, "command/watch-page");
	json_object_put(data);
	assert_int_equal(stat(path, &stat_of_page), 0);
	assert_int_equal(stat_of_page.st_mode & 0777, 0644);
	free(path);
}

/* The lines go to standard error, and the page alone to standard output. */
static void test_page_printed(void **state)
{
	struct world *world = *state;
	char line[256];

	watch_make(world, "-", FORMAT_JSON);
	assert_non_null(fgets(line, sizeof(line), world->out));
	assert_string_equal(line, "<!DOCTYPE html>\n");
	while (fgets(line, sizeof(line), world->out))
		assert_memory_not_equal(line, "{\"event\"", 8);
	expect_end(world, 0);
}

/* A page of a whole system, with more events than it has steps. */
static void test_page_bound(void **state)
{
	enum { MORE = 2, COUNT = 400 + MORE };
	struct taskmap_event events[COUNT];
	struct world *world = *state;
	char *path = xasprintf("%s/page.html", world->root);
	struct json_object *data;
	struct stat page;

	for (int i = 0; i < COUNT; i++)
		events[i] = i % 2 ? exits(process(500 + i - 1, 1, "x"), 0) :
				    born(process(500 + i, 1, "x"), 1, FORK);
	begin(world, (struct options){ .page = path });
	expect_line(world, HEADING);
	for (int i = 0; i < COUNT; i += 50)
		put_events(world, events + i, i + 50 < COUNT ? 50 : COUNT - i);
	for (int i = 0; i < COUNT; i++)
		expect_line(world, i % 2 ? "exit " : "fork ");
	kill(world->watch, SIGTERM);
	expect_line(world, "created: 201 processes");
	expect_line(world, "taskmap: the page shows the first 400 of 402 events");
	expect_end(world, 0);
	data = page_data(path);
	assert_int_equal(json_object_get_int(member(data, "left")), MORE);
	/* The first one is before all events. */
	assert_int_equal(json_object_array_length(member(data, "snapshots")), 401);
	json_object_put(data);
	/* A step takes less than a kilobyte. */
	assert_int_equal(stat(path, &page), 0);
	assert_true(page.st_size < 400 * 1024);
	free(path);
}

/* Nothing is started if the page could not be written. */
static void test_page_refused(void **state)
{
	static const struct {
		const char *name;
		const char *said;
	} cases[] = {
		{ "nowhere/page", "No such file" },
		{ "link", "it is a symbolic link" },
		{ ".", "Is a directory" },
	};
	char *args[] = { "touch", "started", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world *world;
		char *link, *page, *said;

		world_setup(state);
		world = *state;
		args[1] = xasprintf("%s/started", world->root);
		link = xasprintf("%s/link", world->root);
		page = xasprintf("%s/%s", world->root, cases[i].name);
		said = xasprintf("taskmap: cannot write %s: %s", page, cases[i].said);
		assert_return_code(symlink("page", link), errno);
		begin(world, (struct options){ .args = args, .page = page });
		expect_line(world, said);
		expect_end(world, STATUS_FAILED);
		assert_int_equal(access(args[1], F_OK), -1);
		assert_return_code(unlink(link), errno);
		world_teardown(state);
		free(args[1]);
		free(link);
		free(page);
		free(said);
	}
}

/* COMMAND's birth is the first step, and its exit status is that of watch. */
static void test_page_of_command(void **state)
{
	struct world *world = *state;
	char *args[] = { program, "emit", world->fifo, NULL };
	char *path = xasprintf("%s/page.html", world->root);
	struct json_object *data, *steps, *step;
	const char *const words[] = { "fork by 1", "exec", "vfork by ", "exit: status 5" };

	begin(world, (struct options){ .args = args, .page = path });
	drain(world);
	expect_end(world, 5);
	data = page_data(path);
	steps = member(data, "snapshots");
	assert_int_equal(json_object_array_length(steps), ARRAY_SIZE(words));
	for_each_item(step, steps)
		assert_non_null(strstr(json_object_get_string(
			member(member(step, "head"), "step")), words[step_at]));
	json_object_put(data);
	free(path);
}

/* A COMMAND without events, as if its birth was lost. */
static void test_page_of_nothing(void **state)
{
	struct world *world = *state;
	char *args[] = { "true", NULL };
	char *path = xasprintf("%s/page.html", world->root);
	struct json_object *data;

	begin(world, (struct options){ .args = args, .page = path });
	drain(world);
	expect_end(world, 0);
	data = page_data(path);
	assert_int_equal(json_object_array_length(member(data, "snapshots")), 1);
	json_object_put(data);
	free(path);
}

static void test_command_status(void **state)
{
	static const struct {
		char *args[4];
		const char *said;
		int status;
	} cases[] = {
		{ { "true" }, NULL, 0 },
		{ { "sh", "-c", "exit 7" }, NULL, 7 },
		{ { "sh", "-c", "kill -TERM $$" }, NULL, 128 + SIGTERM },
		{ { "/no\nwhere" },
		  "taskmap: cannot run /no\\012where: No such file", 127 },
		{ { "/" }, "taskmap: cannot run /: Permission denied", 126 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world *world;

		world_setup(state);
		world = *state;
		begin(world, (struct options){ .args = (char **)cases[i].args });
		expect_line(world, HEADING);
		if (cases[i].said)
			expect_line(world, cases[i].said);
		expect_line(world, UNSEEN);
		expect_line(world, SUMMARY_OF_NOTHING);
		expect_line(world, "most alive at once: 0 tasks; still running: 0");
		expect_end(world, cases[i].status);
		world_teardown(state);
	}
}

/* A pid namespace whose pids are lower by HIGHER than those of the initial one */
#define ELSEWHERE	4026532201
#define HIGHER		100000

/*
 * This program as COMMAND: writes the events of its own life into the FIFO, as if
 * it were in the initial pid namespace or ELSEWHERE.
 */
static int emit(const char *fifo, bool elsewhere)
{
	int pid = getpid() + (elsewhere ? HIGHER : 0);
	int fd = open(fifo, O_WRONLY);
	struct taskmap_event events[] = {
		/* An earlier task with the same pid. */
		at(execs(process(pid, 1, "earlier"), pid), 1),
		at(exits(process(pid, 1, "earlier"), 0), 1),
		at(born(process(pid, 1, "watch"), 1, FORK), 1),
		at(born(process(3, 1, "other"), 1, FORK), 2),
		at(execs(process(pid, 1, "emit"), pid), 3),
		at(born(process(pid + 1, pid, "emit"), pid, VFORK), 4),
		at(exits(process(pid, 1, "emit"), 5 << 8), 5),
	};

	for (size_t i = 0; elsewhere && i < ARRAY_SIZE(events); i++) {
		struct taskmap_record *task = &events[i].record;

		if (task->pid == 3) {
			task->pid = task->tgid = pid - HIGHER;
			continue;
		}
		task->ns_pid = task->pid - HIGHER;
		task->ns_inodes[TASKMAP_PID_NS - TASKMAP_UTS_NS] = ELSEWHERE;
	}
	if (write(fd, events, sizeof(events)) != sizeof(events))
		return 1;
	return 5;
}

static void expect_command(struct world *world, char **args, const char *said)
{
	begin(world, (struct options){ .args = args });
	if (said)
		expect_line(world, said);
	expect_line(world, HEADING);
	expect_line(world, "fork ");
	expect_line(world, "exec ");
	expect_line(world, "vfork ");
	expect_line(world, "exit ");
	expect_line(world, "created: 2 processes (1 vfork), 0 threads; 1 exec, 1 exit");
	expect_line(world, "most alive at once: 2 tasks; still running: 1");
	expect_end(world, 5);
}

static void test_command(void **state)
{
	struct world *world = *state;
	char *args[] = { program, "emit", world->fifo, NULL };

	expect_command(world, args, NULL);
}

/* The pid that fork(2) returned is that of another task in the initial namespace. */
static void test_command_elsewhere(void **state)
{
	struct world *world = *state;
	char *args[] = { program, "emit", world->fifo, "elsewhere", NULL };

	fixture_place(world->root, ELSEWHERE);
	expect_command(world, args, "taskmap: the pids shown are those of the initial pid namespace, not of this one");
}

/* Only JSON goes to standard output. */
static void test_command_aside(void **state)
{
	struct world *world = *state;
	char *args[] = { "sh", "-c", "echo not JSON; exit 3", NULL };

	begin(world, (struct options){ .args = args,
				       .output.format = FORMAT_JSON });
	expect_line(world, "{\"json_version\":1,\"taskmap\":{");
	expect_line(world, "{\"event\":\"summary\",\"processes\":0,");
	expect_end(world, 3);
}

static void test_command_signals(void **state)
{
	struct world *world = *state;
	char *args[] = { "sh", "-c", "trap 'kill $!; exit 9' TERM; "
			 "sleep 1000 >/dev/null 2>&1 & echo ready; wait", NULL };

	begin(world, (struct options){ .args = args });
	expect_line(world, HEADING);
	expect_line(world, "ready");
	/* The first signal does not end it: it waits for COMMAND's exit status. */
	kill(world->watch, SIGINT);
	kill(world->watch, SIGTERM);
	expect_line(world, UNSEEN);
	expect_line(world, SUMMARY_OF_NOTHING);
	expect_line(world, "most alive at once: ");
	expect_end(world, 9);
}

/* Declared here, because struct group of <grp.h> conflicts with ours. */
int setgroups(size_t count, const gid_t *groups);

/* Runs a COMMAND that prints its user, which must be @who. */
static void expect_user(const char *account, const char *who)
{
	char *args[] = { "sh", "-c",
			 "echo user $(id -u) $(id -g) $(id -G) $HOME $USER",
			 NULL };
	struct options options = {
		.args = args, .account = account ? getpwnam(account) : NULL,
	};
	struct world *world;

	world_setup((void **)&world);
	begin(world, options);
	expect_line(world, HEADING);
	expect_line(world, who);
	expect_line(world, UNSEEN);
	expect_line(world, SUMMARY_OF_NOTHING);
	expect_line(world, "most alive at once: ");
	expect_end(world, 0);
	world_teardown((void **)&world);
}

static void test_command_user(void **state)
{
	static const char *const no_ids[] = { "-1", "+4711", "4711x", "" };
	static const gid_t group = 4713;

	(void)state;
	if (geteuid()) {
		print_message("# SKIP another user takes root\n");
		skip();
	}
	setgroups(1, &group);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	expect_user(NULL, "user 0 0 0 4713 /root root");
	setenv("SUDO_UID", "4711", 1);
	setenv("SUDO_GID", "4712", 1);
	expect_user(NULL, "user 4711 4712 4712 /root root");
	/* The named user, and not the caller of sudo. */
	expect_user("daemon", "user 1 1 1 /usr/sbin daemon");
	/* A value that sudo would not write is not taken for an id. */
	for (size_t i = 0; i < ARRAY_SIZE(no_ids); i++) {
		setenv("SUDO_UID", no_ids[i], 1);
		expect_user(NULL, "user 0 0 0 4713 /root root");
	}
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
}

/* This program as the source of the page that tests/page opens in browsers. */
static int write_page_of_make(const char *path)
{
	void *state;

	world_setup(&state);
	watch_make(state, path, FORMAT_TABLE);
	drain(state);
	return world_teardown(&state);
}

#define WORLD_TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_family),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_refused),
		WORLD_TEST(test_signals_end_it),
		WORLD_TEST(test_last_events),
		WORLD_TEST(test_ignored_signal),
		WORLD_TEST(test_running),
		WORLD_TEST(test_running_dead),
		WORLD_TEST(test_running_missing),
		WORLD_TEST(test_page),
		WORLD_TEST(test_page_printed),
		WORLD_TEST(test_page_bound),
		cmocka_unit_test(test_page_refused),
		WORLD_TEST(test_page_of_command),
		WORLD_TEST(test_page_of_nothing),
		cmocka_unit_test(test_command_status),
		WORLD_TEST(test_command),
		WORLD_TEST(test_command_elsewhere),
		WORLD_TEST(test_command_aside),
		WORLD_TEST(test_command_signals),
		cmocka_unit_test(test_command_user),
	};

	if (argc > 2 && !strcmp(argv[1], "page"))
		return write_page_of_make(argv[2]);
	if (argc > 1)
		return emit(argv[2], argv[3]);
	program = argv[0];
	return cmocka_run_group_tests_name("watch", tests, setup, teardown);
}
