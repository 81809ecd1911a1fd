// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Takes the lines of the input as words of a command line. The reader must
 * refuse them with one line and a hint, or obey them. This does everything that
 * main() does, but opens only its own files and writes none.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "output.h"

/* Replaces exit(3), after wrong usage and after options like --help. */
static _Noreturn void leave(int status);

/* For its static functions. */
#define exit	leave
#define main	reader_main
int reader_main(int argc, char **argv);
#include "main.c"
#undef main
#undef exit

#define WORDS	64

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static jmp_buf jump;
static char snapshot_path[32];

/* Writes an ordinary task: threads share, thread groups do not. */
static void put_task(int fd, int pid, int tgid, int ppid,
		     enum taskmap_kind kind)
{
	struct taskmap_record task = {
		.pid = pid, .tgid = tgid, .ppid = ppid, .kind = kind,
		.state = 'S', .comm = "tab\there",
	};

	if (kind != TASKMAP_KTHREAD)
		task.ids[TASKMAP_MM] = task.ids[TASKMAP_FILES] = tgid;

	must(write(fd, &task, sizeof(task)) == sizeof(task));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct taskmap_header header = {
		.magic = TASKMAP_MAGIC,
		.version = TASKMAP_FORMAT,
		.header_size = sizeof(header),
		.record_size = sizeof(struct taskmap_record),
		.count = 4,
		.resource_count = TASKMAP_RESOURCES,
		.ids_offset = offsetof(struct taskmap_record, ids),
		.refs_offset = offsetof(struct taskmap_record, refs),
	};
	int fd = memfd_create("snapshot", MFD_CLOEXEC);

	(void)argc;
	(void)argv;
	must(setlocale(LC_ALL, "C.UTF-8"));
	must(write(fd, &header, sizeof(header)) == sizeof(header));
	put_task(fd, 1, 1, 0, TASKMAP_PROCESS);
	put_task(fd, 2, 2, 0, TASKMAP_KTHREAD);
	put_task(fd, 7, 7, 1, TASKMAP_MAIN);
	put_task(fd, 8, 7, 1, TASKMAP_THREAD);
	snprintf(snapshot_path, sizeof(snapshot_path), "/proc/self/fd/%d", fd);
	return 0;
}

static void leave(int status)
{
	/* Other statuses come from finish(), which closes stdout first. */
	stdout_closed = status != STATUS_USAGE;
	longjmp(jump, status + 1);
}

/* Splits @text into words, in place. Returns their number. */
static int split(char *text, char **words)
{
	/* Only messages of getopt(3) begin with this name. */
	static char name[] = "getopt";
	int count = 1;

	words[0] = name;
	while (text && count < WORDS)
		words[count++] = strsep(&text, "\n");
	words[count] = NULL;
	return count;
}

static void check_filter(const struct filter *filter)
{
	must(!filter->task_count == !filter->tasks);
	for (size_t i = 0; i < filter->task_count; i++) {
		const struct wanted *wanted = &filter->tasks[i];

		must(wanted->pid > 0 || *wanted->name);
		for (size_t j = 0; wanted->pid && j < i; j++)
			must(wanted->pid != filter->tasks[j].pid);
	}
	must(filter->kinds < 1U << (KINDS + 1) && !(filter->kinds & 1));
}

/* Whether @command only takes tasks. */
static bool takes_tasks(const struct command *command)
{
	return command->run == explain_command ||
	       command->run == compare_command;
}

static void check_selection(const struct selection *selection)
{
	must(selection->count > 0 && selection->of);
	for (size_t i = 0; i < selection->count; i++) {
		must(selection->columns[i].fill);
		for (const char *c = selection->columns[i].name; *c; c++)
			must(isupper((unsigned char)*c) || *c == '_');
	}
}

/* For tdestroy(3): the nodes of the tree own nothing. */
static void keep(void *pid)
{
	(void)pid;
}

static bool is_filtered(const struct filter *filter)
{
	return filter->task_count || filter->name_count;
}

static int run_words(int argc, char **argv, struct options *options)
{
	const struct command *command;
	char *same[] = { snapshot_path, snapshot_path, NULL };
	int status;

	optind = 0;	/* makes glibc and the reader start from the beginning */
	memset(given, 0, sizeof(given));
	tdestroy(given_pids, keep);
	given_pids = NULL;
	self_given = false;
	parse_options(argc, argv, options);
	command = take_command(argv + optind, options);
	set_format(options);
	check_args(command, options);
	check_exclusive();
	check_taken(command);
	check_filter(&options->filter);
	/*
	 * Of the commands without columns, only these never write files or run
	 * programs.
	 */
	if (!command->columns && !takes_tasks(command) &&
	    (command->run != graph_command || options->file || options->files ||
	     options->output.format == FORMAT_SVG))
		return STATUS_DONE;
	select_color(options, command);
	if (command->columns) {
		select_columns(options, command->columns);
		check_selection(&options->output.columns);
	}
	if (given['H'])
		return list_columns(options);
	options->input = snapshot_path;
	if (command->run == diff_command)
		options->args = same;
	status = run(command, options);
	must(status == STATUS_DONE ||
	     (status == STATUS_MISSING && is_filtered(&options->filter)));
	return status;
}

/* The errors are a line for each missing pid, or one line and the hint. */
static void check_complaint(const struct printed *printed, int status,
			    const struct filter *filter)
{
	const char *text = printed->complaint;
	size_t lines;

	if (status == STATUS_DONE) {
		must(!*text);
		return;
	}
	/* getopt(3) prints unknown options unescaped. */
	if (!strncmp(text, "getopt: ", strlen("getopt: ")))
		return;
	lines = count_lines(text);
	must(!strncmp(text, "taskmap: ", strlen("taskmap: ")));
	must_be_printable(text, printed->complaint_size);
	if (status == STATUS_MISSING)
		must(lines >= 1 &&
		     lines <= filter->task_count + filter->name_count);
	else
		must(lines == 2);
}

/* Removes the sequences of table_color(): what is left has no control characters. */
static void remove_colors(struct printed *printed)
{
	char *to = printed->text;

	for (const char *from = to; *from;) {
		int length = 0;

		sscanf(from, "\033[0m%n", &length);
		if (!length)
			sscanf(from, "\033[38;5;%*3[0-9]m%n", &length);
		from += length;
		if (!length)
			*to++ = *from++;
	}
	*to = '\0';
	printed->size = (size_t)(to - printed->text);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct options options = { 0 };
	char *words[WORDS + 1];
	char *text = xcalloc(size + 1, 1);
	struct printed printed;
	int argc, status;

	memcpy(text, data, size);
	argc = split(text, words);
	printed_begin(&printed);
	status = setjmp(jump) - 1;
	if (status < 0)
		status = run_words(argc, words, &options);
	printed_end(&printed);
	must(status == STATUS_USAGE || status == STATUS_DONE ||
	     status == STATUS_MISSING);
	if (status == STATUS_USAGE)
		must(!printed.size);
	if (options.output.color)
		remove_colors(&printed);
	must_be_printable(printed.text, printed.size);
	check_complaint(&printed, status, &options.filter);
	printed_free(&printed);
	selection_free(&options.output.columns);
	selection_free(&options.output.sort);
	row_filter_free(options.output.filter);
	selection_free(&options.compared);
	free(options.filter.tasks);
	free(options.filter.names);
	free(options.filter.users);
	free(text);
	return 0;
}
