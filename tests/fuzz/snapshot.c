// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Takes the input as a snapshot. The reader must refuse it in one line, or show
 * all of it in every format. Bits of the header's reserved field, which the
 * reader ignores, choose the tasks to show.
 *
 * In addition to the sanitizers' checks, this compares the outputs with each
 * other and with the definition of the model.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <json-c/json.h>

#include "output.h"

/* For its static functions. */
#include "command/drift.c"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The descriptors of the reader's input, and of a later snapshot to compare with. */
static int input, later;
static char input_path[32], later_path[32];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(setlocale(LC_ALL, "C.UTF-8"));
	input = memfd_create("snapshot", MFD_CLOEXEC);
	later = memfd_create("later", MFD_CLOEXEC);
	must(input >= 0 && later >= 0);
	snprintf(input_path, sizeof(input_path), "/proc/self/fd/%d", input);
	snprintf(later_path, sizeof(later_path), "/proc/self/fd/%d", later);
	return 0;
}

static void put_input(const unsigned char *data, size_t size)
{
	must(!ftruncate(input, 0));
	must(pwrite(input, data, size, 0) == (ssize_t)size);
}

/* An error is one printable line with a reason. */
static void check_error(struct error *error)
{
	must(error->text && *error->text && !strchr(error->text, '\n'));
	must_be_printable(error->text, strlen(error->text));
	free(error->text);
}

/* The properties of a snapshot on which the rest of the reader relies. */
/* Whether --proc made the input, which each command says that only reads one. */
static bool is_told;

static void check_sound(const struct snapshot *snap)
{
	for (unsigned int i = 0; i < snap->count; i++) {
		const struct taskmap_record *task = &snap->tasks[i];

		must(task->pid > (i ? task[-1].pid : 0));
		must(task->tgid > 0 && task->ppid >= 0);
		must(memchr(task->comm, 0, TASKMAP_COMM_LEN));
		for_each_resource(r)
			must(!(task->unknown & BIT(r)) || !task->ids[r]);
	}
	must(memchr(snap->header.release, 0, TASKMAP_RELEASE_LEN));
}

/* Two tasks are in the same group exactly if they share the object. */
static void check_groups(const struct model *model,
			 enum taskmap_resource resource)
{
	const struct grouping *grouping = &model->holders[resource];
	unsigned int members = 0;

	for (unsigned int a = 0; a < model->count; a++) {
		must(!grouping->number[a] == !model->tasks[a].ids[resource]);
		must(grouping->number[a] <= grouping->count);
		if (grouping->number[a])
			must(model_group(model, a, resource).earliest <= a);
		for (unsigned int b = 0; b < a; b++)
			must((grouping->number[a] &&
			      grouping->number[a] == grouping->number[b]) ==
			     model_same(model, a, b, resource));
	}
	for (unsigned int n = 1; n <= grouping->count; n++) {
		const struct group group = model_object(model, resource, n);

		must(group.holders.count > 0);
		must((group.holders.count > 1) == !!group.shared);
		must(group.users.count <= group.holders.count);
		must(group.equals.count <= group.users.count);
		must(n == 1 || group.earliest >
			       model_object(model, resource, n - 1).earliest);
		members += group.holders.count;
	}
	must(members <= model->count);
}

/* Every shown task has a path of shown tasks up to a root. */
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

/* Returns the shown tasks. The caller frees the array. */
static bool *check_model(const struct snapshot *snap,
			 const struct filter *filter)
{
	struct model model;
	struct chosen chosen;

	must(!model_init(&model, snap));
	must(!model_group_all(&model, ALL_RESOURCES));
	for_each_resource(r)
		check_groups(&model, r);
	must(!filter_apply(filter, &model, &chosen));
	must(chosen.missing_count <= filter->task_count);
	check_tree(&model, chosen.tasks);
	model_free(&model);
	free(chosen.missing);
	return chosen.tasks;
}

static struct filter chosen_filter(const struct snapshot *snap)
{
	uint32_t choice = snap->header.reserved;
	struct filter filter = { .kinds = choice & 0x3e };

	if (snap->count && choice >> 8 & 1) {
		const struct taskmap_record *task =
			&snap->tasks[(choice >> 16) % snap->count];

		filter.tasks = xcalloc(1, sizeof(*filter.tasks));
		filter.task_count = 1;
		if (choice >> 9 & 1)
			strcpy(filter.tasks->name, task->comm);
		else
			filter.tasks->pid = task->tgid;
	}
	return filter;
}

