// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What /proc says about tasks, and whether a record says the same.
 */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "command/verify.h"

static uint64_t tick_ns(void)
{
	return 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/*
 * Every task is a thread of itself: its pid alone makes the path, so that the
 * tgid that /proc reports remains a thing to compare.
 */
static void path_of(char path[PATH_MAX], const char *root, int pid,
		    const char *name)
{
	if (pid)
		snprintf(path, PATH_MAX, "%s/%d/task/%d/%s", root, pid, pid,
			 name);
	else
		snprintf(path, PATH_MAX, "%s/self/%s", root, name);
}

/* All of a file, to be freed; NULL with errno set if it cannot be read. */
static char *read_file(const char *root, int pid, const char *name)
{
	char path[PATH_MAX], *text = NULL;
	size_t room = 0;
	int reason = 0;
	FILE *file;

	path_of(path, root, pid, name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	/* Usually enough for all of it at once. */
	setvbuf(file, NULL, _IOFBF, 1 << 14);
	/* If the task ends meanwhile, an error cuts the text short. */
	errno = 0;
	if (getdelim(&text, &room, '\0', file) < 0 || ferror(file)) {
		reason = errno ? errno : EBADMSG;
		free(text);
		text = NULL;
	}
	fclose(file);
	errno = reason;
	return text;
}

/* Fields 1 to 4, 9, 20, 22 and 38 of proc_pid_stat(5). */
static bool parse_stat(const char *text, struct proc_task *task)
{
	struct taskmap_record *record = &task->record;
	/* Between them is the name, which can contain parentheses too. */
	const char *open = strchr(text, '(');
	const char *close = open ? strrchr(open, ')') : NULL;
	unsigned long long ticks;
	char state;

	if (!close ||
	    sscanf(close, ") %c %d %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %u %*s %llu %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d",
		   &state, &record->ppid, &record->flags, &record->threads,
		   &ticks, &record->exit_signal) != 6)
		return false;
	snprintf(task->name, sizeof(task->name), "%.*s",
		 (int)(close - open - 1), open + 1);
	memcpy(record->comm, task->name, TASKMAP_COMM_LEN - 1);
	record->pid = atoi(text);
	record->state = (unsigned char)state;
	record->start_ns = ticks * tick_ns();
	/* A task that is being released has lost both. */
	record->ids[TASKMAP_SIGHAND] = record->threads;
	return true;
}

/* The last number of a line, which is the pid in the innermost namespace. */
static int last_number(const char *line)
{
	const char *last = line + strcspn(line, "\n");

	while (isdigit((unsigned char)last[-1]))
		last--;
	return atoi(last);
}

/* Each label begins a line: here newlines in the name are escaped. */
static bool parse_status(const char *text, struct proc_task *task)
{
	struct taskmap_record *record = &task->record;
	const char *tgid = strstr(text, "\nTgid:");
	const char *uid = strstr(text, "\nUid:");
	const char *gid = strstr(text, "\nGid:");
	const char *ns_pid = strstr(text, "\nNSpid:");

	if (!tgid || sscanf(tgid, "\nTgid: %d", &record->tgid) != 1 ||
	    !uid || sscanf(uid, "\nUid: %u", &record->uid) != 1 ||
	    !gid || sscanf(gid, "\nGid: %u", &record->gid) != 1)
		return false;
	/* A kernel without pid namespaces has no such line. */
	record->ns_pid = ns_pid ? last_number(ns_pid + 1) : record->pid;
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

int proc_read(const char *root, int pid, struct proc_task *task)
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
	free(stat);
	free(status);
	return error;
}

int proc_namespace(const char *root, int pid, enum taskmap_resource resource,
		   uint64_t *number)
{
	char path[PATH_MAX], name[32], text[64];
	ssize_t length;

	snprintf(name, sizeof(name), "ns/%s", resources[resource].name);
	path_of(path, root, pid, name);
	length = readlink(path, text, sizeof(text) - 1);
	if (length < 0 && errno != ENOENT)
		return -errno;
	*number = 0;
	if (length < 0) {
		/* No link, or no task? */
		path_of(path, root, pid, "stat");
		return access(path, F_OK) ? -errno : 0;
	}
	text[length] = '\0';
	/* As in "mnt:[4026531841]" */
	return sscanf(text, "%*[^[][%" SCNu64, number) == 1 ? 0 : -EBADMSG;
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

/* The fields that both have */

/*
 * Flags that a task has for the length of one call: VCPU, MEMALLOC and its
 * kin, FROZEN, LOCAL_THROTTLE, and some that had other names.
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

static void put_kind(const struct taskmap_record *record, char *out)
{
	put(out, kind_name(record->kind));
}

/* Whether a task sleeps or runs can change at any moment. */
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

/* /proc does not show the mm that a kernel thread uses for a while. */
static void put_mm(const struct taskmap_record *record, char *out)
{
	put(out, some(record->ids[TASKMAP_MM] &&
		      record->kind != TASKMAP_KTHREAD));
}

static void put_sighand(const struct taskmap_record *record, char *out)
{
	put(out, some(record->ids[TASKMAP_SIGHAND]));
}

/* Before Linux 6.4 the flag of such a worker had another meaning. */
static void amend_kind(const struct taskmap_record *record,
		       const struct proc_task *task, char *witness)
{
	if (record->kind == TASKMAP_WORKER &&
	    task->record.kind != TASKMAP_KTHREAD &&
	    task->record.flags & FLAG_USER_WORKER)
		put_kind(record, witness);
}

/*
 * /proc has longer names for kernel threads: in full where the kernel had to
 * cut them, and of a workqueue's worker what it does or did, after + or -.
 */
static void amend_comm(const struct taskmap_record *record,
		       const struct proc_task *task, char *witness)
{
	size_t length = strlen(record->comm);
	char next = task->name[length];

	if (task->record.kind == TASKMAP_KTHREAD &&
	    !strncmp(task->name, record->comm, length) &&
	    (length == TASKMAP_COMM_LEN - 1 || next == '+' || next == '-'))
		put(witness, record->comm);
	else
		put(witness, task->name);
}

#define FIELD(name_, signed_)						\
	{								\
		.name = #name_,						\
		.offset = offsetof(struct taskmap_record, name_),	\
		.is_signed = signed_,					\
	}
#define SIGNED(name)	FIELD(name, true)
#define UNSIGNED(name)	FIELD(name, false)

static const struct {
	const char *name;
	/* Where the record has it, if it is a number of 32 bits */
	size_t offset;
	bool is_signed;
	/* Otherwise, writes its word, of ANSWER_SIZE bytes at most */
	void (*put)(const struct taskmap_record *record, char *out);
	/* Corrects the witness's word where it means the same; or NULL */
	void (*amend)(const struct taskmap_record *record,
		      const struct proc_task *task, char *witness);
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
};

const char *field_name(unsigned int field)
{
	return field < ARRAY_SIZE(fields) ? fields[field].name : NULL;
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
	put_field(field, &task->record, answer->witness);
	if (fields[field].amend)
		fields[field].amend(record, task, answer->witness);
	return answer_agrees(answer);
}
