// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

const struct shape fixture_older = {
	.header_size = 152,
	.record_size = 304,
	.resource_count = 19,
	.ids_offset = 72,
	.refs_offset = 224,
};

#define OR(value, otherwise)	((value) ? (value) : (otherwise))

static struct shape complete(const struct shape *shape)
{
	static const struct shape ours;

	if (!shape)
		shape = &ours;
	return (struct shape){
		OR(shape->header_size, sizeof(struct taskmap_header)),
		OR(shape->record_size, sizeof(struct taskmap_record)),
		OR(shape->resource_count, TASKMAP_RESOURCES),
		OR(shape->ids_offset, offsetof(struct taskmap_record, ids)),
		OR(shape->refs_offset, offsetof(struct taskmap_record, refs)),
		shape->exact,
		shape->flags,
	};
}

static void put_record(unsigned char *at, const struct shape *shape,
		       const struct taskmap_record *row)
{
	size_t known = shape->resource_count;
	size_t scalars = offsetof(struct taskmap_record, ids);

	if (scalars > shape->ids_offset)
		scalars = shape->ids_offset;
	if (scalars > shape->refs_offset)
		scalars = shape->refs_offset;
	if (known > TASKMAP_RESOURCES)
		known = TASKMAP_RESOURCES;
	/* Padding is filled, so that code which reads it fails. */
	memset(at, 0xee, shape->record_size);
	memcpy(at, row, scalars);
	memcpy(at + shape->ids_offset, row->ids, known * 8);
	memcpy(at + shape->refs_offset, row->refs, known * 4);
}

unsigned char *fixture_image(const struct taskmap_record *rows, size_t count,
			     const struct shape *wanted, size_t *size)
{
	const struct shape shape = complete(wanted);
	const struct taskmap_header header = {
		.magic = TASKMAP_MAGIC,
		.version = TASKMAP_FORMAT,
		.header_size = shape.header_size,
		.record_size = shape.record_size,
		.flags = (shape.exact ? 0 : TASKMAP_WALKED) | shape.flags,
		.count = count,
		.resource_count = shape.resource_count,
		.ids_offset = shape.ids_offset,
		.refs_offset = shape.refs_offset,
		.fingerprint = FIXTURE_FINGERPRINT ^ shape.flags,
		.start_ns = 1000000000,
		.end_ns = 1000250000,
		.release = "6.1.0-56-amd64",
		.pause_ns = FIXTURE_PAUSE,
		.wall_ns = 1700000000123456789,
		.births_ns = shape.flags ? 0 : 500000000,
		.resources = (1 << TASKMAP_RESOURCES) - 1,
		.node = "node",
	};
	unsigned char *image;

	*size = shape.header_size + count * shape.record_size;
	image = xcalloc(1, *size);
	memset(image, 0xee, shape.header_size);
	memcpy(image, &header, shape.header_size < sizeof(header) ?
	       shape.header_size : sizeof(header));
	for (size_t i = 0; i < count; i++)
		put_record(image + shape.header_size + i * shape.record_size,
			   &shape, &rows[i]);
	return image;
}

/* Ids whose digits show the resource and then the owner. */
static uint64_t id(unsigned int resource, int owner)
{
	return (uint64_t)(0xa0 + resource) << 56 | (uint32_t)owner;
}

static struct taskmap_record task(int pid, int ppid, const char *comm)
{
	struct taskmap_record row = {
		.task = id(0x5f, pid),
		.start_ns = (uint64_t)pid * 1000000,
		.pid = pid,
		.tgid = pid,
		.ppid = ppid,
		.ns_pid = pid,
		.ns_levels = 1,
		.parent = ppid,
		.pgrp = pid,
		.session = 1,
		.cgroup = 1,
		.flags = 0x00400040,
		.exit_signal = 17,
		.threads = 1,
		.kind = TASKMAP_PROCESS,
		.state = 'S',
	};

