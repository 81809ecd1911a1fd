// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * What each flag of clone(2) means for sharing, as its manual page says it.
 */
#include <sched.h>
#include <string.h>

#include "zoo.h"

/*
 * @shared: what the two tasks have in common with the flag, and not without;
 * @apart: what they have in common without it, and not with it; @needs: what
 * the kernel refuses the flag without (copy_process() in kernel/fork.c).
 *
 * Credentials are copied for every process, and shared by threads. A new user
 * namespace is of the credentials, the others are of the nsproxy.
 */
static const struct flag {
	unsigned long flag;
	const char *word;
	const char *name;
	unsigned int shared;
	unsigned int apart;
	unsigned long needs;
} flags[] = {
	{ CLONE_VM,	 "CLONE_VM",	  "vm",	     MM,      0, 0 },
	{ CLONE_FS,	 "CLONE_FS",	  "fs",	     FS,      0, 0 },
	{ CLONE_FILES,	 "CLONE_FILES",	  "files",   FILES,   0, 0 },
	{ CLONE_SIGHAND, "CLONE_SIGHAND", "sighand", SIGHAND, 0, CLONE_VM },
	{ CLONE_THREAD,	 "CLONE_THREAD",  "thread",  SIGNAL | CRED, 0,
	  CLONE_SIGHAND | CLONE_VM },
	{ CLONE_IO,	 "CLONE_IO",	  "io",	     IO,      0, 0 },
	{ CLONE_SYSVSEM, "CLONE_SYSVSEM", "sysvsem", SYSVSEM, 0, 0 },
	{ CLONE_VFORK,	 "CLONE_VFORK",	  "vfork",   0, 0, 0 },
	{ CLONE_PARENT,	 "CLONE_PARENT",  "parent",  0, 0, 0 },
	{ CLONE_NEWUTS,	 "CLONE_NEWUTS",  "newuts",  0, NSPROXY | UTS, 0 },
	{ CLONE_NEWIPC,	 "CLONE_NEWIPC",  "newipc",  0, NSPROXY | IPC, 0 },
	{ CLONE_NEWNS,	 "CLONE_NEWNS",	  "newns",   0, NSPROXY | MNT, 0 },
	{ CLONE_NEWPID,	 "CLONE_NEWPID",  "newpid",  0, NSPROXY | PID, 0 },
	{ CLONE_NEWNET,	 "CLONE_NEWNET",  "newnet",  0, NSPROXY | NET, 0 },
	{ CLONE_NEWTIME, "CLONE_NEWTIME", "newtime", 0, NSPROXY | TIME, 0 },
	{ CLONE_NEWCGROUP, "CLONE_NEWCGROUP", "newcgroup", 0, NSPROXY | CGROUP,
	  0 },
	{ CLONE_NEWUSER, "CLONE_NEWUSER", "newuser", 0, USER, 0 },
};

/* In the order of their bits. */
static const char *const resources[] = {
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

/* Appends a word, after a separator unless it is the first. */
static void add(char *words, const char *separator, const char *word)
{
	size_t length = strlen(words);

	snprintf(words + length, WORDS_SIZE - length, "%s%s",
		 length ? separator : "", word);
}

static const char *or_none(char *words)
{
	if (!*words)
		add(words, "", "-");
	return words;
}

const char *flag_words(char words[WORDS_SIZE], unsigned long set)
{
	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			add(words, "|", flags[i].word);
	return or_none(words);
}

const char *flag_short_words(char words[WORDS_SIZE], unsigned long set)
{
	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].flag)
			add(words, "+", flags[i].name);
	return or_none(words);
}

const char *resource_words(char words[WORDS_SIZE], unsigned int set)
{
	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(resources); i++)
		if (set & 1U << i)
			add(words, ",", resources[i]);
	return or_none(words);
}
