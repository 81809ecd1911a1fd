// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Reads tasks from /proc, and compares them with records. */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "command/verify.h"

static uint64_t tick_ns(void)
{
	return 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/*
 * Reads a whole file. Returns NULL with errno set if that fails; otherwise the
 * caller frees the text.
 */
static char *read_path(const char *path)
{
	char *text = NULL;
	size_t capacity = 0;
	int reason = 0;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return NULL;
	/* Usually large enough to read the file at once. */
	setvbuf(file, NULL, _IOFBF, 1 << 14);
	/* If the task ends meanwhile, an error truncates the text. */
	errno = 0;
	if (getdelim(&text, &capacity, '\0', file) < 0 || ferror(file)) {
		reason = errno ? errno : EBADMSG;
		free(text);
		text = NULL;
	}
	fclose(file);
	errno = reason;
	return text;
}

static char *read_file(const char *root, int pid, const char *name)
{
	char path[PATH_MAX];

	proc_path(path, root, pid, name);
	return read_path(path);
}

/*
 * The exit code, the last field of /proc/PID/stat. 0 if the caller may not
 * trace the task.
 */
static int exit_code_of(const char *stat)
{
	const char *last = strrchr(stat, ' ');

	return last ? atoi(last) : 0;
}

/* Fields 1 to 6, 9, 20, 22, 38 and 52 of proc_pid_stat(5). */
static bool parse_stat(const char *text, struct proc_task *task)
{
	struct taskmap_record *record = &task->record;
	/* The name is between these parentheses, and can contain others. */
	const char *open = strchr(text, '(');
	const char *close = open ? strrchr(open, ')') : NULL;
	unsigned long long ticks;
	char state;

	if (!close ||
	    sscanf(close, ") %c %d %d %d %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %u %*s %llu %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d",
		   &state, &record->ppid, &record->pgrp, &record->session,
		   &record->flags, &record->threads, &ticks,
		   &record->exit_signal) != 8)
		return false;
	record->exit_code = exit_code_of(text);
	task->group_exit_code = record->exit_code;
	snprintf(task->name, sizeof(task->name), "%.*s",
		 (int)(close - open - 1), open + 1);
	memcpy(record->comm, task->name, TASKMAP_COMM_LEN - 1);
	record->pid = atoi(text);
	record->state = (unsigned char)state;
	record->start_ns = ticks * tick_ns();
	/*
	 * A task that is being released has neither signal handlers nor
	 * threads.
	 */
	record->ids[TASKMAP_SIGHAND] = record->threads;
	return true;
}

/* Reads the pids of a task from the initial pid namespace to its own. */
static void parse_ns_pids(const char *numbers, struct taskmap_record *record)
{
	unsigned int levels = 0;
	char *end;

	for (;; levels++, numbers = end) {
		int pid = (int)strtol(numbers, &end, 10);

		if (end == numbers)
			break;
		/* The number before this one is neither the first nor the last. */
		if (levels > 1 && levels - 2 < TASKMAP_NS_PIDS)
			record->ns_pids[levels - 2] = record->ns_pid;
		record->ns_pid = pid;
	}
	record->ns_levels = levels;
}

/* Each label starts a line: newlines in the name are escaped in this file. */
static bool parse_status(const char *text, struct proc_task *task)
{
	struct taskmap_record *record = &task->record;
	const char *tgid = strstr(text, "\nTgid:");
	const char *tracer = strstr(text, "\nTracerPid:");
	const char *uid = strstr(text, "\nUid:");
	const char *gid = strstr(text, "\nGid:");
	const char *ns_pid = strstr(text, "\nNSpid:");
	const char *seccomp = strstr(text, "\nSeccomp:");

	if (!tgid || sscanf(tgid, "\nTgid: %d", &record->tgid) != 1 ||
	    !tracer ||
	    sscanf(tracer, "\nTracerPid: %d", &record->tracer) != 1 ||
	    !uid || sscanf(uid, "\nUid: %u %u %*s %u", &record->uid,
			   &record->euid, &record->fsuid) != 3 ||
	    !gid || sscanf(gid, "\nGid: %u", &record->gid) != 1)
		return false;
	/* Kernels without seccomp or pid namespaces do not have these lines. */
	if (seccomp && sscanf(seccomp, "\nSeccomp: %u", &record->seccomp) != 1)
		return false;
	if (ns_pid) {
		parse_ns_pids(ns_pid + strlen("\nNSpid:"), record);
	} else {
		record->ns_pid = record->pid;
		record->ns_levels = 1;
	}
	record->ids[TASKMAP_MM] = !!strstr(text, "\nVmSize:");
	return true;
}

static unsigned int kind_of(const struct taskmap_record *record)
{
	if (record->flags & FLAG_KTHREAD)
		return TASKMAP_KTHREAD;
	if (record->flags & FLAG_IO_WORKER)
		return TASKMAP_WORKER;
	if (record->pid != record->tgid)
		return TASKMAP_THREAD;
	return record->threads > 1 ? TASKMAP_MAIN : TASKMAP_PROCESS;
}

static bool is_dead(const struct taskmap_record *record)
{
	return record->state == 'Z' || record->state == 'X';
}

/* Reads how the whole thread group ended, if /proc/PID/stat shows it. */
static void read_group(const char *root, struct proc_task *task)
{
	char *path = xasprintf("%s/%d/stat", root, task->record.pid);
	char *text = read_path(path);

	if (text)
		task->group_exit_code = exit_code_of(text);
	free(text);
	free(path);
}

static void read_cgroup(const char *root, const char *cgroups,
			struct proc_task *task)
{
	char *text = read_file(root, task->record.pid, "cgroup");
	/* The line follows those of other hierarchies, if there are any. */
	char *line = text ? strstr(text, "0::/") : NULL;
	char *path;
	struct stat st;

	while (line && line > text && line[-1] != '\n')
		line = strstr(line + 1, "0::/");
	if (line) {
		line += strlen("0::");
		path = xasprintf("%s%.*s", cgroups, (int)strcspn(line, "\n"),
				 line);
		/* The directory may have been removed if the task is dead. */
		if (!stat(path, &st))
			task->record.cgroup = st.st_ino;
		free(path);
	}
	free(text);
}

int proc_read(const char *root, const char *cgroups, int pid,
	      struct proc_task *task)
{
	char *stat = read_file(root, pid, "stat");
	char *status = stat ? read_file(root, pid, "status") : NULL;
	int error = 0;

	if (!status)
		error = -errno;
	need_memory(error == -ENOMEM);
	memset(task, 0, sizeof(*task));
	if (status && !(parse_stat(stat, task) && parse_status(status, task)))
		error = -EBADMSG;
	task->record.kind = (unsigned char)kind_of(&task->record);
	if (!error && is_dead(&task->record) && task->record.tgid == pid)
		read_group(root, task);
	if (!error && cgroups)
		read_cgroup(root, cgroups, task);
	free(stat);
	free(status);
	return error;
}

/* Inode numbers of the initial cgroup namespace, and of the root cgroup. */
#define FIRST_CGROUP_NS	0xeffffffbU
#define CGROUP_ROOT	1

char *proc_cgroups(const char *root)
{
	char path[PATH_MAX], *found = NULL;
	struct mntent *mount;
	uint64_t number;
	struct stat st;
	FILE *mounts;

	if (proc_namespace(root, 0, TASKMAP_CGROUP_NS, &number) ||
	    (number && number != FIRST_CGROUP_NS))
		return NULL;
	proc_path(path, root, 0, "mounts");
	mounts = setmntent(path, "re");
	if (!mounts)
		return NULL;
	while (!found && (mount = getmntent(mounts))) {
		if (!strcmp(mount->mnt_type, "cgroup2") &&
		    !stat(mount->mnt_dir, &st) && st.st_ino == CGROUP_ROOT)
			found = xstrdup(mount->mnt_dir);
	}
	endmntent(mounts);
	return found;
}

int proc_pids(const char *root, int **pids, size_t *count)
{
	char *pattern = xasprintf("%s/[0-9]*/task/[0-9]*", root);
	glob_t paths;
	int status = glob(pattern, GLOB_NOSORT, NULL, &paths);

	free(pattern);
	need_memory(status == GLOB_NOSPACE);
	if (status)
		return -ENOENT;
	*count = paths.gl_pathc;
	*pids = xcalloc(*count, sizeof(**pids));
	for (size_t i = 0; i < *count; i++)
		(*pids)[i] = atoi(strrchr(paths.gl_pathv[i], '/') + 1);
	globfree(&paths);
	return 0;
}

/* The fields of the module and of /proc */

/*
 * Flags that a task only has during a call: VCPU, MEMALLOC* and similar,
 * FROZEN, LOCAL_THROTTLE, and some that had other names.
 */
#define FLAGS_BRIEF	0x719d0801U

static void put(char *out, const char *word)
{
	snprintf(out, ANSWER_SIZE, "%s", word ? word : "unknown");
}

static void put_start(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "%" PRIu64 " ticks",
		 (uint64_t)record->start_ns / tick_ns());
}

