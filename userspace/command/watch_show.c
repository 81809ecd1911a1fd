// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* taskmap watch: print a line for each event, as text or as JSON. */
#include <inttypes.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/watch.h"

#define NAME_WIDTH	15

static const char *const birth_names[] = {
	[BIRTH_FORK] = "fork",
	[BIRTH_VFORK] = "vfork",
	[BIRTH_CLONE] = "clone",
	[BIRTH_THREAD] = "thread",
	[BIRTH_WORKER] = "worker",
	[BIRTH_KTHREAD] = "kthread",
};

const char *birth_word(enum birth_kind kind)
{
	return birth_names[kind];
}

#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define BLUE	"\033[34m"
#define MAGENTA	"\033[35m"
#define CYAN	"\033[36m"
#define BOLD	"\033[1m"
#define PLAIN	"\033[m"

static const char *const birth_colors[] = {
	[BIRTH_FORK] = GREEN,
	[BIRTH_VFORK] = CYAN,
	[BIRTH_CLONE] = MAGENTA,
	[BIRTH_THREAD] = BLUE,
	[BIRTH_WORKER] = BLUE,
	[BIRTH_KTHREAD] = MAGENTA,
};

#define NAME_OF(signal)	{ signal, #signal }

/* Debian 11 does not have sigabbrev_np(3). */
static const struct {
	int signal;
	const char *name;
} signal_names[] = {
	NAME_OF(SIGHUP), NAME_OF(SIGINT), NAME_OF(SIGQUIT), NAME_OF(SIGILL),
	NAME_OF(SIGTRAP), NAME_OF(SIGABRT), NAME_OF(SIGBUS), NAME_OF(SIGFPE),
	NAME_OF(SIGKILL), NAME_OF(SIGUSR1), NAME_OF(SIGSEGV), NAME_OF(SIGUSR2),
	NAME_OF(SIGPIPE), NAME_OF(SIGALRM), NAME_OF(SIGTERM), NAME_OF(SIGXCPU),
	NAME_OF(SIGXFSZ), NAME_OF(SIGVTALRM), NAME_OF(SIGPROF), NAME_OF(SIGIO),
	NAME_OF(SIGPWR), NAME_OF(SIGSYS),
};

void show_init(struct show *show, const struct output *output,
	       const struct taskmap_header *header)
{
	*show = (struct show){
		.json = output->format == FORMAT_JSON,
		.color = output->color,
		.width = width_of_terminal(),
		.header = header,
		.columns.of = &task_columns,
	};
	selection_defaults(&show->columns);
}

void show_free(struct show *show)
{
	selection_free(&show->columns);
}

static char *flag_word(unsigned int bit)
{
	const char *flag = clone_flag(bit);

	return flag ? xstrdup(flag + strlen("CLONE_")) :
		      xasprintf("0x%" PRIx64, (uint64_t)1 << bit);
}

/*
 * The resources that the new task shares, its new namespaces, and the other
 * flags.
 */
static char *birth_text(const struct taskmap_event *event)
{
	uint64_t flags = event->flags;
	char *text, *spaces, *others = xstrdup("");
	uint32_t set = birth_resources(flags);

	for_each_resource_in(set, r)
		flags &= ~resources[r].bit;
	/* The name of the event says this already. */
	set &= ~BIT(TASKMAP_SIGNAL);
	if (birth_of(event) == BIRTH_VFORK)
		flags &= ~(uint64_t)CLONE_VFORK;
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (flags & 1ULL << bit)
			others = joined(others, "|", flag_word(bit));
	}
	text = resource_words(set & ~ALL_NAMESPACES, ",", RESOURCE_NAME);
	spaces = resource_words(set & ALL_NAMESPACES, ",", RESOURCE_NAME);
	if (*spaces)
		text = joined(text, " ", xasprintf("new %s", spaces));
	if (*others)
		text = joined(text, " ", xstrdup(others));
	free(spaces);
	free(others);
	return text;
}

static char *signal_text(int signal)
{
	for (size_t i = 0; i < ARRAY_SIZE(signal_names); i++) {
		if (signal_names[i].signal == signal)
			return xstrdup(signal_names[i].name);
	}
	return xasprintf("signal %d", signal);
}

static char *exit_text(int code)
{
	char *text;

	if (!WTERMSIG(code))
		return xasprintf("status %d", WEXITSTATUS(code));
	text = signal_text(WTERMSIG(code));
	if (WCOREDUMP(code))
		text = joined(text, ", ", xstrdup("core dumped"));
	return text;
}

