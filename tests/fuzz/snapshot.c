// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a snapshot: the reader must refuse them in one line, or show
 * them in each of its ways, whole. The input is the file itself, but for the
 * header's reserved field, which the reader ignores: its bits choose who is
 * shown.
 *
 * Beside what the sanitizers see, the outputs are held against each other and
 * against what the model must be.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <json-c/json.h>

#include "columns.h"
#include "options.h"
#include "output.h"
#include "snapshot.h"
#include "source.h"
#include "tree.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The file in which the reader finds its input. */
static int input;
static char input_path[32];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(setlocale(LC_ALL, "C.UTF-8"));
	input = memfd_create("snapshot", MFD_CLOEXEC);
	must(input >= 0);
	snprintf(input_path, sizeof(input_path), "/proc/self/fd/%d", input);
	return 0;
}

static void put_input(const unsigned char *data, size_t size)
{
	must(!ftruncate(input, 0));
	must(pwrite(input, data, size, 0) == (ssize_t)size);
}

/* One line that can be printed, and a reason. */
static void check_error(struct error *error)
{
	must(error->code != ERROR_NONE);
	must(*error->text && !strchr(error->text, '\n'));
	must_be_printable(error->text, strlen(error->text));
	error_clear(error);
}

/* What the rest of the reader relies on. */
static void check_sound(const struct snapshot *snap)
{
	for (unsigned int i = 0; i < snap->count; i++) {
		const struct taskmap_record *task = &snap->tasks[i];

		must(task->pid > (i ? task[-1].pid : 0));
		must(task->tgid > 0 && task->ppid >= 0);
		must(memchr(task->comm, 0, TASKMAP_COMM_LEN));
	}
	must(memchr(snap->header.release, 0, TASKMAP_RELEASE_LEN));
}

/* Groups by definition: two tasks are in one if and only if they share it. */
static void check_groups(struct model *model, enum taskmap_resource resource)
{
	const struct grouping *grouping = model_holders(model, resource);
	unsigned int members = 0;

	for (unsigned int a = 0; a < model->count; a++) {
		must(!grouping->number[a] == !model->tasks[a].ids[resource]);
		must(grouping->number[a] <= grouping->count);
		if (grouping->number[a])
			must(grouping_of(grouping, a)->earliest <= a);
		for (unsigned int b = 0; b < a; b++)
			must((grouping->number[a] &&
			      grouping->number[a] == grouping->number[b]) ==
			     model_same(model, a, b, resource));
	}
	for (unsigned int g = 0; g < grouping->count; g++) {
		must(grouping->groups[g].count > 0);
		must(grouping->groups[g].users <= grouping->groups[g].count);
		must(!g || grouping->groups[g].earliest >
			   grouping->groups[g - 1].earliest);
		members += grouping->groups[g].count;
	}
	must(members <= model->count);
}

/* From everyone who is shown, up to a root by way of those who are. */
static void check_tree(const struct model *model, const bool *shown)
{
	unsigned int *parents = tree_parents(model, shown);

	for (unsigned int i = 0; i < model->count; i++) {
		unsigned int depth = 0;

		for (unsigned int at = i; shown[i] && at != NO_TASK;
		     at = parents[at]) {
			must(shown[at]);
			must(++depth <= TREE_DEPTH);
		}
	}
	free(parents);
}

/* Returns how many tasks are shown. */
static size_t check_model(const struct snapshot *snap,
			  const struct filter *filter)
{
	struct model model;
	unsigned int missing;
	size_t count = 0;
	bool *shown;

	model_init(&model, snap);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		check_groups(&model, r);
	shown = filter_apply(filter, &model, &missing);
	check_tree(&model, shown);
	for (unsigned int i = 0; i < model.count; i++)
		count += shown[i];
	free(shown);
	model_free(&model);
	return count;
}

static struct filter chosen_filter(const struct snapshot *snap)
{
	uint32_t choice = snap->header.reserved;
	struct filter filter = { .kinds = choice & 0x3e };
	char pid[16];
	size_t length;

	if (snap->count && choice >> 8 & 1) {
		snprintf(pid, sizeof(pid), "%d",
			 snap->tasks[(choice >> 16) % snap->count].tgid);
		must(!filter_add_pids(&filter, pid, &length));
	}
	return filter;
}

static void check_json(const struct output *output, size_t shown)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root, *tasks, *task;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, output->text,
				     (int)output->size + 1);
	must(root);
	must(json_object_object_get_ex(root, "tasks", &tasks));
	must(json_object_array_length(tasks) == shown);
	for (size_t i = 0; i < shown; i++) {
		task = json_object_array_get_idx(tasks, i);
		must((size_t)json_object_object_length(task) == task_columns.count);
	}
	json_object_put(root);
	json_tokener_free(tokener);
}

/* Rows of as many fields as there are columns, whatever is in them. */
static void check_fields(const struct output *output, char separator,
			 size_t separators)
{
	size_t found = 0;

	for (const char *c = output->text; *c; c++) {
		found += *c == separator;
		if (*c == '\n') {
			must(found == separators);
			found = 0;
		}
	}
}

static void check_output(const struct output *output, enum format format,
			 size_t shown)
{
	must_be_printable(output->text, output->size);
	switch (format) {
	case FORMAT_TABLE:
	case FORMAT_TREE:
		must(!shown || count_lines(output->text) == shown + 1);
		break;
	case FORMAT_RAW:
		must(!shown || count_lines(output->text) == shown + 1);
		check_fields(output, ' ', task_columns.count - 1);
		break;
	case FORMAT_PAIRS:
		must(count_lines(output->text) == shown);
		check_fields(output, '"', 2 * task_columns.count);
		break;
	case FORMAT_JSON:
		check_json(output, shown);
		break;
	}
}

static void check_list(const struct filter *filter, enum format format,
		       size_t shown)
{
	struct options options = {
		.input = input_path,
		.format = format,
		.full_ids = format == FORMAT_PAIRS,
		.filter = *filter,
		.selection.of = &task_columns,
	};
	struct error error = { 0 };
	struct output output;
	int status;

	selection_all(&options.selection);
	output_begin(&output);
	status = list_command(&options, &error);
	output_end(&output);
	must(status == STATUS_DONE || status == STATUS_MISSING);
	must(!output.complaint_size == (status == STATUS_DONE));
	check_output(&output, format, shown);
	output_free(&output);
	selection_free(&options.selection);
}

/* In memory of just that size, for the sanitizer to see a byte too many. */
static bool decodes(const unsigned char *data, size_t size)
{
	unsigned char *copy = xcalloc(1, size);
	struct error error = { 0 };
	struct snapshot snap;

	memcpy(copy, data, size);
	if (snapshot_decode(copy, size, "copy", &snap, &error)) {
		check_error(&error);
		free(copy);
		return false;
	}
	check_sound(&snap);
	snapshot_free(&snap);
	return true;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	bool sound = decodes(data, size);
	struct snapshot snap;
	struct error error = { 0 };
	struct filter filter;
	struct output output;
	size_t shown;

	put_input(data, size);
	if (source_read(&source_system, input_path, &snap, &error)) {
		must(!sound);
		check_error(&error);
		return 0;
	}
	must(sound);
	must(snap.size == size && !memcmp(snap.image, data, size));
	filter = chosen_filter(&snap);
	output_begin(&output);
	shown = check_model(&snap, &filter);
	output_end(&output);
	output_free(&output);
	for (enum format format = FORMAT_TABLE; format <= FORMAT_JSON; format++)
		check_list(&filter, format, shown);
	filter_free(&filter);
	snapshot_free(&snap);
	return 0;
}