static void put_ns_pids(const struct taskmap_record *record, char *out)
{
	char *pids = ns_pids_text(record);

	put(out, pids);
	free(pids);
}

static void put_kind(const struct taskmap_record *record, char *out)
{
	put(out, kind_name(record->kind));
}

/*
 * Only distinguish states that last: a task can start or stop running at any
 * moment.
 */
static void put_state(const struct taskmap_record *record, char *out)
{
	static const char *const words[UCHAR_MAX + 1] = {
		['Z'] = "dead", ['X'] = "dead",
		['T'] = "stopped", ['t'] = "traced",
		['R'] = "live", ['S'] = "live", ['D'] = "live",
		['I'] = "live", ['P'] = "live",
	};

	put(out, words[record->state]);
}

static void put_flags(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "0x%08" PRIx32,
		 (uint32_t)record->flags & ~FLAGS_BRIEF);
}

static void put_comm(const struct taskmap_record *record, char *out)
{
	put(out, record->comm);
}

/* /proc does not show an mm that a kernel thread borrows. */
static void put_mm(const struct taskmap_record *record, char *out)
{
	put(out, some(record->ids[TASKMAP_MM] &&
		      record->kind != TASKMAP_KTHREAD));
}

static void put_sighand(const struct taskmap_record *record, char *out)
{
	put(out, some(record->ids[TASKMAP_SIGHAND]));
}

