// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/events.h"
#include "core/format.h"
#include "core/proc.h"

#define DEBUGFS		"/sys/kernel/debug"
#define PROCFS		"/proc/taskmap"
#define MODULE		"/sys/module/taskmap"
#define IDS_PARAMETER	MODULE "/parameters/ids"
#define EXACT_MAX	MODULE "/parameters/exact_max"
#define LOCKDOWN	"/sys/kernel/security/lockdown"

/* Size of the buffer for a line of a small system file. */
#define LINE_SIZE	128

/* Directories of the module's files, in the order in which they are tried. */
static const char *const directories[] = {
	DEBUGFS "/taskmap",
	PROCFS,
};

const struct source source_system = {
	.root = "",
	.file = "snapshot",
	.wanted_by = "this taskmap",
	.debugfs_magic = DEBUGFS_MAGIC,
};

const struct source source_exact = {
	.root = "",
	.file = "exact",
	.wanted_by = "--exact",
	.debugfs_magic = DEBUGFS_MAGIC,
};

const struct source source_proc = { .root = "", .proc = true };

const struct source source_events = {
	.root = "",
	.file = "events",
	.wanted_by = "watch",
	.debugfs_magic = DEBUGFS_MAGIC,
};

/* If @path is a terminal, it does not become the controlling terminal. */
static FILE *open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

static void in_root(const struct source *source, const char *path,
		    char *out, size_t size)
{
	snprintf(out, size, "%s%s", source->root, path);
}

static bool exists(const struct source *source, const char *path)
{
	char full[PATH_MAX];

	in_root(source, path, full, sizeof(full));
	return !access(full, F_OK);
}

/* Reads the first line of a small system file: "" if it cannot be read. */
static void read_line(const struct source *source, const char *path,
		      char line[LINE_SIZE])
{
	char full[PATH_MAX];
	FILE *file;

	line[0] = '\0';
	in_root(source, path, full, sizeof(full));
	file = open_file(full);
	if (!file)
		return;
	if (!fgets(line, LINE_SIZE, file))
		line[0] = '\0';
	fclose(file);
}

/* Whether the first line of a small system file contains @word. */
static bool mentions(const struct source *source, const char *path,
		     const char *word)
{
	char line[LINE_SIZE];

	read_line(source, path, line);
	return strstr(line, word);
}

static bool debugfs_is_mounted(const struct source *source)
{
	char full[PATH_MAX];
	struct statfs fs;

	in_root(source, DEBUGFS, full, sizeof(full));
	/*
	 * The type of f_type is signed in some C libraries, and unsigned in
	 * others.
	 */
	return !statfs(full, &fs) && (long)fs.f_type == source->debugfs_magic;
}

/*
 * Whether the loaded module has a snapshot file, and so only lacks the file
 * that was tried.
 */
static bool is_older(const struct source *source)
{
	return exists(source, DEBUGFS "/taskmap/snapshot") ||
	       exists(source, PROCFS "/snapshot");
}

/* The module is loaded, but neither of its directories has the file. */
static int explain_missing(const struct source *source, struct error *error)
{
	if (is_older(source))
		return error_set(error, "the loaded taskmap module is too old for %s: load a newer one",
				 source->wanted_by);
	if (!debugfs_is_mounted(source))
		return error_set(error, "debugfs is not mounted: run \"mount -t debugfs debugfs " DEBUGFS "\"");
	return error_set(error, "the taskmap module is loaded, but %s/%s does not exist: reload it with \"procfs=1\"",
			 directories[0], source->file);
}

/* The module or the kernel returns EPERM. A file mode causes EACCES. */
static int explain_forbidden(const struct source *source, struct error *error)
{
	if (mentions(source, IDS_PARAMETER, "raw"))
		return error_set(error, "permission denied: ids=raw requires CAP_SYSLOG, CAP_SYS_RAWIO and a kernel that is not locked down: reload the module without it");
	if (exists(source, LOCKDOWN) && !mentions(source, LOCKDOWN, "[none]"))
		return error_set(error, "permission denied: the kernel is locked down (see " LOCKDOWN ")");
	return error_set(error, "permission denied: CAP_SYS_PTRACE in the initial user namespace is missing: run taskmap outside of any container");
}

static int explain_too_many(const struct source *source, struct error *error)
{
	char line[LINE_SIZE], count[16];

	/*
	 * Three load averages, then the number of running tasks and of all
	 * tasks.
	 */
	read_line(source, "/proc/loadavg", line);
	if (sscanf(line, "%*s %*s %*s %*u/%15[0-9]", count) != 1)
		strcpy(count, "these");
	return error_set(error, "%s tasks are too many for --exact: raise " EXACT_MAX ", or omit --exact",
			 count);
}

/* What else to do if the module cannot be used. Only it has events. */
static const char *instead(const struct source *source)
{
	return strcmp(source->file, "events") ?
	       ", or try \"taskmap --proc\"" : "";
}

/*
 * Sets @error to a remedy for the errno that open(2) of the module's files set.
 */