/* The text of the last column. The caller frees it. */
static char *details(const struct taskmap_event *event)
{
	switch (event->type) {
	case TASKMAP_BIRTH:
		return birth_text(event);
	case TASKMAP_EXEC:
		if (event->old_pid == event->record.pid)
			return xstrdup("");
		return xasprintf("was %d", event->old_pid);
	case TASKMAP_EXIT:
		return exit_text(event->record.exit_code);
	default:
		return xasprintf("%" PRIu64 " %s", (uint64_t)event->lost,
				 event->lost == 1 ? "event" : "events");
	}
}

static const char *word_of(const struct taskmap_event *event)
{
	switch (event->type) {
	case TASKMAP_BIRTH:
		return birth_names[birth_of(event)];
	case TASKMAP_EXEC:
		return "exec";
	case TASKMAP_EXIT:
		return "exit";
	default:
		return "lost";
	}
}

static const char *color_of(const struct taskmap_event *event)
{
	switch (event->type) {
	case TASKMAP_BIRTH:
		return birth_colors[birth_of(event)];
	case TASKMAP_EXEC:
		return YELLOW;
	case TASKMAP_EXIT:
		return event->record.exit_code ? RED : "";
	default:
		return BOLD RED;
	}
}

char *show_words(const struct show *show, const struct taskmap_event *event)
{
	int64_t since = (int64_t)(event->time_ns - show->header->start_ns);
	char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)];
	char *text = details(event), *words;

	if (event->type == TASKMAP_LOST)
		words = xasprintf("%.6f s: %s lost", (double)since / 1e9, text);
	else if (event->type == TASKMAP_BIRTH)
		words = xasprintf("%.6f s: %d (%s), %s by %d%s%s",
				  (double)since / 1e9, event->record.pid,
				  escape(event->record.comm, comm),
				  word_of(event), event->caller,
				  *text ? ": " : "", text);
	else
		words = xasprintf("%.6f s: %d (%s), %s%s%s",
				  (double)since / 1e9, event->record.pid,
				  escape(event->record.comm, comm),
				  word_of(event), *text ? ": " : "", text);
	free(text);
	return words;
}

/*
 * Each put_*() function prints a field and returns its width, except put_cut().
 */

static size_t put_time(const struct show *show, uint64_t ns)
{
	int64_t since = (int64_t)(ns - show->header->start_ns);

	return (size_t)printf("%10.6f ", (double)since / 1e9);
}

static size_t put_word(const struct show *show,
		       const struct taskmap_event *event)
{
	const char *color = show->color ? color_of(event) : "";
	const char *word = word_of(event);

	printf("%s%s%s", color, word, *color ? PLAIN : "");
	return strlen(word) + (size_t)printf("%*s", 7 - (int)strlen(word), "");
}

static size_t put_pid(int pid)
{
	return (size_t)(pid ? printf(" %7d", pid) : printf(" %7s", "-"));
}

/* Prints @text, cut to @width columns. */
static void put_cut(const char *text, size_t width)
{
	char *part = cut_text(text, width);

	printf("%s", part);
	free(part);
}

static size_t put_name(const struct taskmap_event *event)
{
	char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)];
	const char *name = "-";

	if (event->type != TASKMAP_LOST)
		name = escape(event->record.comm, comm);
	printf(" %s", name);
	return 1 + text_width(name, strlen(name));
}

/*
 * If a field is wider than its column, less space is left for the last column.
 */
static void show_line(const struct show *show,
		      const struct taskmap_event *event)
{
	char *text = details(event);
	size_t used, name;

	used = put_time(show, event->time_ns);
	used += put_word(show, event);
	used += put_pid(event->record.pid);
	used += put_pid(event->caller);
	name = put_name(event);
	if (*text) {
		used += name;
		used += (size_t)printf("%*s", name < 1 + NAME_WIDTH ?
				       (int)(2 + NAME_WIDTH - name) : 1, "");
		if (!show->width)
			printf("%s", text);
		else if (show->width > used)
			put_cut(text, show->width - used);
	}
	putchar('\n');
	free(text);
}

/* The task as in the JSON of a snapshot that contains no other task. */
static struct json_object *json_task(const struct show *show,
				     struct taskmap_record record)
{
	const struct snapshot snap = {
		.header = *show->header, .tasks = &record, .count = 1,
	};
	struct json_object *object;
	struct model model;
	struct row row = { .model = &model };

	need_memory(model_init(&model, &snap));
	selection_prepare(&show->columns, false, &model);
	object = json_of_row(&show->columns, &row);
	model_free(&model);
	return object;
}