static void put_exit_code(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "0x%04" PRIx32, is_dead(record) ?
		 (uint32_t)record->exit_code : 0);
}

static void put_cgroup(const struct taskmap_record *record, char *out)
{
	snprintf(out, ANSWER_SIZE, "%" PRIu64, (uint64_t)record->cgroup);
}

/* Before Linux 6.4, the flag of user workers had another meaning. */
static void amend_kind(const struct taskmap_record *record,
		       const struct proc_task *task, char *source)
{
	if (record->kind == TASKMAP_WORKER &&
	    task->record.kind != TASKMAP_KTHREAD &&
	    task->record.flags & FLAG_USER_WORKER)
		put_kind(record, source);
}

/*
 * /proc has longer names for kernel threads: names that the kernel truncated,
 * and for a workqueue's worker, after + or -, its current or last work.
 */
static void amend_comm(const struct taskmap_record *record,
		       const struct proc_task *task, char *source)
{
	size_t length = strlen(record->comm);
	char next = task->name[length];

	if (task->record.kind == TASKMAP_KTHREAD &&
	    !strncmp(task->name, record->comm, length) &&
	    (length == TASKMAP_COMM_LEN - 1 || next == '+' || next == '-'))
		put(source, record->comm);
	else
		put(source, task->name);
}

