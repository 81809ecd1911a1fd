// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap watch: births, execs and exits as they happen.
 *
 * SIGINT, SIGTERM and SIGCHLD are blocked and read from a signalfd, together
 * with the stream: in a storm of events, poll(2) would never let a signal
 * handler run.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command/watch.h"
#include "command/watch_run.h"

struct watch {
	const struct options *options;
	struct events events;
	struct family family;
	struct show show;
	struct watch_page *page;	/* NULL: none */
	int signals;		/* the signalfd */
	sigset_t blocked;	/* signals that were blocked before */
	pid_t command;		/* pid of COMMAND; 0 if there is none, or it has ended */
	int wait_status;	/* wait status of COMMAND */
	uint32_t pid_ns;	/* the reader's pid namespace; 0 for the initial one */
	bool follows;		/* ends when all tasks of --pid have ended */
	bool ending;		/* events after @last are not shown */
	uint64_t last;
	uint64_t ahead;		/* clock of the events minus our clock */
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Ends after all events that happened before now were shown. */
static void end(struct watch *watch)
{
	if (watch->ending)
		return;
	watch->ending = true;
	watch->last = now() + watch->ahead;
}

/*
 * Both clocks are CLOCK_BOOTTIME, but ours may belong to another time
 * namespace. The time for opening the file delays the end, but never makes it
 * earlier.
 */
static int open_events(struct watch *watch, struct error *error)
{
	uint64_t before = now();

	if (events_open(&watch->events, &source_events, watch->options->input,
			error))
		return -1;
	watch->ahead = watch->events.header.start_ns - before;
	return 0;
}

/* Adds the running tasks with the requested pids. */
static int add_running(struct watch *watch, bool *missing, struct error *error)
{
	struct view view;

	if (view_open(&view, watch->options, error))
		return -1;
	view_choose(&view);
	for (unsigned int i = 0; i < view.model.count; i++) {
		view.chosen[i] &= !model_is_dead(&view.model, i);
		if (view.chosen[i])
			family_add(&watch->family, view.model.tasks[i].pid);
	}
	watch_page_start(watch->page, &view.snap, view.chosen, view.elsewhere);
	*missing = view_close(&view, STATUS_DONE) != STATUS_DONE;
	watch->follows = true;
	return 0;
}

/* Finds the place of pids and, for a page, what runs before the first event. */
static int look_around(struct watch *watch, struct error *error)
{
	const struct options *options = watch->options;
	bool elsewhere = place_tell(options, &watch->pid_ns);
	struct snapshot snap;
	bool *all;

	if (!watch->page)
		return 0;
	if (source_read(options->source, NULL, &snap, error))
		return -1;
	all = xcalloc(snap.count, sizeof(*all));
	memset(all, true, snap.count * sizeof(*all));
	watch_page_start(watch->page, &snap, *options->args ? NULL : all,
			 elsewhere);
	free(all);
	snapshot_free(&snap);
	return 0;
}

/*
 * A saved stream contains no list of tasks, so a pid is missing if no event was
 * about it.
 */
static bool complain_of_missing(const struct watch *watch)
{
	const struct filter *filter = &watch->options->filter;
	bool missing = false;

	for (size_t i = 0; i < filter->task_count; i++) {
		if (family_awaits(&watch->family, filter->tasks[i].pid)) {
			complain("no task %d in this stream",
				 filter->tasks[i].pid);
			missing = true;
		}
	}
	return missing;
}

/* A shell that starts a program in the background may ignore SIGINT for it. */
static void add_unless_ignored(sigset_t *set, int signal)
{
	struct sigaction action;

	if (!sigaction(signal, NULL, &action) && action.sa_handler != SIG_IGN)
		sigaddset(set, signal);
}

static int block_signals(struct watch *watch, struct error *error)
{
	sigset_t set;

	sigemptyset(&set);
	add_unless_ignored(&set, SIGINT);
	add_unless_ignored(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	/* If SIGCHLD is ignored, waitpid(2) fails. */
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &set, &watch->blocked);
	watch->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (watch->signals < 0)
		return error_set(error, "cannot watch for signals: %s",
				 strerror(errno));
	return 0;
}

static int start_command(struct watch *watch, struct error *error)
{
	char **args = watch->options->args;
	char *name = escaped(args[0]);
	const struct watch_run run = {
		.args = args,
		.name = name,
		.account = watch->options->account,
		.blocked = &watch->blocked,
		.aside = watch->show.json,
	};

	watch->command = watch_run(&run, error);
	free(name);
	if (watch->command < 0)
		return -1;
	family_expect(&watch->family, watch->command, watch->pid_ns);
	return 0;
}

/*
 * A terminal also sends SIGINT to COMMAND, which decides what to do. SIGTERM
 * must be passed on.
 */
static void handle_signal(struct watch *watch, int signal)
{
	pid_t command = watch->command;

	if (signal == SIGCHLD) {
		if (command &&
		    waitpid(command, &watch->wait_status, WNOHANG) == command) {
			watch->command = 0;
			end(watch);
		}
	} else if (!command) {
		end(watch);
	} else if (signal == SIGTERM) {
		kill(command, SIGTERM);
	}
}

static void read_signal(struct watch *watch)
{
	struct signalfd_siginfo info;

	if (read(watch->signals, &info, sizeof(info)) == sizeof(info))
		handle_signal(watch, (int)info.ssi_signo);
}

/* Returns 1 if there may be events, 0 if there are no more, or -1. */
static int wait_for_events(struct watch *watch, struct error *error)
{
	struct pollfd polled[] = {
		{ .fd = events_descriptor(&watch->events), .events = POLLIN },
		{ .fd = watch->signals, .events = POLLIN },
	};
	bool ending = watch->ending;
	int ready;

	if (watch->events.ended)
		return 0;
	ready = poll(polled, ARRAY_SIZE(polled), ending ? 0 : -1);
	if (ready < 0 && errno != EINTR)
		return error_set(error, "cannot wait for events: %s",
				 strerror(errno));
	if (ready > 0 && polled[1].revents)
		read_signal(watch);
	if (ready > 0 && polled[0].revents)
		return events_read(&watch->events, error) ? -1 : 1;
	return ready || !ending;
}

/* The times in a saved stream cannot be compared with now. */
static bool is_too_late(const struct watch *watch,
			const struct taskmap_event *event)
{
	return watch->ending &&
	       (watch->options->input || event->time_ns > watch->last);
}

/* Returns false if standard output fails. main() reports this. */
static bool show_at_once(struct watch *watch, const struct taskmap_event *event)
{
	show_event(&watch->show, event);
	return !fflush(stdout) && !ferror(stdout);
}

static int show_events(struct watch *watch, struct error *error)
{
	struct taskmap_event event;
	bool taken;
	int ret = 1;

	while (ret > 0 && !(watch->follows && !watch->family.alive)) {
		ret = events_next(&watch->events, &event, error);
		if (!ret) {
			ret = wait_for_events(watch, error);
		} else if (ret > 0) {
			if (is_too_late(watch, &event))
				break;
			taken = family_takes(&watch->family, &event);
			watch_page_add(watch->page, &event, taken);
			if (taken && !show_at_once(watch, &event))
				break;
		}
	}
	return ret < 0 ? -1 : 0;
}

/*
 * If /proc does not show the reader's pid namespace, the pid that fork(2) returned
 * can be one of another namespace than those of the events.
 */
static void complain_of_command(const struct watch *watch)
{
	if (!watch->family.lost && watch->family.expected)
		complain("no event of COMMAND was seen: run taskmap in the initial pid namespace");
}

/* COMMAND still runs if the stream ended first, or if output failed. */
static void finish_command(struct watch *watch)
{
	if (watch->command)
		waitpid(watch->command, &watch->wait_status, 0);
	complain_of_command(watch);
}

static void unblock_signals(const struct watch *watch)
{
	close(watch->signals);
	sigprocmask(SIG_SETMASK, &watch->blocked, NULL);
}

static int status_of_command(const struct watch *watch)
{
	int status = watch->wait_status;

	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/*
 * Shows everything from the heading to the summary, and runs COMMAND if there
 * is one.
 */
static int show_all(struct watch *watch, struct error *error)
{
	bool command = *watch->options->args;
	int ret = 0;

	if (block_signals(watch, error))
		return -1;
	show_heading(&watch->show);
	fflush(stdout);
	if (command)
		ret = start_command(watch, error);
	if (!ret)
		ret = show_events(watch, error);
	unblock_signals(watch);
	if (ret)
		return -1;
	if (command)
		finish_command(watch);
	show_summary(&watch->show, &watch->family);
	/* Otherwise main() does this, and reports why it fails. */
	if (watch->page)
		fflush(stdout);
	if (watch_page_end(watch->page, error))
		return -1;
	return command ? status_of_command(watch) : STATUS_DONE;
}

/* Starts with the tasks of --pid. Returns an exit status, or -1. */
static int watch_tasks(struct watch *watch, struct error *error)
{
	const struct options *options = watch->options;
	bool missing = false;
	int status;

	if (!options->input &&
	    (options->filter.task_count ? add_running(watch, &missing, error) :
					  look_around(watch, error)))
		return -1;
	if (missing && !watch->family.alive)
		return STATUS_MISSING;
	for (size_t i = 0; options->input && i < options->filter.task_count; i++)
		family_await(&watch->family, options->filter.tasks[i].pid);
	status = show_all(watch, error);
	if (status == STATUS_DONE && options->input)
		missing = complain_of_missing(watch);
	return status == STATUS_DONE && missing ? STATUS_MISSING : status;
}

int watch_command(const struct options *options, struct error *error)
{
	struct watch watch = { .options = options };
	int status;

	if (watch_page_begin(&watch.page, options, &watch.show, error))
		return -1;
	if (open_events(&watch, error)) {
		watch_page_free(watch.page);
		return -1;
	}
	family_init(&watch.family,
		    !options->filter.task_count && !*options->args);
	show_init(&watch.show, &options->output, &watch.events.header);
	status = watch_tasks(&watch, error);
	watch_page_free(watch.page);
	show_free(&watch.show);
	family_free(&watch.family);
	events_close(&watch.events);
	return status;
}