static struct json_object *begin_json(const char *event, uint64_t time_ns)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "event", event);
	json_add_wide(object, "time_ns", time_ns);
	return object;
}

static struct json_object *json_of(const struct show *show,
				   const struct taskmap_event *event)
{
	static const char *const names[] = {
		[TASKMAP_BIRTH] = "birth", [TASKMAP_EXEC] = "exec",
		[TASKMAP_EXIT] = "exit", [TASKMAP_LOST] = "lost",
	};
	struct json_object *object = begin_json(names[event->type],
						event->time_ns);

	if (event->type == TASKMAP_LOST) {
		json_add_number(object, "count", (int64_t)event->lost);
		return object;
	}
	json_add_number(object, "pid", event->record.pid);
	json_add_number(object, "tgid", event->record.tgid);
	if (event->type == TASKMAP_BIRTH) {
		json_add_call(object, event->caller, event->flags);
		json_add_number(object, "exit_signal",
				event->record.exit_signal);
	} else if (event->type == TASKMAP_EXEC) {
		json_add_number(object, "old_pid", event->old_pid);
	} else {
		json_add_number(object, "exit_code", event->record.exit_code);
	}
	json_add(object, "task", json_task(show, event->record));
	return object;
}

static void put_json(struct json_object *object)
{
	size_t length;
	const char *text = json_line(object, &length);

	fwrite(text, 1, length, stdout);
	putchar('\n');
	json_object_put(object);
}

void show_heading(const struct show *show)
{
	struct json json = { .lines = true };

	if (show->json) {
		json_begin(&json, show->header, 1);
		json_begin_rows(&json, "events");
		json_end(&json);
	} else {
		printf("%10s %-7s %7s %7s %-*s %s\n", "TIME", "EVENT", "PID",
		       "BY", NAME_WIDTH, "NAME", "WHAT");
	}
}

void show_event(const struct show *show, const struct taskmap_event *event)
{
	if (show->json)
		put_json(json_of(show, event));
	else
		show_line(show, event);
}

struct totals {
	uint64_t processes;
	uint64_t threads;
};

static struct totals totals_of(const struct family *family)
{
	const uint64_t *births = family->births;

	return (struct totals){
		.processes = births[BIRTH_FORK] + births[BIRTH_VFORK] +
			     births[BIRTH_CLONE],
		.threads = births[BIRTH_THREAD] + births[BIRTH_WORKER],
	};
}

static void put_count(const char *before, uint64_t count, const char *one,
		      const char *many)
{
	printf("%s%" PRIu64 " %s", before, count, count == 1 ? one : many);
}

static void summary_text(const struct family *family)
{
	const struct totals totals = totals_of(family);

	put_count("created: ", totals.processes, "process", "processes");
	put_count(" (", family->births[BIRTH_VFORK], "vfork)", "vforks)");
	put_count(", ", totals.threads, "thread", "threads");
	if (family->births[BIRTH_KTHREAD])
		put_count(", ", family->births[BIRTH_KTHREAD], "kernel thread",
			  "kernel threads");
	put_count("; ", family->execs, "exec", "execs");
	put_count(", ", family->exits, "exit\n", "exits\n");
	if (!family->everyone) {
		put_count("most alive at once: ", family->most, "task",
			  "tasks");
		printf("; still running: %u\n", family->alive);
	}
	if (family->lost)
		put_count("lost: ", family->lost, "event, not counted above\n",
			  "events, not counted above\n");
}

static void summary_json(const struct family *family)
{
	const struct totals totals = totals_of(family);
	struct json_object *object = json_new_object();

	json_add_text(object, "event", "summary");
	json_add_number(object, "processes", (int64_t)totals.processes);
	json_add_number(object, "vforks",
			(int64_t)family->births[BIRTH_VFORK]);
	json_add_number(object, "threads", (int64_t)totals.threads);
	json_add_number(object, "kthreads",
			(int64_t)family->births[BIRTH_KTHREAD]);
	json_add_number(object, "execs", (int64_t)family->execs);
	json_add_number(object, "exits", (int64_t)family->exits);
	json_add_number(object, "lost", (int64_t)family->lost);
	json_add(object, "most", family->everyone ? NULL :
				 json_number(family->most));
	json_add(object, "alive", family->everyone ? NULL :
				  json_number(family->alive));
	put_json(object);
}

void show_summary(const struct show *show, const struct family *family)
{
	if (show->json)
		summary_json(family);
	else
		summary_text(family);
}