static int explain_open(const struct source *source, int reason,
			struct error *error)
{
	/* Nothing else helps as long as the module is not loaded. */
	if (reason != ENOMEM && !exists(source, MODULE))
		return error_set(error, "the taskmap module is not loaded: run \"modprobe taskmap\" or \"insmod taskmap.ko\"%s",
				 instead(source));
	switch (reason) {
	case ENOENT:
	case ENOTDIR:
		return explain_missing(source, error);
	case EACCES:
		return error_set(error, "permission denied: run taskmap as root, for example with sudo%s",
				 instead(source));
	case EPERM:
		return explain_forbidden(source, error);
	case ENOMEM:
		return error_set(error, "the kernel does not have enough memory for this: try again when more is free");
	case EFBIG:
		return explain_too_many(source, error);
	case EAGAIN:
		return error_set(error, "the tasks changed too fast for a snapshot of one instant: try again, or omit --exact");
	case EOPNOTSUPP:
		return error_set(error, "this kernel has no tracepoints, so it cannot report events");
	default:
		return error_set(error, "cannot open %s/%s: %s",
				 directories[0], source->file,
				 strerror(reason));
	}
}

/* Whether the other file may succeed after @reason. */
static bool worth_another(int reason)
{
	return reason == ENOENT || reason == ENOTDIR ||
	       reason == EACCES || reason == EPERM;
}

/*
 * Opens one of the module's files. If both fail, the error is about the first
 * reason other than ENOENT. A file that exists but fails in another way ends
 * the search: opening it is expensive for the kernel.
 */
static FILE *open_module(const struct source *source, char name[PATH_MAX],
			 struct error *error)
{
	char full[PATH_MAX];
	int reason = ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		FILE *file;

		snprintf(name, PATH_MAX, "%s/%s", directories[i],
			 source->file);
		in_root(source, name, full, sizeof(full));
		file = open_file(full);
		if (file)
			return file;
		if (reason == ENOENT)
			reason = errno;
		if (!worth_another(errno))
			break;
	}
	explain_open(source, reason, error);
	return NULL;
}

static FILE *open_input(const char *path, struct error *error)
{
	FILE *file = strcmp(path, "-") ? open_file(path) : stdin;

	if (!file)
		error_set(error, "cannot open %s: %s", path, strerror(errno));
	return file;
}

int input_open(struct input *input, const struct source *source,
	       const char *path, struct error *error)
{
	input->module = !path;
	input->name = path ? path : input->found;
	input->file = path ? open_input(path, error) :
			     open_module(source, input->found, error);
	if (input->file == stdin)
		input->name = "standard input";
	return input->file ? 0 : -1;
}

void input_close(struct input *input)
{
	if (input->file != stdin)
		fclose(input->file);
}

int input_failed(const struct input *input, int reason, struct error *error)
{
	if (reason == ENOMEM)
		return error_set(error, "not enough memory to read %s",
				 input->name);
	if (input->module &&
	    (reason == ENXIO || reason == EIO || reason == ENODEV))
		return error_set(error, "the taskmap module was unloaded meanwhile: load it again");
	return error_set(error, "cannot read %s: %s", input->name,
			 strerror(reason));
}

/* Sets @copy to the file that @snap would be read from. */
static int copy_snapshot(const struct snapshot *snap, struct buffer *copy)
{
	size_t size = snap->count * sizeof(*snap->tasks);

	copy->size = sizeof(snap->header) + size;
	copy->bytes = malloc(copy->size);
	if (!copy->bytes)
		return -1;
	memcpy(copy->bytes, &snap->header, sizeof(snap->header));
	memcpy(copy->bytes + sizeof(snap->header), snap->tasks, size);
	return 0;
}

static int read_proc(const struct source *source, struct snapshot *snap,
		     struct buffer *copy, struct error *error)
{
	char root[PATH_MAX];

	in_root(source, "/proc", root, sizeof(root));
	if (proc_snapshot(root, snap, error))
		return -1;
	if (!copy)
		return 0;
	if (copy_snapshot(snap, copy))
		error_no_memory(error);
	snapshot_free(snap);
	return copy->bytes ? 0 : -1;
}

/* @copy: set to the bytes of the file, unless it is NULL */
static int read_source(const struct source *source, const char *path,
		       struct snapshot *snap, struct buffer *copy,
		       struct error *error)
{
	struct input input;
	int ret;

	if (source->proc && !path)
		return read_proc(source, snap, copy, error);
	if (input_open(&input, source, path, error))
		return -1;
	ret = snapshot_read(snap, input.file, input.name, copy, error);
	if (ret > 0)
		ret = input_failed(&input, ret, error);
	input_close(&input);
	return ret;
}

int source_read(const struct source *source, const char *path,
		struct snapshot *snap, struct error *error)
{
	return read_source(source, path, snap, NULL, error);
}

int source_copy(const struct source *source, const char *path,
		struct buffer *copy, struct error *error)
{
	struct snapshot checked;
	int ret;

	*copy = (struct buffer){ 0 };
	ret = read_source(source, path, &checked, copy, error);
	if (ret)
		free(copy->bytes);
	return ret;
}