/* Whether /proc shows how a thread group ended, not just its leader. */
static bool tells_groups(void)
{
	unsigned int major, minor;
	struct utsname name;

	/* Since 2d18f7f45620 ("exit: Use the correct exit_code in /proc/<pid>/stat"), 5.17. */
	return !uname(&name) &&
	       sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major > 5 || (major == 5 && minor >= 17));
}

/*
 * For a leader, the module reports how its thread group ended, if it has. This
 * differs from how the leader ended only if the leader called exit(2) before
 * the others, and so was not killed by a signal. /proc shows 0 if the caller
 * may not trace the task.
 */
static void amend_exit_code(const struct taskmap_record *record,
			    const struct proc_task *task, char *source)
{
	int code = task->group_exit_code;

	if (!code || code == record->exit_code ||
	    (record->pid == record->tgid && !(code & 0x7f) && !tells_groups()))
		put_exit_code(record, source);
}

/* If the hierarchy is not mounted, the cgroup is unknown. */
static void amend_cgroup(const struct taskmap_record *record,
			 const struct proc_task *task, char *source)
{
	if (!task->record.cgroup)
		put_cgroup(record, source);
}

#define FIELD(name_, signed_)						\
	{								\
		.name = #name_,						\
		.offset = offsetof(struct taskmap_record, name_),	\
		.is_signed = signed_,					\
	}
#define SIGNED(name)	FIELD(name, true)
#define UNSIGNED(name)	FIELD(name, false)
#define LATER(name_)							\
	{								\
		.name = #name_,						\
		.offset = offsetof(struct taskmap_record, name_),	\
		.put = put_##name_,					\
		.amend = amend_##name_,					\
	}

static const struct {
	const char *name;
	/* Offset in struct taskmap_record; 0 if all modules report the field */
	size_t offset;
	/* For numbers of 32 bits */
	bool is_signed;
	/*
	 * For other fields: writes the value as text, at most ANSWER_SIZE bytes
	 */
	void (*put)(const struct taskmap_record *record, char *out);
	/* Replaces the text of /proc where it means the same; or NULL */
	void (*amend)(const struct taskmap_record *record,
		      const struct proc_task *task, char *source);
} fields[] = {
	[FIELD_START] = { "start", .put = put_start },
	SIGNED(tgid),
	SIGNED(ppid),
	SIGNED(ns_pid),
	{ "kind", .put = put_kind, .amend = amend_kind },
	{ "state", .put = put_state },
	UNSIGNED(threads),
	{ "flags", .put = put_flags },
	SIGNED(exit_signal),
	UNSIGNED(uid),
	UNSIGNED(gid),
	{ "comm", .put = put_comm, .amend = amend_comm },
	{ "mm", .put = put_mm },
	{ "sighand", .put = put_sighand },
	SIGNED(tracer),
	SIGNED(pgrp),
	SIGNED(session),
	UNSIGNED(euid),
	UNSIGNED(fsuid),
	UNSIGNED(seccomp),
	{ "ns_pids", offsetof(struct taskmap_record, ns_pids), .put = put_ns_pids },
	LATER(exit_code),
	LATER(cgroup),
};

const char *field_name(unsigned int field)
{
	return field < ARRAY_SIZE(fields) ? fields[field].name : NULL;
}

bool field_is_reported(unsigned int field, const struct taskmap_header *header)
{
	return fields[field].offset < snapshot_scalars(header);
}

static void put_field(unsigned int field, const struct taskmap_record *record,
		      char *out)
{
	uint32_t number;

	if (fields[field].put) {
		fields[field].put(record, out);
		return;
	}
	memcpy(&number, (const char *)record + fields[field].offset,
	       sizeof(number));
	snprintf(out, ANSWER_SIZE, "%" PRId64, fields[field].is_signed ?
		 (int64_t)(int32_t)number : (int64_t)number);
}

bool field_compare(unsigned int field, const struct taskmap_record *record,
		   const struct proc_task *task, struct answer *answer)
{
	put_field(field, record, answer->module);
	put_field(field, &task->record, answer->source);
	if (fields[field].amend)
		fields[field].amend(record, task, answer->source);
	return answer_agrees(answer);
}
