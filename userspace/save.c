// SPDX-License-Identifier: GPL-2.0-only
/*
 * taskmap save: a snapshot to look at elsewhere, later, without the module.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "escape.h"
#include "options.h"

static int write_all(int fd, const unsigned char *bytes, size_t size)
{
	while (size) {
		ssize_t done = write(fd, bytes, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes += done;
		size -= (size_t)done;
	}
	return 0;
}

/* Closes @fd. What it says matters only if nothing failed (@ret) before. */
static int close_after(int fd, int ret)
{
	if (close(fd) && !ret)
		return -errno;
	return ret;
}

/* A pipe, a terminal, a device: nothing that could be replaced. */
static int write_through(const char *path, const struct buffer *image)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return close_after(fd, write_all(fd, image->bytes, image->size));
}

static int fill_temporary(int fd, const struct buffer *image)
{
	int ret = write_all(fd, image->bytes, image->size);

	if (!ret && fsync(fd))
		ret = -errno;
	return close_after(fd, ret);
}

/* A name beside @path for mkstemp(3), to be freed. */
static char *temporary_beside(const char *path)
{
	char *copy = xstrdup(path);
	char *name;

	if (asprintf(&name, "%s/.taskmap-XXXXXX", dirname(copy)) < 0)
		die(STATUS_FAILED, "not enough memory");
	free(copy);
	return name;
}

/* So that @path is always either what it was or a whole snapshot. */
static int replace(const char *path, const struct buffer *image)
{
	char *temporary = temporary_beside(path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	int ret = -errno;

	if (fd >= 0) {
		ret = fill_temporary(fd, image);
		if (!ret && rename(temporary, path))
			ret = -errno;
		if (ret)
			unlink(temporary);
	}
	free(temporary);
	return ret;
}

static int write_file(const char *path, const struct buffer *image)
{
	struct stat st;
	char *target;
	int ret;

	if (!strcmp(path, "-"))
		return write_all(STDOUT_FILENO, image->bytes, image->size);
	if (stat(path, &st))
		return errno == ENOENT ? replace(path, image) : -errno;
	if (!S_ISREG(st.st_mode))
		return write_through(path, image);
	/* What a symbolic link points to is replaced, not the link. */
	target = realpath(path, NULL);
	if (!target)
		return -errno;
	ret = replace(target, image);
	free(target);
	return ret;
}

static int explain(const char *path, int reason, struct error *error)
{
	char *name = xcalloc(ESCAPED_SIZE(strlen(path)), 1);

	error_set(error, ERROR_SYSTEM, "cannot write %s: %s",
		  escape(path, name), strerror(reason));
	free(name);
	return -1;
}

int save_command(const struct options *options, struct error *error)
{
	const char *path = options->args[0];
	struct buffer image;
	int ret;

	if (source_copy(options->source, options->input, &image, error))
		return -1;
	ret = write_file(path, &image);
	free(image.bytes);
	return ret ? explain(path, -ret, error) : STATUS_DONE;
}