static void check_json(const struct printed *printed, const char *key,
		       size_t columns, size_t count)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root, *rows, *row;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, printed->text,
				     (int)printed->size + 1);
	must(root);
	must(json_object_object_get_ex(root, key, &rows));
	must(json_object_array_length(rows) == count);
	for (size_t i = 0; i < count; i++) {
		row = json_object_array_get_idx(rows, i);
		must((size_t)json_object_object_length(row) == columns);
	}
	json_object_put(root);
	json_tokener_free(tokener);
}

/* Every row has as many fields as there are columns, whatever their contents. */
static void check_fields(const struct printed *printed, char separator,
			 size_t separators)
{
	size_t found = 0;

	for (const char *c = printed->text; *c; c++) {
		found += *c == separator;
		if (*c == '\n') {
			must(found == separators);
			found = 0;
		}
	}
}

/* The output has @count rows of @columns columns, under @key in JSON. */
static void check_output(const struct printed *printed, enum format format,
			 const char *key, size_t columns, size_t count)
{
	must_be_printable(printed->text, printed->size);
	switch (format) {
	case FORMAT_TABLE:
	case FORMAT_TREE:
		must(!count || count_lines(printed->text) == count + 1);
		break;
	case FORMAT_RAW:
		must(!count || count_lines(printed->text) == count + 1);
		check_fields(printed, ' ', columns - 1);
		break;
	case FORMAT_PAIRS:
		must(count_lines(printed->text) == count);
		check_fields(printed, '"', 2 * columns);
		break;
	case FORMAT_JSON:
		check_json(printed, key, columns, count);
		break;
	default:
		must(!"a format of rows");
	}
}

/* A command that prints rows, and its expected result. */
struct run {
	int (*command)(const struct options *options, struct error *error);
	const struct columns *columns;
	const char *key;
	size_t count;
	bool differs;	/* exits with 1 even if no task is missing */
};

static void check_run(const struct run *run, struct options *options)
{
	struct error error = { 0 };
	struct printed printed;
	int status;

	options->input = input_path;
	options->source = &source_system;
	options->output.full_ids = options->output.format == FORMAT_PAIRS;
	options->output.columns.of = run->columns;
	selection_all(&options->output.columns);
	printed_begin(&printed);
	status = run->command(options, &error);
	printed_end(&printed);
	must(status == STATUS_DONE || status == STATUS_MISSING);
	must(!printed.complaint_size ==
	     ((status == STATUS_DONE || run->differs) &&
	      !(is_told && run->command != diff_command)));
	check_output(&printed, options->output.format, run->key,
		     column_count(run->columns), run->count);
	printed_free(&printed);
	selection_free(&options->output.columns);
}

static void check_list(const struct filter *filter, enum format format,
		       size_t shown)
{
	struct options options = { .output.format = format, .filter = *filter };
	const struct run run = {
		list_command, &task_columns, "tasks", shown, false,
	};

	check_run(&run, &options);
}

/* The number of objects of shown tasks, each counted at its first holder. */
static size_t count_objects(const struct snapshot *snap, const bool *shown)
{
	size_t count = 0;

	for_each_resource(r) {
		for (unsigned int i = 0; i < snap->count; i++) {
			uint64_t id = snap->tasks[i].ids[r];
			bool seen = !id || !shown[i];

			for (unsigned int j = 0; j < i && !seen; j++)
				seen = shown[j] && snap->tasks[j].ids[r] == id;
			count += !seen;
		}
	}
	return count;
}

static void check_groups_command(const struct filter *filter,
				 enum format format, size_t objects)
{
	struct options options = {
		.output.format = format, .filter = *filter, .all = true,
		.resources = ALL_RESOURCES,
	};
	const struct run run = {
		groups_command, &object_columns, "groups", objects, false,
	};

	check_run(&run, &options);
}

/* Whether the later snapshot has another task at @index, or the task another mm. */
#define IS_OTHER(index)		((index) % 2 == 0)

static bool has_other_mm(const struct snapshot *snap, unsigned int index)
{
	return index % 3 == 0 && !(snap->tasks[index].unknown & BIT(TASKMAP_MM));
}

/* Writes a snapshot that differs from @snap in some tasks. */
static void put_later(const struct snapshot *snap)
{
	struct taskmap_header header = snap->header;

	header.header_size = sizeof(header);
	header.record_size = sizeof(struct taskmap_record);
	header.resource_count = TASKMAP_RESOURCES;
	header.ids_offset = offsetof(struct taskmap_record, ids);
	header.refs_offset = offsetof(struct taskmap_record, refs);
	must(!ftruncate(later, 0));
	must(!lseek(later, 0, SEEK_SET));
	must(write(later, &header, sizeof(header)) == sizeof(header));
	for (unsigned int i = 0; i < snap->count; i++) {
		struct taskmap_record task = snap->tasks[i];

		/* A filter takes the uid for an euid that a file does not have. */
		if (snapshot_scalars(&snap->header) <=
		    offsetof(struct taskmap_record, euid))
			task.euid = task.uid;
		task.start_ns ^= IS_OTHER(i);
		task.ids[TASKMAP_MM] ^= has_other_mm(snap, i);
		must(write(later, &task, sizeof(task)) == sizeof(task));
	}
}