	strncpy(row.comm, comm, sizeof(row.comm) - 1);
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		row.ids[r] = id(r, r >= TASKMAP_NSPROXY ? 1 : pid);
		row.refs[r] = r >= TASKMAP_NSPROXY ? 40 : 1;
	}
	row.ids[TASKMAP_IO] = row.refs[TASKMAP_IO] = 0;
	row.ids[TASKMAP_SYSVSEM] = row.refs[TASKMAP_SYSVSEM] = 0;
	row.ids[TASKMAP_SECCOMP] = row.refs[TASKMAP_SECCOMP] = 0;
	row.refs[TASKMAP_MNT_NS] = 0;
	row.ids[TASKMAP_PID_CHILDREN_NS] = row.ids[TASKMAP_PID_NS];
	row.ids[TASKMAP_TIME_CHILDREN_NS] = row.ids[TASKMAP_TIME_NS];
	for (unsigned int i = 0; i < TASKMAP_NAMESPACES; i++)
		row.ns_inodes[i] = (uint32_t)(row.ids[TASKMAP_UTS_NS + i] >> 56);
	row.ns_inodes[TASKMAP_MNT_NS - TASKMAP_UTS_NS] = 0;
	return row;
}

struct taskmap_record process(int pid, int ppid, const char *comm)
{
	return task(pid, ppid, comm);
}

struct taskmap_record thread(const struct taskmap_record *leader, int pid)
{
	struct taskmap_record row = *leader;

	row.task = id(0x5f, pid);
	row.start_ns = (uint64_t)pid * 1000000;
	row.pid = row.ns_pid = pid;
	row.exit_signal = -1;
	row.kind = TASKMAP_THREAD;
	return row;
}

struct taskmap_record kthread(int pid, const char *comm)
{
	struct taskmap_record row = task(pid, pid == 2 ? 0 : 2, comm);

	row.kind = TASKMAP_KTHREAD;
	row.flags = 0x00208040;
	row.state = 'I';
	row.ids[TASKMAP_MM] = row.refs[TASKMAP_MM] = 0;
	row.ids[TASKMAP_ACTIVE_MM] = row.refs[TASKMAP_ACTIVE_MM] = 0;
	row.ids[TASKMAP_FILES] = id(TASKMAP_FILES, 2);
	row.ids[TASKMAP_FS] = id(TASKMAP_FS, 1);
	return row;
}

struct taskmap_record zombie(struct taskmap_record row)
{
	static const enum taskmap_resource gone[] = {
		TASKMAP_MM, TASKMAP_ACTIVE_MM, TASKMAP_FILES, TASKMAP_FS,
		TASKMAP_NSPROXY, TASKMAP_UTS_NS, TASKMAP_IPC_NS,
		TASKMAP_MNT_NS, TASKMAP_NET_NS, TASKMAP_TIME_NS,
		TASKMAP_CGROUP_NS, TASKMAP_PID_CHILDREN_NS,
		TASKMAP_TIME_CHILDREN_NS, TASKMAP_SECCOMP,
	};

	row.state = 'Z';
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++) {
		row.ids[gone[i]] = row.refs[gone[i]] = 0;
		if (resources[gone[i]].link)
			row.ns_inodes[gone[i] - TASKMAP_UTS_NS] = 0;
	}
	return row;
}

const size_t fixture_system_count = 20;

struct taskmap_record *fixture_system(void)
{
	struct taskmap_record *r = xcalloc(fixture_system_count, sizeof(*r));

