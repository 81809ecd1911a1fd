// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/snapshot.h"

#define DEBUGFS		"/sys/kernel/debug"
#define MODULE		"/sys/module/taskmap"
#define IDS_PARAMETER	MODULE "/parameters/ids"
#define EXACT_MAX	MODULE "/parameters/exact_max"
#define LOCKDOWN	"/sys/kernel/security/lockdown"

/* How many bytes are read at once; some of the largest records fit. */
#define CHUNK		65536
_Static_assert(CHUNK >= SNAPSHOT_MOST_BYTES, "a record fits");

/* Where the module's files are, in the order in which they are tried. */
static const char *const directories[] = {
	DEBUGFS "/taskmap",
	"/proc/taskmap",
};

static const char walked[] = "snapshot";

const struct source source_system = {
	.root = "",
	.file = walked,
	.debugfs_magic = DEBUGFS_MAGIC,
};

const struct source source_exact = {
	.root = "",
	.file = "exact",
	.debugfs_magic = DEBUGFS_MAGIC,
};

static void in_root(const struct source *source, const char *path,
		    char *out, size_t size)
{
	snprintf(out, size, "%s%s", source->root, path);
}

static int open_retrying(const char *path)
{
	int fd;

	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static bool exists(const struct source *source, const char *path)
{
	char full[PATH_MAX];

	in_root(source, path, full, sizeof(full));
	return !access(full, F_OK);
}

/* Whether the first line of a small file of the system has @word in it. */
static bool mentions(const struct source *source, const char *path,
		     const char *word)
{
	char full[PATH_MAX], line[128] = "";
	FILE *file;

	in_root(source, path, full, sizeof(full));
	file = fopen(full, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	return strstr(line, word);
}

static bool debugfs_is_mounted(const struct source *source)
{
	char full[PATH_MAX];
	struct statfs fs;

	in_root(source, DEBUGFS, full, sizeof(full));
	/* Its type is the C library's own, signed or not. */
	return !statfs(full, &fs) && (long)fs.f_type == source->debugfs_magic;
}

/* Whether the module is there, but without the file that is looked for. */
static bool is_older(const struct source *source)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		snprintf(path, sizeof(path), "%s/%s", directories[i], walked);
		if (exists(source, path))
			return true;
	}
	return false;
}

/* Neither file is there though nothing forbids to look. */
static int explain_missing(const struct source *source, struct error *error)
{
	if (is_older(source))
		return error_set(error, "the taskmap module that is loaded is too old for --exact; load a newer one or do without --exact");
	if (!debugfs_is_mounted(source))
		return error_set(error, "debugfs is not mounted; mount it with \"mount -t debugfs debugfs " DEBUGFS "\"");
	return error_set(error, "the taskmap module is loaded, but there is no %s/%s; reload it with \"procfs=1\"",
			 directories[0], source->file);
}

/* EPERM is the word of the module or of the kernel, not of a file mode. */
static int explain_forbidden(const struct source *source, struct error *error)
{
	if (mentions(source, IDS_PARAMETER, "raw"))
		return error_set(error, "not permitted: raw ids want CAP_SYSLOG, CAP_SYS_RAWIO and a kernel that is not locked down; reload the module without \"ids=raw\"");
	if (exists(source, LOCKDOWN) && !mentions(source, LOCKDOWN, "[none]"))
		return error_set(error, "not permitted: the kernel is locked down (see " LOCKDOWN ")");
	return error_set(error, "not permitted: CAP_SYS_PTRACE in the initial user namespace is missing; run it outside of any container");
}

/* The number of tasks of the system, 0 if nobody tells. */
static unsigned int count_tasks(const struct source *source)
{
	char full[PATH_MAX];
	unsigned int count;
	FILE *file;

	in_root(source, "/proc/loadavg", full, sizeof(full));
	file = fopen(full, "re");
	if (!file)
		return 0;
	/* Three loads, and how many run of how many. */
	if (fscanf(file, "%*s %*s %*s %*u/%u", &count) != 1)
		count = 0;
	fclose(file);
	return count;
}

