// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Runs the two programs of iterator.bpf.c. Loading, verifying and compiling them happen
 * once, in the first run, which only warms up and is not counted.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iterator.skel.h"
#include "measure.h"
#include "uapi/taskmap.h"

/* More than any scene has. The array is not cleared between runs. */
#define RECORDS		(1u << 17)

static struct iterator_bpf *programs(void)
{
	static struct iterator_bpf *loaded;

	if (!loaded) {
		loaded = iterator_bpf__open();
		if (!loaded || bpf_map__set_max_entries(loaded->maps.records, RECORDS) ||
		    iterator_bpf__load(loaded))
			err(1, "the BPF programs cannot be loaded");
	}
	return loaded;
}

static int open_iterator(void)
{
	static struct bpf_link *link;
	int file;

	if (!link)
		link = bpf_program__attach_iter(programs()->progs.write_record, NULL);
	if (!link)
		err(1, "the iterator cannot be attached");
	file = bpf_iter_create(bpf_link__fd(link));
	if (file < 0)
		err(1, "the iterator cannot be opened");
	return file;
}

void run_open_coded(char **argv, struct work *work)
{
	struct iterator_bpf *loaded = programs();
	LIBBPF_OPTS(bpf_test_run_opts, options);

	(void)argv;
	if (bpf_prog_test_run_opts(bpf_program__fd(loaded->progs.write_records),
				   &options) ||
	    options.retval)
		err(1, "the open-coded iterator cannot be run");
	work->bytes += loaded->bss->written * sizeof(struct taskmap_record);
	work->calls++;
}

void read_iterator(char **argv, struct work *work)
{
	static char buffer[256 << 10];
	int file = open_iterator();
	ssize_t got;

	(void)argv;
	while ((got = read(file, buffer, sizeof(buffer))) > 0) {
		work->bytes += got;
		work->calls++;
	}
	if (got < 0)
		err(1, "read of the iterator");
	close(file);
}

struct image {
	char *bytes;
	size_t size;
};

static struct image read_all(int file)
{
	struct image image = { 0 };
	size_t capacity = 0;
	ssize_t got;

	do {
		if (capacity - image.size < 1 << 16) {
			capacity = 2 * capacity + (1 << 20);
			image.bytes = realloc(image.bytes, capacity);
			if (!image.bytes)
				err(1, "memory for records");
		}
		got = read(file, image.bytes + image.size, capacity - image.size);
		if (got < 0)
			err(1, "read");
		image.size += got;
	} while (got);
	close(file);
	return image;
}

static int by_pid(const void *a, const void *b)
{
	const struct taskmap_record *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* What run_open_coded() wrote, in the order of pids like the others. */
static struct image run_and_copy(void)
{
	struct iterator_bpf *loaded = programs();
	struct work work = { 0 };
	struct image image;
	void *mapped;

	mapped = mmap(NULL, RECORDS * sizeof(struct taskmap_record), PROT_READ, MAP_SHARED,
		      bpf_map__fd(loaded->maps.records), 0);
	if (mapped == MAP_FAILED)
		err(1, "the array of the open-coded iterator");
	run_open_coded(NULL, &work);
	image.size = work.bytes;
	image.bytes = malloc(image.size);
	if (!image.bytes)
		err(1, "memory for records");
	memcpy(image.bytes, mapped, image.size);
	qsort(image.bytes, loaded->bss->written, sizeof(struct taskmap_record), by_pid);
	return image;
}

/*
 * Whether two records differ. Reports the first few differences on standard
 * error. Births are ignored: BPF cannot know them.
 */
static int differs(const struct taskmap_record *one,
		   const struct taskmap_record *other)
{
	struct taskmap_record known = *one;
	const char *a = (const char *)&known;
	const char *b = (const char *)other;
	static int said;
	size_t i;

	known.birth_flags = 0;
	known.birth_pid = 0;

	for (i = 0; i < sizeof(*one); i++) {
		if (a[i] != b[i]) {
			if (said++ < 5)
				fprintf(stderr, "# task %d differs at byte %zu\n",
					one->pid, i);
			return 1;
		}
	}
	return 0;
}

/* Prints how many records are the same, how many differ, and how many only one has. */
static void compare(struct image snapshot, struct image iterated)
{
	const struct taskmap_record *own, *end, *its, *its_end;
	size_t same = 0, different = 0, alone = 0;

	own = (void *)(snapshot.bytes + sizeof(struct taskmap_header));
	end = (void *)(snapshot.bytes + snapshot.size);
	its = (void *)iterated.bytes;
	its_end = (void *)(iterated.bytes + iterated.size);
	while (own < end && its < its_end) {
		if (own->pid < its->pid) {
			own++;
			alone++;
		} else if (own->pid > its->pid) {
			its++;
			alone++;
		} else if (differs(own++, its++)) {
			different++;
		} else {
			same++;
		}
	}
	alone += (end - own) + (its_end - its);
	printf("%zu %zu %zu", same, different, alone);
}

void compare_iterators(char **argv, struct work *work)
{
	struct image snapshot;
	int file;

	(void)work;
	/* Objects that loading released are still counted for a while. */
	programs();
	sleep(10);
	file = open(argv[0], O_RDONLY);
	if (file < 0)
		err(1, "%s", argv[0]);
	snapshot = read_all(file);
	compare(snapshot, read_all(open_iterator()));
	putchar(' ');
	compare(snapshot, run_and_copy());
	putchar('\n');
}