	r[0] = process(1, 0, "init");
	r[1] = kthread(2, "kthreadd");
	r[2] = kthread(3, "kworker/0:0H");
	r[3] = process(100, 1, "shell");
	r[3].uid = r[3].euid = r[3].fsuid = r[3].gid = 1000;
	/* A process of four threads, one of which has its own files. */
	r[4] = process(200, 100, "server");
	r[4].kind = TASKMAP_MAIN;
	r[4].threads = 4;
	r[4].refs[TASKMAP_MM] = 5;
	r[5] = thread(&r[4], 201);
	r[6] = thread(&r[4], 202);
	r[6].ids[TASKMAP_FILES] = id(TASKMAP_FILES, 202);
	r[6].ids[TASKMAP_FS] = id(TASKMAP_FS, 202);
	r[6].ids[TASKMAP_NET_NS] = id(TASKMAP_NET_NS, 202);
	r[7] = thread(&r[4], 203);
	r[7].kind = TASKMAP_WORKER;
	strcpy(r[7].comm, "iou-wrk-200");
	/* A vfork child before exec. */
	r[8] = process(300, 100, "make");
	r[8].state = 'D';
	r[9] = process(301, 300, "make");
	r[9].marks = TASKMAP_MARK_VFORK;
	r[9].ids[TASKMAP_MM] = r[9].ids[TASKMAP_ACTIVE_MM] = r[8].ids[TASKMAP_MM];
	/* A dead leader with living threads. */
	r[10] = process(400, 100, "undead");
	r[10].kind = TASKMAP_MAIN;
	r[10].threads = 3;
	r[11] = thread(&r[10], 401);
	r[12] = thread(&r[10], 402);
	r[10] = zombie(r[10]);
	/* Three processes like those of LinuxThreads. */
	r[13] = process(500, 100, "linuxthreads");
	for (int i = 14; i < 16; i++) {
		r[i] = process(487 + i, 500, "linuxthreads");
		for (unsigned int res = TASKMAP_MM; res < TASKMAP_SIGNAL; res++)
			r[i].ids[res] = r[13].ids[res];
	}
	/* A kernel thread that uses the server's mm. */
	r[16] = kthread(600, "vhost-200");
	r[16].ids[TASKMAP_MM] = r[16].ids[TASKMAP_ACTIVE_MM] = r[4].ids[TASKMAP_MM];
	/* Odd names. */
	r[17] = process(700, 100, "tab\tnl\nesc\033\\");
	r[18] = process(701, 100, "caf\303\251 \377");
	r[19] = process(702, 100, "");
	return r;
}

#define PTHREAD	0x003d0f00	/* flags of glibc's pthread_create(3) */

static struct taskmap_record born(struct taskmap_record row, int by,
				  uint64_t flags)
{
	row.birth_pid = by;
	row.birth_flags = flags;
	return row;
}

const size_t fixture_births_count = 16;

struct taskmap_record *fixture_births(void)
{
	struct taskmap_record *r = xcalloc(fixture_births_count, sizeof(*r));

	r[0] = process(1, 0, "init");
	r[1] = process(400, 1, "older");
	/* Its creator has ended. */
	r[2] = born(process(600, 1, "server"), 599, 0x01200000);
	r[2].kind = TASKMAP_MAIN;
	r[2].threads = 4;
	r[3] = born(thread(&r[2], 601), 600, PTHREAD);
	/*
	 * It has its own files since birth, and the thread that it creates
	 * shares them.
	 */
	r[4] = born(thread(&r[2], 602), 601, PTHREAD & ~0x400ULL);
	r[4].ids[TASKMAP_FILES] = id(TASKMAP_FILES, 602);
	r[5] = born(thread(&r[4], 603), 602, PTHREAD);
	/* It has unshared its fs since birth. */
	r[5].ids[TASKMAP_FS] = id(TASKMAP_FS, 603);
	r[5].ids[TASKMAP_CRED] = id(TASKMAP_CRED, 603);
	r[5].ids[TASKMAP_NET_NS] = id(TASKMAP_NET_NS, 603);
	/* A child by vfork(2) of a thread. */
	r[6] = born(process(610, 600, "vfork"), 601, 0x4100);
	r[6].parent = 601;
	r[6].marks = TASKMAP_MARK_VFORK;
	r[6].ids[TASKMAP_MM] = r[6].ids[TASKMAP_ACTIVE_MM] = r[2].ids[TASKMAP_MM];
	/* It shared all of these, and then called exec. */
	r[7] = born(process(611, 600, "exec"), 600, 0xf00);
	r[7].flags = 0x00400000;
	/* 400 is its parent because of CLONE_PARENT. */
	r[8] = born(process(612, 400, "sibling"), 600, 0x8000);
	/* All its namespaces have changed. */
	r[9] = born(process(613, 600, "spaces"), 600, 0x40000000);
	r[9].ids[TASKMAP_UTS_NS] = id(TASKMAP_UTS_NS, 613);
	r[9].ids[TASKMAP_PID_NS] = id(TASKMAP_PID_NS, 613);
	r[9].ids[TASKMAP_TIME_NS] = id(TASKMAP_TIME_NS, 613);
	r[9].ids[TASKMAP_CGROUPS] = id(TASKMAP_CGROUPS, 613);
	/* Another task has the pid of its creator. */
	r[10] = born(process(614, 1, "reused"), 700, 0);
	/* A thread whose exec took over the leader's pid. */
	r[11] = born(process(620, 400, "was-thread"), 620, PTHREAD);
	/* It shares like a thread, but is not one. */
	r[12] = born(process(630, 600, "shares"), 600, 0x200000500);
	r[12].ids[TASKMAP_MM] = r[2].ids[TASKMAP_MM];
	r[12].ids[TASKMAP_FILES] = r[2].ids[TASKMAP_FILES];
	r[12].ids[TASKMAP_CGROUPS] = id(TASKMAP_CGROUPS, 630);
	/* A flag that only a newer kernel has. */
	r[13] = born(process(640, 600, "newer"), 600, 0x8000000000000000);
	/* There was no memory to record its birth. */
	r[14] = process(700, 600, "unknown");
	/* That thread can be its creator, or the leader before it. */
	r[15] = born(process(710, 620, "heir"), 620, 0x200);
	return r;
}

