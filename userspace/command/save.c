// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap save: write a snapshot to a file.
 *
 * Root may save into directories such as /tmp, where other users can create any
 * kind of file. So the target is never opened by its name: the snapshot is
 * written to a new file in the same directory, which is looked up only once,
 * and then renamed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/command.h"

/* Number of bytes to write before checking for signals again. */
#define STRETCH		(1024 * 1024)

/*
 * Signals that end the program, and are blocked while there is a temporary
 * file.
 */
static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/* A file to create or to replace. */
struct target {
	int directory;
	const char *name;	/* in @directory */
	mode_t mode;		/* of a new file, before the umask */
	bool exists;
	struct stat old;	/* the existing file, if @exists */
	sigset_t blocked;	/* signal mask before all signals were blocked */
};

/*
 * Whether a signal is pending that will end the program when it is unblocked.
 */
static bool is_ending(const struct target *target)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		struct sigaction action;

		if (sigismember(&pending, ending[i]) &&
		    !sigismember(&target->blocked, ending[i]) &&
		    !sigaction(ending[i], NULL, &action) &&
		    action.sa_handler != SIG_IGN)
			return true;
	}
	return false;
}

/* @target: pending signals interrupt writing to it; NULL: they need not */
static int write_all(int fd, const struct buffer *image,
		     const struct target *target)
{
	for (size_t done = 0; done < image->size;) {
		size_t rest = image->size - done;
		ssize_t wrote;

		if (target && is_ending(target))
			return -EINTR;
		wrote = write(fd, image->bytes + done,
			      rest < STRETCH ? rest : STRETCH);
		if (wrote < 0 && errno != EINTR)
			return -errno;
		if (wrote > 0)
			done += (size_t)wrote;
	}
	return 0;
}

/* Gives @fd the group and the mode of the file that it will replace. */
static int keep_access(int fd, const struct target *target)
{
	if (fchown(fd, (uid_t)-1, target->old.st_gid) ||
	    fchmod(fd, target->old.st_mode & 07777))
		return -errno;
	return 0;
}

static int fill_temporary(int fd, const struct target *target,
			  const struct buffer *image)
{
	int ret = write_all(fd, image, target);

	if (!ret && target->exists)
		ret = keep_access(fd, target);
	if (!ret && fsync(fd))
		ret = -errno;
	/* A failure of close(2) matters only if nothing failed before. */
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

/* At any time, the name refers to the old file or to a complete snapshot. */
static int replace(const struct target *target, const struct buffer *image)
{
	/* Until it has the mode of the old file, nobody else may read it. */
	mode_t mode = target->exists ? SAVE_PRIVATE : target->mode;
	char temporary[] = ".taskmap-0123456789abcdef";
	uint64_t number;
	int fd, ret;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -errno;
	put_id(strchr(temporary, '-') + 1, number);
	fd = openat(target->directory, temporary, O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	ret = fill_temporary(fd, target, image);
	if (!ret && renameat(target->directory, temporary, target->directory,
			     target->name))
		ret = -errno;
	if (ret)
		unlinkat(target->directory, temporary, 0);
	return ret;
}

/* Blocks signals as long as there is a temporary file. */
static int replace_undisturbed(struct target *target,
			       const struct buffer *image)
{
	sigset_t all;
	int ret;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &target->blocked);
	ret = replace(target, image);
	sigprocmask(SIG_SETMASK, &target->blocked, NULL);
	return ret;
}

/*
 * Why @old must not be replaced, or NULL if it may be. The owner of a file, or
 * a user of another of its names, expects things that a new file cannot
 * provide.
 */
static const char *refusal(const struct stat *old)
{
	if (S_ISDIR(old->st_mode))
		return strerror(EISDIR);
	if (S_ISLNK(old->st_mode))
		return "it is a symbolic link; give the name of the file itself";
	if (!S_ISREG(old->st_mode))
		return "it is not a regular file; use - and redirect the output";
	if (old->st_uid != geteuid())
		return "it belongs to another user; choose another name";
	if (old->st_nlink > 1)
		return "it has more than one hard link; choose another name";
	return NULL;
}

/* Looks for an existing file. Returns why it must not be replaced, or NULL. */
static const char *examine(struct target *target)
{
	target->exists = !fstatat(target->directory, target->name,
				  &target->old, AT_SYMLINK_NOFOLLOW);
	if (!target->exists && errno != ENOENT)
		return strerror(errno);
	return target->exists ? refusal(&target->old) : NULL;
}

static const char *save_in(struct target *target, const struct buffer *image)
{
	const char *reason = examine(target);
	int ret;

	if (reason)
		return reason;
	ret = replace_undisturbed(target, image);
	return ret ? strerror(-ret) : NULL;
}

/* Opens the directory of @path. Returns the reason for a failure, or NULL. */
static const char *find_target(struct target *target, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) + 1 : 0;
	char *directory = xstrdup(slash ? path : ".");
	const char *reason = NULL;

	target->name = path + length;
	if (slash)
		directory[length] = '\0';
	if (slash && !*target->name)
		target->name = ".";
	target->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target->directory < 0)
		reason = strerror(errno);
	free(directory);
	return reason;
}

const char *save_as(const char *path, const struct buffer *image, mode_t mode)
{
	struct target target = { .mode = mode };
	const char *reason = find_target(&target, path);

	if (reason)
		return reason;
	reason = save_in(&target, image);
	close(target.directory);
	return reason;
}

const char *save_refusal(const char *path)
{
	struct target target = { 0 };
	const char *reason = find_target(&target, path);

	if (reason)
		return reason;
	reason = examine(&target);
	if (!reason && faccessat(target.directory, ".", W_OK, AT_EACCESS))
		reason = strerror(errno);
	close(target.directory);
	return reason;
}

const char *save_to(int fd, const struct buffer *image)
{
	int ret = write_all(fd, image, NULL);

	return ret ? strerror(-ret) : NULL;
}

int save_command(const struct options *options, struct error *error)
{
	const char *path = options->args[0];
	struct buffer image;
	const char *reason;

	if (source_copy(options->source, options->input, &image, error))
		return -1;
	reason = strcmp(path, "-") ? save_as(path, &image, SAVE_PRIVATE) :
				     save_to(STDOUT_FILENO, &image);
	free(image.bytes);
	if (!reason)
		return STATUS_DONE;
	return error_set(error, "cannot write %s: %s", path, reason);
}