static void check_diff(const struct filter *filter, enum format format,
		       char **paths, const char *compared, size_t changes)
{
	struct options options = {
		.output.format = format, .filter = *filter, .args = paths,
		.compared.of = &compared_columns,
	};
	const struct run run = {
		diff_command, &change_columns, "changes", changes, changes,
	};
	size_t length;

	must(!selection_parse(&options.compared, compared, &length));
	check_run(&run, &options);
	selection_free(&options.compared);
}

static void check_diffs(const struct snapshot *snap, const bool *shown,
			const struct filter *filter, enum format format)
{
	char *paths[] = { input_path, later_path, NULL };
	char *same[] = { input_path, input_path, NULL };
	size_t changes = 0;

	put_later(snap);
	for (unsigned int i = 0; i < snap->count; i++) {
		if (shown[i])
			changes += IS_OTHER(i) ? 2 : has_other_mm(snap, i);
	}
	check_diff(filter, format, paths, "MM", changes);
	check_diff(filter, format, same, "+S,FLAGS,SHARES,NOTE,THREADS", 0);
}

/* The number of findings, which must be folded, ordered, and have reasons. */
static size_t count_findings(const struct snapshot *snap, const bool *shown)
{
	struct model model;
	struct drift drift;
	size_t count;

	must(!model_init(&model, snap));
	drift_init(&drift, &model, !(snap->header.flags & TASKMAP_WALKED),
		   shown);
	count = drift.count;
	for (size_t i = 0; i < count; i++) {
		must(shown[drift.findings[i].task]);
		must(drift.findings[i].tasks);
		must(drift.findings[i].reason[0]);
		must(!i || drift.findings[i - 1].task <= drift.findings[i].task);
	}
	drift_free(&drift);
	model_free(&model);
	return count;
}

static void check_drift(const struct filter *filter, enum format format,
			size_t findings)
{
	struct options options = { .output.format = format, .filter = *filter };
	const struct run run = {
		drift_command, &finding_columns, "drift", findings, findings,
	};

	check_run(&run, &options);
}

/* The most pids that are passed as arguments. */
#define ASKED	8

static size_t put_pids(const struct snapshot *snap, const bool *shown,
		       struct options *options, struct wanted asked[ASKED])
{
	struct filter *filter = &options->filter;

	memset(asked, 0, ASKED * sizeof(*asked));
	filter->tasks = asked;
	for (unsigned int i = 0; i < snap->count; i++) {
		if (shown[i] && filter->task_count < ASKED)
			asked[filter->task_count++].pid = snap->tasks[i].pid;
	}
	return filter->task_count;
}

/* The output is whole lines, or valid JSON with @key. */
static void check_words(int (*command)(const struct options *options,
				       struct error *error),
			struct options *options, const char *key,
			size_t members, size_t count)
{
	struct error error = { 0 };
	struct printed printed;

	options->input = input_path;
	options->source = &source_system;
	printed_begin(&printed);
	must(command(options, &error) == STATUS_DONE);
	printed_end(&printed);
	must(!printed.complaint_size == !is_told);
	must_be_printable(printed.text, printed.size);
	if (options->output.format == FORMAT_JSON)
		check_json(&printed, key, members, count);
	else
		must(!options->filter.task_count || count_lines(printed.text) > count);
	printed_free(&printed);
}

static void check_explain(const struct snapshot *snap, const bool *shown,
			  enum format format)
{
	struct options options = { .output.format = format };
	struct wanted asked[ASKED];
	size_t count = put_pids(snap, shown, &options, asked);

	check_words(explain_command, &options, "explain", 24, count);
}

/* Compares any number of tasks, even one, which the command line does not allow. */
static void check_compare(const struct snapshot *snap, const bool *shown,
			  enum format format)
{
	struct options options = { .output.format = format };
	struct wanted asked[ASKED];

	put_pids(snap, shown, &options, asked);
	check_words(compare_command, &options, "compare", 2,
		    TASKMAP_RESOURCES);
}

