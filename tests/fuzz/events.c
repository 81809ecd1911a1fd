// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Takes the input as a stream of events. watch must show each event on a line,
 * up to the first invalid byte, which it must report in one line. The header's
 * reserved field, which the reader ignores, chooses a pid to watch.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command/watch.h"
#include "output.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int input;
static char input_path[32];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(setlocale(LC_ALL, "C.UTF-8"));
	input = memfd_create("events", MFD_CLOEXEC);
	must(input >= 0);
	snprintf(input_path, sizeof(input_path), "/proc/self/fd/%d", input);
	return 0;
}

/* An error is one printable line with a reason. */
static void check_error(struct error *error)
{
	must(error->text && *error->text && !strchr(error->text, '\n'));
	must_be_printable(error->text, strlen(error->text));
	free(error->text);
}

static void check_event(const struct taskmap_event *event)
{
	must(event->type >= TASKMAP_BIRTH && event->type <= TASKMAP_LOST);
	must(event->caller >= 0 && event->caller < SNAPSHOT_MOST_TASKS);
	must(event->old_pid >= 0 && event->old_pid < SNAPSHOT_MOST_TASKS);
	must(event->record.pid >= (event->type != TASKMAP_LOST));
	must(event->record.pid < SNAPSHOT_MOST_TASKS);
	must(memchr(event->record.comm, 0, TASKMAP_COMM_LEN));
}

/*
 * Whether the stream is valid to its end; its number of events, and the pid to
 * watch.
 */
static bool check_stream(size_t *count, int *pid)
{
	static struct events events;
	struct taskmap_event event;
	struct error error = { 0 };
	int ret;

	*count = 0;
	*pid = 0;
	ret = events_open(&events, &source_events, input_path, &error) ? -1 : 1;
	if (ret < 0) {
		check_error(&error);
		return false;
	}
	*pid = (int)(events.header.reserved % SNAPSHOT_MOST_TASKS);
	while (ret > 0) {
		ret = events_next(&events, &event, &error);
		if (ret > 0) {
			check_event(&event);
			++*count;
		} else if (!ret && !events.ended) {
			must(!events_read(&events, &error));
			ret = 1;
		}
	}
	if (ret)
		check_error(&error);
	events_close(&events);
	return !ret;
}

static void check_json(char *text)
{
	for (char *end; *text; text = end + 1) {
		struct json_object *object;

		end = strchr(text, '\n');
		must(end);
		*end = '\0';
		object = json_tokener_parse(text);
		must(json_object_is_type(object, json_type_object));
		json_object_put(object);
	}
}

/* The output is the header, the events, and a summary if the stream has an end. */
static void check_watch(bool sound, size_t count, int pid, enum format format)
{
	char *args[] = { NULL };
	struct wanted wanted = { .pid = pid };
	const struct options options = {
		.output.format = format, .input = input_path, .args = args,
		.filter = { .tasks = &wanted, .task_count = pid ? 1 : 0 },
	};
	struct error error = { 0 };
	struct printed printed;
	size_t lines;
	int status;

	printed_begin(&printed);
	status = watch_command(&options, &error);
	printed_end(&printed);
	must(sound ? status == STATUS_DONE || (pid && status == STATUS_MISSING) :
		     status < 0);
	if (status < 0)
		check_error(&error);
	must_be_printable(printed.text, printed.size);
	lines = count_lines(printed.text);
	must(count_lines(printed.complaint) == (status == STATUS_MISSING));
	must(lines <= count + 4);
	if (!pid)
		must(lines >= count + sound);
	if (format == FORMAT_JSON)
		check_json(printed.text);
	printed_free(&printed);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	size_t count;
	bool sound;
	int pid;

	must(!ftruncate(input, 0));
	must(pwrite(input, data, size, 0) == (ssize_t)size);
	sound = check_stream(&count, &pid);
	for (int chosen = 0; chosen <= (pid > 0); chosen++) {
		check_watch(sound, count, chosen ? pid : 0, FORMAT_TABLE);
		check_watch(sound, count, chosen ? pid : 0, FORMAT_JSON);
	}
	return 0;
}