static int explain_too_many(const struct source *source, struct error *error)
{
	char count[16] = "these";
	unsigned int tasks = count_tasks(source);

	if (tasks)
		snprintf(count, sizeof(count), "%u", tasks);
	return error_set(error, "%s tasks are more than the module stops the machine for; raise " EXACT_MAX " or do without --exact",
			 count);
}

/* Turns what open(2) said of the module's files into advice. */
static int explain_open(const struct source *source, int reason,
			struct error *error)
{
	/* Told first: without the module nothing else would help. */
	if (reason != ENOMEM && !exists(source, MODULE))
		return error_set(error, "the taskmap module is not loaded; load it with \"modprobe taskmap\" or \"insmod taskmap.ko\"");
	switch (reason) {
	case ENOENT:
	case ENOTDIR:
		return explain_missing(source, error);
	case EACCES:
		return error_set(error, "permission denied; run as root, for example \"sudo taskmap\"");
	case EPERM:
		return explain_forbidden(source, error);
	case ENOMEM:
		return error_set(error, "the kernel has not enough memory for a snapshot; try again when more is free");
	case EFBIG:
		return explain_too_many(source, error);
	case EAGAIN:
		return error_set(error, "the tasks change too fast for a picture of one instant; try again or do without --exact");
	default:
		return error_set(error, "cannot open %s/%s: %s",
				 directories[0], source->file,
				 strerror(reason));
	}
}

/* Whether another file may succeed where one failed for @reason. */
static bool worth_another(int reason)
{
	return reason == ENOENT || reason == ENOTDIR ||
	       reason == EACCES || reason == EPERM;
}

/*
 * Opens one of the module's files. The reason that is explained is the first
 * that says more than that a file is not there. A file that was found and
 * failed otherwise ends the search: opening is what costs the kernel time.
 */
static int open_module(const struct source *source, char name[PATH_MAX],
		       struct error *error)
{
	char full[PATH_MAX];
	int reason = ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		int fd;

		snprintf(name, PATH_MAX, "%s/%s", directories[i],
			 source->file);
		in_root(source, name, full, sizeof(full));
		fd = open_retrying(full);
		if (fd >= 0)
			return fd;
		if (reason == ENOENT)
			reason = errno;
		if (!worth_another(errno))
			break;
	}
	return explain_open(source, reason, error);
}

static int open_input(const char *input, const char *name, struct error *error)
{
	int fd;

	if (!strcmp(input, "-"))
		return STDIN_FILENO;
	fd = open_retrying(input);
	if (fd < 0)
		return error_set(error, "cannot open %s: %s",
				 name, strerror(errno));
	return fd;
}

static int explain_read(int reason, bool module, const char *name,
			struct error *error)
{
	if (reason == ENOMEM)
		return error_set(error, "not enough memory to read %s", name);
	if (module && (reason == ENXIO || reason == EIO || reason == ENODEV))
		return error_set(error, "the taskmap module was unloaded meanwhile; load it again");
	return error_set(error, "cannot read %s: %s", name,
			 strerror(reason));
}

/* A file that is being read, into records or into bytes. */
struct input {
	int fd;
	bool module;
	const char *name;
	struct error *error;
	struct snapshot *snap;
	struct buffer buffer;
	bool keep;		/* the bytes, and not the records */
	uint64_t position;
};

/* Makes room for @size bytes more. */
static int grow(struct buffer *buffer, size_t size)
{
	size_t room = buffer->room ? buffer->room : CHUNK;
	unsigned char *bytes;

	if (buffer->size + size <= buffer->room)
		return 0;
	while (room < buffer->size + size)
		room *= 2;
	bytes = realloc(buffer->bytes, room);
	if (!bytes)
		return -ENOMEM;
	buffer->bytes = bytes;
	buffer->room = room;
	return 0;
}

