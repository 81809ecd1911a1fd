// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What each flag of clone(2) shares, according to its manual page.
 */
#include <sched.h>
#include <string.h>

#include "core/resources.h"
#include "util.h"
#include "zoo.h"

/*
 * @shared: resources that both tasks share only with the flag
 * @apart: resources that both tasks share only without the flag
 * @needs: flags that the kernel requires with it (copy_process())
 *
 * The kernel copies credentials for each process, and threads share them. The
 * user namespace belongs to the credentials, the others to the nsproxy.
 */
static const struct flag {
	unsigned long flag;
	const char *name;
	unsigned int shared;
	unsigned int apart;
	unsigned long needs;
} flags[] = {
	{ CLONE_VM,	   "CLONE_VM",	      MM,	     0, 0 },
	{ CLONE_FS,	   "CLONE_FS",	      FS,	     0, 0 },
	{ CLONE_FILES,	   "CLONE_FILES",     FILES,	     0, 0 },
	{ CLONE_SIGHAND,   "CLONE_SIGHAND",   SIGHAND,	     0, CLONE_VM },
	{ CLONE_THREAD,	   "CLONE_THREAD",    SIGNAL | CRED, 0,
	  CLONE_SIGHAND | CLONE_VM },
	{ CLONE_IO,	   "CLONE_IO",	      IO,	     0, 0 },
	{ CLONE_SYSVSEM,   "CLONE_SYSVSEM",   SYSVSEM,	     0, 0 },
	{ CLONE_VFORK,	   "CLONE_VFORK",     0, 0, 0 },
	{ CLONE_PARENT,	   "CLONE_PARENT",    0, 0, 0 },
	{ CLONE_NEWUTS,	   "CLONE_NEWUTS",    0, NSPROXY | UTS, 0 },
	{ CLONE_NEWIPC,	   "CLONE_NEWIPC",    0, NSPROXY | IPC, 0 },
	{ CLONE_NEWNS,	   "CLONE_NEWNS",     0, NSPROXY | MNT, 0 },
	{ CLONE_NEWPID,	   "CLONE_NEWPID",    0, NSPROXY | PID, 0 },
	{ CLONE_NEWNET,	   "CLONE_NEWNET",    0, NSPROXY | NET, 0 },
	{ CLONE_NEWTIME,   "CLONE_NEWTIME",   0, NSPROXY | TIME, 0 },
	{ CLONE_NEWCGROUP, "CLONE_NEWCGROUP", 0, NSPROXY | CGROUP, 0 },
	{ CLONE_NEWUSER,   "CLONE_NEWUSER",   0, USER, 0 },
};

/* Resource names, in the order of their bits */
static const char *const resource_names[] = {
	"mm", "files", "fs", "sighand", "signal", "io", "sysvsem", "cred",
	"nsproxy", "uts", "ipc", "mnt", "pid", "net", "time", "cgroup", "user",
};

unsigned int shared_by(unsigned long set)
{
	unsigned int shared = EVERYTHING;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		shared &= set & flags[i].flag ? ~flags[i].apart :
						~flags[i].shared;
	return shared;
}

unsigned long legal_flags(unsigned long set)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			set |= flags[i].needs;
	return set;
}

/* Append @word to @words, after a @separator unless @words is empty. */
static void append(char *words, char separator, const char *word)
{
	size_t length = strlen(words);

	if (length)
		words[length++] = separator;
	snprintf(words + length, WORDS_SIZE - length, "%s", word);
}

static const char *or_dash(char *words)
{
	return *words ? words : "-";
}

const char *flag_words(char words[WORDS_SIZE], unsigned long set)
{
	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			append(words, '|', flags[i].name);
	return or_dash(words);
}

const char *flag_short_words(char words[WORDS_SIZE], unsigned long set)
{
	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			append(words, '+', flags[i].name + strlen("CLONE_"));
	for (char *c = words; *c; c++)
		*c = lower(*c);
	return words;
}

const char *resource_list(char words[WORDS_SIZE], unsigned int set)
{
	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(resource_names); i++)
		if (set & 1U << i)
			append(words, ',', resource_names[i]);
	return or_dash(words);
}
