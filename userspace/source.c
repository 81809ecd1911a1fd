// SPDX-License-Identifier: GPL-2.0-only
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

#include "escape.h"
#include "source.h"
#include "util.h"

#define DEBUGFS		"/sys/kernel/debug"
#define MODULE		"/sys/module/taskmap"
#define IDS_PARAMETER	MODULE "/parameters/ids"
#define EXACT_MAX	MODULE "/parameters/exact_max"
#define LOCKDOWN	"/sys/kernel/security/lockdown"

#define FIRST_CHUNK	65536

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
		fd = open(path, O_RDONLY | O_CLOEXEC);
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
	return !statfs(full, &fs) && fs.f_type == source->debugfs_magic;
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
		return error_set(error, ERROR_NO_EXACT,
				 "the taskmap module that is loaded is too old for --exact; load a newer one or do without --exact");
	if (!debugfs_is_mounted(source))
		return error_set(error, ERROR_NO_DEBUGFS,
				 "debugfs is not mounted; mount it with \"mount -t debugfs debugfs " DEBUGFS "\"");
	return error_set(error, ERROR_NO_FILE,
			 "the taskmap module is loaded, but there is no %s/%s; reload it with \"procfs=1\"",
			 directories[0], source->file);
}

/* EPERM is the word of the module or of the kernel, not of a file mode. */
static int explain_forbidden(const struct source *source, struct error *error)
{
	if (mentions(source, IDS_PARAMETER, "raw"))
		return error_set(error, ERROR_RAW_IDS,
				 "not permitted: raw ids want CAP_SYSLOG and a kernel that is not locked down; reload the module without \"ids=raw\"");
	if (exists(source, LOCKDOWN) && !mentions(source, LOCKDOWN, "[none]"))
		return error_set(error, ERROR_LOCKED_DOWN,
				 "not permitted: the kernel is locked down (see " LOCKDOWN ")");
	return error_set(error, ERROR_NO_CAPABILITY,
			 "not permitted: CAP_SYS_PTRACE in the initial user namespace is missing; run it outside of any container");
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
	return error_set(error, ERROR_TOO_MANY,
			 "%s tasks are more than the module stops the machine for; raise " EXACT_MAX " or do without --exact",
			 count);
}

/* Turns what open(2) said of the module's files into advice. */
static int explain_open(const struct source *source, int reason,
			struct error *error)
{
	/* Told first: without the module nothing else would help. */
	if (reason != ENOMEM && !exists(source, MODULE))
		return error_set(error, ERROR_NOT_LOADED,
				 "the taskmap module is not loaded; load it with \"modprobe taskmap\" or \"insmod taskmap.ko\"");
	switch (reason) {
	case ENOENT:
	case ENOTDIR:
		return explain_missing(source, error);
	case EACCES:
		return error_set(error, ERROR_NOT_ROOT,
				 "permission denied; run as root, for example \"sudo taskmap\"");
	case EPERM:
		return explain_forbidden(source, error);
	case ENOMEM:
		return error_set(error, ERROR_NO_MEMORY,
				 "the kernel has not enough memory for a snapshot; try again when more is free");
	case EFBIG:
		return explain_too_many(source, error);
	case EAGAIN:
		return error_set(error, ERROR_TOO_FAST,
				 "the tasks change too fast for a picture of one instant; try again or do without --exact");
	default:
		return error_set(error, ERROR_SYSTEM, "cannot open %s/%s: %s",
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
		return error_set(error, ERROR_SYSTEM, "cannot open %s: %s",
				 name, strerror(errno));
	return fd;
}

struct buffer {
	unsigned char *bytes;
	size_t size;
	size_t room;
};

static int grow(struct buffer *buffer)
{
	size_t room = buffer->room ? buffer->room * 2 : FIRST_CHUNK;
	unsigned char *bytes = realloc(buffer->bytes, room);

	if (!bytes)
		return -ENOMEM;
	buffer->bytes = bytes;
	buffer->room = room;
	return 0;
}

/*
 * Reads on until @buffer has @limit bytes or the input ends. Memory grows with
 * what really arrives: a header may promise anything.
 */
static int read_until(int fd, struct buffer *buffer, uint64_t limit)
{
	while (buffer->size < limit) {
		size_t want;
		ssize_t got;

		if (buffer->size == buffer->room && grow(buffer))
			return -ENOMEM;
		want = buffer->room - buffer->size;
		if (want > limit - buffer->size)
			want = (size_t)(limit - buffer->size);
		got = read(fd, buffer->bytes + buffer->size, want);
		if (!got)
			return 0;
		if (got > 0)
			buffer->size += (size_t)got;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

static int explain_read(int reason, bool module, const char *name,
			struct error *error)
{
	if (reason == ENOMEM)
		return error_set(error, ERROR_NO_MEMORY,
				 "not enough memory to read %s", name);
	if (module && (reason == ENXIO || reason == EIO || reason == ENODEV))
		return error_set(error, ERROR_UNLOADED,
				 "the taskmap module was unloaded meanwhile; load it again");
	return error_set(error, ERROR_SYSTEM, "cannot read %s: %s", name,
			 strerror(reason));
}

/*
 * The header first, because it tells where to stop: a file that is not ours
 * may be a device without an end. One byte more than the whole shows whether
 * something follows.
 */
static int read_image(int fd, bool module, const char *name,
		      struct buffer *buffer, struct error *error)
{
	uint64_t total;
	int ret;

	ret = read_until(fd, buffer, sizeof(struct taskmap_header));
	if (ret)
		return explain_read(-ret, module, name, error);
	if (snapshot_measure(buffer->bytes, buffer->size, name, &total, error))
		return -1;
	/* Does not overflow: the sizes that make a total are multiples of 8. */
	ret = read_until(fd, buffer, total + 1);
	if (ret)
		return explain_read(-ret, module, name, error);
	return 0;
}

static int read_open(int fd, bool module, const char *name,
		     struct snapshot *snap, struct error *error)
{
	struct buffer buffer = { 0 };

	if (read_image(fd, module, name, &buffer, error) ||
	    snapshot_decode(buffer.bytes, buffer.size, name, snap, error)) {
		free(buffer.bytes);
		return -1;
	}
	return 0;
}

static int read_module(const struct source *source, struct snapshot *snap,
		       struct error *error)
{
	char name[PATH_MAX];
	int fd, ret;

	fd = open_module(source, name, error);
	if (fd < 0)
		return -1;
	ret = read_open(fd, true, name, snap, error);
	close(fd);
	return ret;
}

static int read_input(const char *input, struct snapshot *snap,
		      struct error *error)
{
	const char *shown = strcmp(input, "-") ? input : "standard input";
	char *name = xcalloc(ESCAPED_SIZE(strlen(shown)), 1);
	int fd, ret = -1;

	escape(shown, name);
	fd = open_input(input, name, error);
	if (fd >= 0)
		ret = read_open(fd, false, name, snap, error);
	if (fd > STDIN_FILENO)
		close(fd);
	free(name);
	return ret;
}

int source_read(const struct source *source, const char *input,
		struct snapshot *snap, struct error *error)
{
	if (input)
		return read_input(input, snap, error);
	return read_module(source, snap, error);
}
