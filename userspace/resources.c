// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "resources.h"
#include "util.h"

#define RESOURCE(name_, column_, prefix_, shared_, ns_, help_)	{	\
	.name = name_,							\
	.column = column_,						\
	.refs_column = column_ "_REFS",					\
	.prefix = prefix_,						\
	.shared = shared_,						\
	.ns = ns_,							\
	.help = help_,							\
	.refs_help = "the kernel's count of references to " column_,	\
}
#define HELD(name, column, help) \
	RESOURCE(name, column, name, NULL, false, help)
#define SHARED(name, column, word, help) \
	RESOURCE(name, column, name, word, false, help)
#define NAMESPACE(name, column, help) \
	RESOURCE(name, column, name "ns", NULL, true, help)

const struct resource resources[] = {
	[TASKMAP_MM] = SHARED("mm", "MM", "vm",
		"address space (CLONE_VM)"),
	[TASKMAP_ACTIVE_MM] = HELD("active_mm", "ACTIVE_MM",
		"address space that the processor has loaded for it"),
	[TASKMAP_FILES] = SHARED("files", "FILES", "files",
		"table of open files (CLONE_FILES)"),
	[TASKMAP_FS] = SHARED("fs", "FS", "fs",
		"root and working directory, umask (CLONE_FS)"),
	[TASKMAP_SIGHAND] = SHARED("sighand", "SIGHAND", "sighand",
		"signal handlers (CLONE_SIGHAND)"),
	[TASKMAP_SIGNAL] = SHARED("signal", "SIGNAL", "thread",
		"what makes a thread group (CLONE_THREAD)"),
	[TASKMAP_IO] = SHARED("io", "IO", "io",
		"I/O context (CLONE_IO)"),
	[TASKMAP_SYSVSEM] = SHARED("sysvsem", "SYSVSEM", "sysvsem",
		"System V semaphore undo list (CLONE_SYSVSEM)"),
	[TASKMAP_CRED] = HELD("cred", "CRED",
		"credentials"),
	[TASKMAP_NSPROXY] = HELD("nsproxy", "NSPROXY",
		"set of namespaces"),
	[TASKMAP_CGROUPS] = HELD("cgroups", "CGROUPS",
		"set of cgroups (CLONE_INTO_CGROUP)"),
	[TASKMAP_UTS_NS] = NAMESPACE("uts", "UTSNS",
		"namespace of the host name (CLONE_NEWUTS)"),
	[TASKMAP_IPC_NS] = NAMESPACE("ipc", "IPCNS",
		"namespace of System V and POSIX IPC (CLONE_NEWIPC)"),
	[TASKMAP_MNT_NS] = NAMESPACE("mnt", "MNTNS",
		"namespace of mounts (CLONE_NEWNS)"),
	[TASKMAP_PID_NS] = NAMESPACE("pid", "PIDNS",
		"namespace of pids that it lives in (CLONE_NEWPID)"),
	[TASKMAP_NET_NS] = NAMESPACE("net", "NETNS",
		"namespace of the network (CLONE_NEWNET)"),
	[TASKMAP_TIME_NS] = NAMESPACE("time", "TIMENS",
		"namespace of clocks (CLONE_NEWTIME)"),
	[TASKMAP_CGROUP_NS] = NAMESPACE("cgroup", "CGROUPNS",
		"namespace of cgroups (CLONE_NEWCGROUP)"),
	[TASKMAP_USER_NS] = NAMESPACE("user", "USERNS",
		"namespace of users (CLONE_NEWUSER)"),
};

_Static_assert(ARRAY_SIZE(resources) == TASKMAP_RESOURCES,
	       "every resource of the format has a row");

enum taskmap_resource resource_by_name(const char *name)
{
	size_t length = strlen(name);
	unsigned int r = 0;

	while (r < TASKMAP_RESOURCES &&
	       !same_word(resources[r].name, name, length) &&
	       !same_word(resources[r].column, name, length))
		r++;
	return r;
}