/* Reads @size bytes, or fewer if there are no more. */
static int read_some(struct input *input, size_t size)
{
	struct buffer *buffer = &input->buffer;

	if (grow(buffer, size))
		return explain_read(ENOMEM, input->module, input->name,
				    input->error);
	while (size) {
		ssize_t got = read(input->fd, buffer->bytes + buffer->size,
				   size);

		if (!got)
			break;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return explain_read(errno, input->module, input->name,
					    input->error);
		buffer->size += (size_t)got;
		input->position += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

/* Reads @size bytes, which must be there. */
static int read_all(struct input *input, size_t size)
{
	uint64_t end = input->position + size;

	if (read_some(input, size))
		return -1;
	if (input->position == end)
		return 0;
	return error_set(input->error, "%s: truncated: %" PRIu64 " of %" PRIu64 " bytes",
			 input->name, input->position,
			 snapshot_size(input->snap));
}

/* What has been decoded is not needed any more. */
static void forget(struct input *input)
{
	if (!input->keep)
		input->buffer.size = 0;
}

/* What tells the sizes first, then as much as they say. */
static int read_header(struct input *input)
{
	struct snapshot *snap = input->snap;

	if (read_some(input, SNAPSHOT_HEADER) ||
	    snapshot_measure(snap, input->buffer.bytes, input->buffer.size,
			     input->name, input->error) ||
	    read_all(input, snap->header.header_size - SNAPSHOT_HEADER))
		return -1;
	snapshot_begin(snap, input->buffer.bytes);
	forget(input);
	return 0;
}

static int read_chunk(struct input *input, unsigned int records)
{
	struct snapshot *snap = input->snap;
	size_t start = input->buffer.size;

	if (read_all(input, records * (size_t)snap->header.record_size))
		return -1;
	if (!input->keep && snapshot_reserve(snap, records))
		return explain_read(ENOMEM, input->module, input->name,
				    input->error);
	if (snapshot_add(snap, input->buffer.bytes + start, records,
			 input->name, input->error))
		return -1;
	forget(input);
	return 0;
}

static int read_records(struct input *input)
{
	const struct taskmap_header *header = &input->snap->header;
	const unsigned int at_once = CHUNK / header->record_size;

	/* For an empty snapshot to have an array too. */
	if (!input->keep && snapshot_reserve(input->snap, 0))
		return explain_read(ENOMEM, input->module, input->name,
				    input->error);
	while (input->snap->count < header->count) {
		uint64_t left = header->count - input->snap->count;

		if (read_chunk(input, left < at_once ? (unsigned int)left :
						       at_once))
			return -1;
	}
	return 0;
}

/* The file must end where the snapshot does. */
static int read_end(struct input *input)
{
	uint64_t end = input->position;

	if (read_some(input, 1))
		return -1;
	if (input->position == end)
		return 0;
	return error_set(input->error, "%s: corrupt: more bytes follow the snapshot's %" PRIu64,
			 input->name, end);
}

static int read_open(struct input *input)
{
	*input->snap = (struct snapshot){ 0 };
	if (!read_header(input) && !read_records(input) && !read_end(input))
		return 0;
	snapshot_free(input->snap);
	return -1;
}

static int read_module(const struct source *source, struct input *input)
{
	char name[PATH_MAX];
	int ret;

	input->fd = open_module(source, name, input->error);
	if (input->fd < 0)
		return -1;
	input->module = true;
	input->name = name;
	ret = read_open(input);
	close(input->fd);
	return ret;
}

static int read_file(const char *path, struct input *input)
{
	int ret = -1;

	input->name = strcmp(path, "-") ? path : "standard input";
	input->fd = open_input(path, input->name, input->error);
	if (input->fd >= 0)
		ret = read_open(input);
	if (input->fd > STDIN_FILENO)
		close(input->fd);
	return ret;
}

static int read_input(const struct source *source, const char *path,
		      struct input *input)
{
	return path ? read_file(path, input) : read_module(source, input);
}

int source_read(const struct source *source, const char *path,
		struct snapshot *snap, struct error *error)
{
	struct input input = { .snap = snap, .error = error };
	int ret = read_input(source, path, &input);

	free(input.buffer.bytes);
	return ret;
}

int source_copy(const struct source *source, const char *path,
		struct buffer *copy, struct error *error)
{
	struct snapshot judged;
	struct input input = { .snap = &judged, .error = error, .keep = true };

	if (read_input(source, path, &input)) {
		free(input.buffer.bytes);
		return -1;
	}
	*copy = input.buffer;
	return 0;
}
