// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/place.h"

void proc_path(char path[PATH_MAX], const char *root, int pid,
	       const char *name)
{
	if (pid)
		snprintf(path, PATH_MAX, "%s/%d/task/%d/%s", root, pid, pid,
			 name);
	else
		snprintf(path, PATH_MAX, "%s/self/%s", root, name);
}

int proc_namespace(const char *root, int pid, enum taskmap_resource resource,
		   uint64_t *number)
{
	char path[PATH_MAX], name[32], text[64];
	ssize_t length;

	snprintf(name, sizeof(name), "ns/%s", resources[resource].link);
	proc_path(path, root, pid, name);
	length = readlink(path, text, sizeof(text) - 1);
	if (length < 0 && errno != ENOENT)
		return -errno;
	*number = 0;
	if (length < 0) {
		/* Find out whether the link or the task does not exist. */
		proc_path(path, root, pid, "stat");
		return access(path, F_OK) ? -errno : 0;
	}
	text[length] = '\0';
	/* A link looks like "mnt:[4026531841]". */
	return sscanf(text, "%*[^[][%" SCNu64, number) == 1 ? 0 : -EBADMSG;
}

/*
 * "self" also refers to the reader if /proc belongs to an ancestor of its pid
 * namespace. The /proc of any other namespace does not have that entry
 * (proc_self_get_link()).
 */
int place_find(const struct source *source, uint32_t *pid_ns)
{
	char proc[PATH_MAX];
	uint64_t number;
	int error;

	snprintf(proc, sizeof(proc), "%s/proc", source->root);
	error = proc_namespace(proc, 0, TASKMAP_PID_NS, &number);
	if (!error)
		*pid_ns = number == FIRST_PID_NS ? 0 : (uint32_t)number;
	return error;
}
