/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * The layout of the format, in numbers. This compiles, as C and as C++, for 32
 * and for 64 bits, only if every number is right. With -Wpadded it also fails
 * if there is padding. Add numbers, but never change one.
 */
#include <stddef.h>

#include "../../module/uapi/taskmap.h"

#ifdef __cplusplus
#define ALWAYS(condition) static_assert(condition, #condition)
#else
#define ALWAYS(condition) _Static_assert(condition, #condition)
#endif

#define AT(type, field, offset, size)					\
	ALWAYS(offsetof(struct type, field) == (offset) &&		\
	       sizeof(((struct type *)0)->field) == (size))

ALWAYS(TASKMAP_MAGIC == 0x1a70616d6b736174);
ALWAYS(TASKMAP_FORMAT == 1);
ALWAYS(TASKMAP_WALKED == 1);
ALWAYS(TASKMAP_RAW_IDS == 2);
ALWAYS(TASKMAP_EVENTS == 4);
ALWAYS(TASKMAP_PROC == 8);
ALWAYS(TASKMAP_NESTED == 16);
ALWAYS(TASKMAP_BIRTH == 1);
ALWAYS(TASKMAP_EXEC == 2);
ALWAYS(TASKMAP_EXIT == 3);
ALWAYS(TASKMAP_LOST == 4);
ALWAYS(TASKMAP_MARK_VFORK == 1);

AT(taskmap_header, magic,		0,	8);
AT(taskmap_header, version,		8,	4);
AT(taskmap_header, header_size,		12,	4);
AT(taskmap_header, record_size,		16,	4);
AT(taskmap_header, flags,		20,	4);
AT(taskmap_header, count,		24,	8);
AT(taskmap_header, resource_count,	32,	4);
AT(taskmap_header, ids_offset,		36,	4);
AT(taskmap_header, refs_offset,		40,	4);
AT(taskmap_header, reserved,		44,	4);
AT(taskmap_header, fingerprint,		48,	8);
AT(taskmap_header, start_ns,		56,	8);
AT(taskmap_header, end_ns,		64,	8);
AT(taskmap_header, release,		72,	72);
AT(taskmap_header, pause_ns,		144,	8);
AT(taskmap_header, wall_ns,		152,	8);
AT(taskmap_header, births_ns,		160,	8);
AT(taskmap_header, resources,		168,	8);
AT(taskmap_header, event_size,		176,	4);
AT(taskmap_header, event_record,	180,	4);
AT(taskmap_header, node,		184,	72);
ALWAYS(sizeof(struct taskmap_header) == 256);

AT(taskmap_record, task,		0,	8);
AT(taskmap_record, start_ns,		8,	8);
AT(taskmap_record, pid,			16,	4);
AT(taskmap_record, tgid,		20,	4);
AT(taskmap_record, ppid,		24,	4);
AT(taskmap_record, ns_pid,		28,	4);
AT(taskmap_record, flags,		32,	4);
AT(taskmap_record, exit_signal,		36,	4);
AT(taskmap_record, threads,		40,	4);
AT(taskmap_record, uid,			44,	4);
AT(taskmap_record, gid,			48,	4);
AT(taskmap_record, kind,		52,	1);
AT(taskmap_record, state,		53,	1);
AT(taskmap_record, marks,		54,	1);
AT(taskmap_record, reserved,		55,	1);
AT(taskmap_record, comm,		56,	16);
AT(taskmap_record, birth_flags,		72,	8);
AT(taskmap_record, cgroup,		80,	8);
AT(taskmap_record, birth_pid,		88,	4);
AT(taskmap_record, parent,		92,	4);
AT(taskmap_record, tracer,		96,	4);
AT(taskmap_record, pgrp,		100,	4);
AT(taskmap_record, session,		104,	4);
AT(taskmap_record, exit_code,		108,	4);
AT(taskmap_record, euid,		112,	4);
AT(taskmap_record, fsuid,		116,	4);
AT(taskmap_record, seccomp,		120,	4);
AT(taskmap_record, ns_inodes,		124,	10 * 4);
AT(taskmap_record, unknown,		164,	4);
AT(taskmap_record, ns_levels,		168,	4);
AT(taskmap_record, ns_pids,		172,	7 * 4);
AT(taskmap_record, ids,			200,	22 * 8);
AT(taskmap_record, refs,		376,	22 * 4);
ALWAYS(sizeof(struct taskmap_record) == 464);

AT(taskmap_event, time_ns,		0,	8);
AT(taskmap_event, flags,		8,	8);
AT(taskmap_event, lost,			16,	8);
AT(taskmap_event, type,			24,	4);
AT(taskmap_event, caller,		28,	4);
AT(taskmap_event, old_pid,		32,	4);
AT(taskmap_event, reserved,		36,	4);
AT(taskmap_event, record,		40,	464);
ALWAYS(sizeof(struct taskmap_event) == 504);

ALWAYS(TASKMAP_PROCESS == 1);
ALWAYS(TASKMAP_MAIN == 2);
ALWAYS(TASKMAP_THREAD == 3);
ALWAYS(TASKMAP_WORKER == 4);
ALWAYS(TASKMAP_KTHREAD == 5);

ALWAYS(TASKMAP_MM == 0);
ALWAYS(TASKMAP_ACTIVE_MM == 1);
ALWAYS(TASKMAP_FILES == 2);
ALWAYS(TASKMAP_FS == 3);
ALWAYS(TASKMAP_SIGHAND == 4);
ALWAYS(TASKMAP_SIGNAL == 5);
ALWAYS(TASKMAP_IO == 6);
ALWAYS(TASKMAP_SYSVSEM == 7);
ALWAYS(TASKMAP_CRED == 8);
ALWAYS(TASKMAP_NSPROXY == 9);
ALWAYS(TASKMAP_CGROUPS == 10);
ALWAYS(TASKMAP_UTS_NS == 11);
ALWAYS(TASKMAP_IPC_NS == 12);
ALWAYS(TASKMAP_MNT_NS == 13);
ALWAYS(TASKMAP_PID_NS == 14);
ALWAYS(TASKMAP_NET_NS == 15);
ALWAYS(TASKMAP_TIME_NS == 16);
ALWAYS(TASKMAP_CGROUP_NS == 17);
ALWAYS(TASKMAP_USER_NS == 18);
ALWAYS(TASKMAP_PID_CHILDREN_NS == 19);
ALWAYS(TASKMAP_TIME_CHILDREN_NS == 20);
ALWAYS(TASKMAP_SECCOMP == 21);
ALWAYS(TASKMAP_RESOURCES == 22);
ALWAYS(TASKMAP_NAMESPACES == 10);
ALWAYS(TASKMAP_NS_PIDS == 7);