int fixture_read(const unsigned char *image, size_t size, struct snapshot *snap,
		 struct error *error)
{
	/* A file and not memfd_create(2), which only has a path if /proc is mounted. */
	char path[] = "/tmp/taskmap-image-XXXXXX";
	int fd = mkstemp(path);
	int ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, image, size), size);
	close(fd);
	ret = source_read(&source_system, path, snap, error);
	unlink(path);
	return ret;
}

struct snapshot fixture_snapshot_of(const struct taskmap_record *rows,
				    size_t count, const struct shape *shape)
{
	struct snapshot snap;
	struct error error = { 0 };
	unsigned char *image;
	size_t size;

	image = fixture_image(rows, count, shape, &size);
	if (fixture_read(image, size, &snap, &error))
		fail_msg("%s", error.text);
	free(image);
	return snap;
}

struct snapshot fixture_snapshot(const struct taskmap_record *rows,
				 size_t count)
{
	return fixture_snapshot_of(rows, count, NULL);
}

void fixture_init(struct fixture *fixture, const struct taskmap_record *rows,
		  size_t count)
{
	fixture->snap = fixture_snapshot(rows, count);
	assert_int_equal(model_init(&fixture->model, &fixture->snap), 0);
	assert_int_equal(model_group_all(&fixture->model, ALL_RESOURCES), 0);
}

void fixture_free(struct fixture *fixture)
{
	model_free(&fixture->model);
	snapshot_free(&fixture->snap);
}

char *fixture_dir(void)
{
	char *dir = xstrdup("/tmp/taskmap-unit-XXXXXX");

	assert_non_null(mkdtemp(dir));
	return dir;
}

char *fixture_file(const char *dir, const char *name, const void *bytes,
		   size_t size)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *file;

	for (char *slash = strchr(path + strlen(dir) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(!mkdir(path, 0700) || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	return path;
}

char *fixture_image_file(const char *dir, const char *name,
			 const struct taskmap_record *rows, size_t count,
			 const struct shape *shape)
{
	size_t size;
	unsigned char *image = fixture_image(rows, count, shape, &size);
	char *path = fixture_file(dir, name, image, size);

	free(image);
	return path;
}

void fixture_place(const char *dir, uint32_t pid_ns)
{
	char *path = xasprintf("%s/proc/self/ns/pid", dir);
	char *text = xasprintf("pid:[%u]", pid_ns);

	/* For its directory. */
	free(fixture_file(dir, "proc/self/ns/net", "", 0));
	unlink(path);
	assert_int_equal(symlink(text, path), 0);
	free(text);
	free(path);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void fixture_remove(char *dir)
{
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(dir);
}
