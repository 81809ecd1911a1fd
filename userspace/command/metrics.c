// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap metrics: figures about the whole system, in the text format of
 * OpenMetrics 1.0. The older format of Prometheus, which node_exporter's textfile
 * collector reads, takes it too: to that, "# EOF" is a comment, and the type of a
 * counter is unknown.
 *
 * The number of series depends on the tables of kinds, states, resources and rules,
 * never on the tasks: no label has a pid or the name of a task.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "command/watch.h"

/* What happened since @events was opened. */
struct counters {
	uint64_t births[BIRTHS];
	uint64_t execs;
	uint64_t exits[KINDS + 1];
	uint64_t lost;
};

struct exporter {
	const struct options *options;
	struct events events;
	struct counters counters;
	int signals;		/* a signalfd */
	int timer;		/* a timerfd */
};

/* The states that a record can have, as ps(1) shows them. */
static const char states[] = "RSDTtXZPI";

#define STATES	(sizeof(states) - 1)

#define SECONDS(ns)	((double)(ns) / 1e9)

static void put_family(FILE *out, const char *name, const char *type,
		       const char *help)
{
	fprintf(out, "# TYPE taskmap_%s %s\n# HELP taskmap_%s %s\n", name, type,
		name, help);
}

static void put_gauge(FILE *out, const char *name, const char *help,
		      const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A family of one series. */
static void put_gauge(FILE *out, const char *name, const char *help,
		      const char *format, ...)
{
	va_list args;

	put_family(out, name, "gauge", help);
	fprintf(out, "taskmap_%s ", name);
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fputc('\n', out);
}

static void put_series(FILE *out, const char *name, const char *label,
		       const char *word, uint64_t value)
{
	fprintf(out, "taskmap_%s{%s=\"%s\"} %" PRIu64 "\n", name, label, word,
		value);
}

/* A text that is not from a table: escaped bytes are escaped again. */
static void put_label(FILE *out, const char *label, const char *text)
{
	char *safe = escaped(text);

	fprintf(out, "%s=\"", label);
	for (const char *c = safe; *c; c++)
		fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	fputc('"', out);
	free(safe);
}

static void put_snapshot(FILE *out, const struct taskmap_header *header)
{
	bool proc = header->flags & TASKMAP_PROC;
	bool exact = !(header->flags & (TASKMAP_PROC | TASKMAP_WALKED));

	put_family(out, "snapshot_info", "gauge",
		   "Where the snapshot comes from.");
	fputs("taskmap_snapshot_info{", out);
	put_label(out, "release", header->release);
	fputc(',', out);
	put_label(out, "node", header->node);
	fprintf(out, ",source=\"%s\",version=\"%s\"} 1\n",
		proc ? "proc" : exact ? "exact" : "snapshot", TASKMAP_VERSION);
	put_gauge(out, "snapshot_timestamp_seconds",
		  "When the snapshot was begun, in seconds since 1970.",
		  "%.3f", SECONDS(header->wall_ns));
	put_gauge(out, "snapshot_duration_seconds",
		  "How long it took to collect the snapshot.", "%.9f",
		  SECONDS(header->end_ns - header->start_ns));
	put_gauge(out, "snapshot_pause_seconds",
		  "How long all CPUs were stopped for the snapshot.", "%.9f",
		  SECONDS(header->pause_ns));
	put_gauge(out, "snapshot_bytes", "Size of the snapshot.", "%" PRIu64,
		  header->header_size +
		  (uint64_t)header->count * header->record_size);
}

/* The index of @state in @states, or behind them: a newer kernel may have others. */
static size_t state_index(char state)
{
	const char *found = state ? strchr(states, state) : NULL;

	return found ? (size_t)(found - states) : STATES;
}

static void put_tasks(FILE *out, const struct model *model)
{
	uint64_t counts[KINDS + 1][STATES + 1] = { 0 };

	for (unsigned int i = 0; i < model->count; i++) {
		unsigned int kind = model->tasks[i].kind;

		counts[kind <= KINDS ? kind : 0]
		      [state_index((char)model->tasks[i].state)]++;
	}
	put_family(out, "tasks", "gauge", "Tasks by kind and state.");
	for (unsigned int kind = 0; kind <= KINDS; kind++) {
		for (size_t i = 0; i <= STATES; i++) {
			const char state[] = { states[i], '\0' };

			/* What this reader does not know usually does not exist. */
			if ((!kind || i == STATES) && !counts[kind][i])
				continue;
			fprintf(out, "taskmap_tasks{kind=\"%s\",state=\"%s\"} %" PRIu64 "\n",
				kind ? kind_name(kind) : "other",
				i < STATES ? state : "other", counts[kind][i]);
		}
	}
}

/* Prints @counts, except of the resources that the snapshot does not report. */
static void put_resources(FILE *out, const char *name, const char *help,
			  uint32_t reported, const uint64_t *counts)
{
	put_family(out, name, "gauge", help);
	for_each_resource_in(reported, r)
		put_series(out, name, "resource", resources[r].key, counts[r]);
}

static void put_objects(FILE *out, struct model *model, uint32_t reported)
{
	uint64_t objects[TASKMAP_RESOURCES] = { 0 };
	uint64_t holders[TASKMAP_RESOURCES] = { 0 };
	uint64_t unknown[TASKMAP_RESOURCES] = { 0 };

	need_memory(model_number_all(model, reported));
	for_each_resource_in(reported, r) {
		objects[r] = model->holders[r].count;
		for (unsigned int i = 0; i < model->count; i++) {
			holders[r] += !!model->tasks[i].ids[r];
			unknown[r] += !!(model->tasks[i].unknown & BIT(r));
		}
	}
	put_resources(out, "objects", "Kernel objects that tasks hold, by resource.",
		      reported, objects);
	put_resources(out, "holders", "Tasks that hold an object, by resource.",
		      reported, holders);
	put_resources(out, "unknown_holders",
		      "Tasks of which it is unknown what they hold, by resource.",
		      reported, unknown);
}

static void put_drift(FILE *out, struct model *model, bool exact,
		      uint32_t reported)
{
	struct drift_counts counts;

	drift_count(model, exact, &counts);
	put_family(out, "drift_findings", "gauge",
		   "Deviations from the textbook, by the rule of taskmap drift that found them.");
	for (unsigned int rule = 0; rule < DRIFT_RULES; rule++)
		put_series(out, "drift_findings", "rule", drift_rules[rule],
			   counts.findings[rule]);
	put_resources(out, "deviating_threads",
		      "Tasks outside the kernel that hold another object than the rest of their process, by resource.",
		      reported, counts.threads);
	put_resources(out, "deviating_kthreads",
		      "Kernel threads that hold another object than the usual kernel thread, by resource.",
		      reported, counts.kthreads);
}

static void put_counter(FILE *out, const char *name, const char *help,
			uint64_t value)
{
	put_family(out, name, "counter", help);
	fprintf(out, "taskmap_%s_total %" PRIu64 "\n", name, value);
}

static void put_counters(FILE *out, const struct counters *counters)
{
	put_family(out, "births", "counter",
		   "Tasks created since this exporter started, by kind of birth.");
	for (enum birth_kind kind = 0; kind < BIRTHS; kind++)
		put_series(out, "births_total", "kind", birth_word(kind),
			   counters->births[kind]);
	put_counter(out, "execs",
		    "Successful calls of exec since this exporter started.",
		    counters->execs);
	put_family(out, "exits", "counter",
		   "Tasks that ended since this exporter started, by kind of task.");
	for (unsigned int kind = 1; kind <= KINDS; kind++)
		put_series(out, "exits_total", "kind", kind_name(kind),
			   counters->exits[kind]);
	put_counter(out, "lost_events",
		    "Births, execs and exits that were not counted, because this exporter was too slow.",
		    counters->lost);
}

/* @counters: NULL if nothing was counted */
static void put_metrics(FILE *out, const struct snapshot *snap,
			struct model *model, const struct counters *counters)
{
	const struct taskmap_header *header = &snap->header;
	uint32_t reported = (uint32_t)header->resources;
	bool exact = !(header->flags & (TASKMAP_WALKED | TASKMAP_PROC));

	put_snapshot(out, header);
	put_tasks(out, model);
	put_objects(out, model, reported);
	put_drift(out, model, exact, reported);
	if (counters)
		put_counters(out, counters);
	fputs("# EOF\n", out);
}

/* Returns 0 or -1. */
static int export(const struct options *options, const struct counters *counters,
		  struct error *error)
{
	struct buffer text = { 0 };
	struct view view;
	FILE *out = NULL;
	const char *reason = NULL;

	if (view_open(&view, options, error))
		return -1;
	if (options->file)
		out = open_memstream((char **)&text.bytes, &text.size);
	need_memory(options->file && !out);
	put_metrics(out ? out : stdout, &view.snap, &view.model, counters);
	view_close(&view, STATUS_DONE);
	if (out) {
		need_memory(fclose(out));
		reason = save_as(options->file, &text, SAVE_UMASK);
		free(text.bytes);
	}
	if (reason)
		return error_set(error, "cannot write %s: %s", options->file,
				 reason);
	/* main() reports that standard output failed. */
	fflush(stdout);
	return 0;
}

static void count(struct counters *counters, const struct taskmap_event *event)
{
	switch (event->type) {
	case TASKMAP_BIRTH:
		counters->births[birth_of(event)]++;
		break;
	case TASKMAP_EXEC:
		counters->execs++;
		break;
	case TASKMAP_EXIT:
		if (event->record.kind <= KINDS)
			counters->exits[event->record.kind]++;
		break;
	case TASKMAP_LOST:
		counters->lost += event->lost;
		break;
	}
}

static int count_events(struct exporter *exporter, struct error *error)
{
	struct taskmap_event event;
	int ret;

	if (events_read(&exporter->events, error))
		return -1;
	while ((ret = events_next(&exporter->events, &event, error)) > 0)
		count(&exporter->counters, &event);
	return ret;
}

/* Returns 1 to go on, 0 after a signal, or -1. */
static int serve_once(struct exporter *exporter, struct error *error)
{
	struct pollfd polled[] = {
		{ .fd = events_descriptor(&exporter->events), .events = POLLIN },
		{ .fd = exporter->timer, .events = POLLIN },
		{ .fd = exporter->signals, .events = POLLIN },
	};
	uint64_t expirations;

	if (poll(polled, ARRAY_SIZE(polled), -1) < 0)
		return errno == EINTR ? 1 : error_set(error, "cannot wait for events: %s",
						      strerror(errno));
	if (polled[2].revents)
		return 0;
	if (polled[0].revents && count_events(exporter, error))
		return -1;
	if (polled[1].revents &&
	    read(exporter->timer, &expirations, sizeof(expirations)) > 0 &&
	    export(exporter->options, &exporter->counters, error))
		return -1;
	return !ferror(stdout) && !exporter->events.ended;
}

/* The timer expires at once, and then every options->interval seconds. */
static int start(struct exporter *exporter, struct error *error)
{
	const struct itimerspec times = {
		.it_interval.tv_sec = exporter->options->interval,
		.it_value.tv_nsec = 1,
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	exporter->signals = signalfd(-1, &set, SFD_CLOEXEC);
	exporter->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (exporter->signals < 0 || exporter->timer < 0 ||
	    timerfd_settime(exporter->timer, 0, &times, NULL))
		return error_set(error, "cannot wait for the next interval: %s",
				 strerror(errno));
	return 0;
}

static int serve(const struct options *options, struct error *error)
{
	struct exporter exporter = { .options = options };
	int ret;

	if (events_open(&exporter.events, &source_events, NULL, error))
		return -1;
	ret = start(&exporter, error);
	if (!ret) {
		do
			ret = serve_once(&exporter, error);
		while (ret > 0);
	}
	close(exporter.signals);
	close(exporter.timer);
	events_close(&exporter.events);
	return ret;
}

int metrics_command(const struct options *options, struct error *error)
{
	if (options->interval ? serve(options, error) :
				export(options, NULL, error))
		return -1;
	return STATUS_DONE;
}