/* DOT is in braces, its strings end, and there are no other quotes. */
static void check_dot(const struct printed *printed)
{
	bool within = false;
	int depth = 0;

	must_be_printable(printed->text, printed->size);
	for (const char *c = printed->text; *c; c++) {
		if (within && *c == '\\')
			must(*++c);
		else if (*c == '"')
			within = !within;
		else if (!within && (*c == '{' || *c == '}'))
			depth += *c == '{' ? 1 : -1;
		must(depth >= 0 && depth <= 2);
		must(!within || *c != '\n');
	}
	must(!within && !depth);
}

/*
 * The page's data ends where the page ends it, and has all shown tasks, whose indices
 * are in the pool.
 */
static void check_page(const struct printed *printed, size_t shown)
{
	static const char begin[] = "id=\"data\">", end[] = "</script>\n<script>\n";
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root, *list, *pool, *holds;
	char *data = strstr(printed->text, begin), *after;

	must(data);
	data += strlen(begin);
	after = strchr(data, '<');
	must(after && !strncmp(after, end, strlen(end)));
	must_be_printable(data, (size_t)(after - data));
	root = json_tokener_parse_ex(tokener, data, (int)(after - data));
	must(root);
	must(json_object_object_get_ex(root, "pool", &pool));
	must(json_object_object_get_ex(root, "snapshots", &list));
	must(json_object_object_get_ex(json_object_array_get_idx(list, 0),
				       "tasks", &list));
	must(json_object_array_length(list) == shown);
	for (size_t i = 0; i < shown; i++) {
		must(json_object_object_get_ex(json_object_array_get_idx(list, i),
					       "holds", &holds));
		must(json_object_get_uint64(holds) < json_object_array_length(pool));
	}
	json_object_put(root);
	json_tokener_free(tokener);
}

/* The page outside its data is long and always the same, so it is not checked. */
static void check_graph(const struct filter *filter, bool all, size_t shown)
{
	for (int html = 0; html < 2 - !all; html++) {
		const struct options options = {
			.output.format = html ? FORMAT_HTML : FORMAT_TABLE,
			.input = input_path,
			.source = &source_system,
			.filter = *filter,
			.all = all,
			.resources = ALL_RESOURCES,
		};
		struct error error = { 0 };
		struct printed printed;
		int status;

		printed_begin(&printed);
		status = graph_command(&options, &error);
		printed_end(&printed);
		must(status == STATUS_DONE && !printed.complaint_size == !is_told);
		if (html)
			check_page(&printed, shown);
		else
			check_dot(&printed);
		printed_free(&printed);
	}
}

/* save writes the whole input, and refuses the same input. */
static void check_copy(const unsigned char *data, size_t size, bool sound)
{
	struct error error = { 0 };
	struct buffer copy;

	must(sound == !source_copy(&source_system, input_path, &copy, &error));
	if (!sound) {
		check_error(&error);
		return;
	}
	must(copy.size == size && !memcmp(copy.bytes, data, size));
	free(copy.bytes);
}

/* Runs each command in each format. */
static void check_commands(const struct snapshot *snap,
			   const struct filter *filter)
{
	size_t count = 0, objects, findings;
	struct printed printed;
	bool *shown;

	printed_begin(&printed);
	shown = check_model(snap, filter);
	printed_end(&printed);
	printed_free(&printed);
	for (unsigned int i = 0; i < snap->count; i++)
		count += shown[i];
	objects = count_objects(snap, shown);
	findings = count_findings(snap, shown);
	check_graph(filter, false, count);
	check_graph(filter, true, count);
	for (enum format format = FORMAT_TABLE; format <= FORMAT_JSON; format++) {
		check_list(filter, format, count);
		if (format == FORMAT_TREE)
			continue;
		check_groups_command(filter, format, objects);
		check_drift(filter, format, findings);
		check_diffs(snap, shown, filter, format);
	}
	check_explain(snap, shown, FORMAT_TABLE);
	check_explain(snap, shown, FORMAT_JSON);
	check_compare(snap, shown, FORMAT_TABLE);
	check_compare(snap, shown, FORMAT_JSON);
	free(shown);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct snapshot snap;
	struct error error = { 0 };
	struct filter filter;

	put_input(data, size);
	if (source_read(&source_system, input_path, &snap, &error)) {
		check_error(&error);
		check_copy(data, size, false);
		return 0;
	}
	is_told = snap.header.flags & TASKMAP_PROC;
	check_sound(&snap);
	check_copy(data, size, true);
	filter = chosen_filter(&snap);
	check_commands(&snap, &filter);
	free(filter.tasks);
	snapshot_free(&snap);
	return 0;
}
