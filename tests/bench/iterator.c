// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Reads a BPF iterator. Loading, verifying and compiling it happen once, in the
 * first run, which only warms up and is not counted.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iterator.skel.h"
#include "measure.h"
#include "uapi/taskmap.h"

static int link_fd(void)
{
	static struct iterator_bpf *program;
	static struct bpf_link *link;

	if (!link) {
		program = iterator_bpf__open_and_load();
		if (!program)
			err(1, "the iterator cannot be loaded");
		link = bpf_program__attach_iter(program->progs.write_record,
						NULL);
		if (!link)
			err(1, "the iterator cannot be attached");
	}
	return bpf_link__fd(link);
}

static int open_iterator(void)
{
	int file = bpf_iter_create(link_fd());

	if (file < 0)
		err(1, "the iterator cannot be opened");
	return file;
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

/*
 * Whether two records differ. Reports the first few differences on standard
 * error. Births are ignored: the iterator cannot know them.
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

void compare_iterator(char **argv, struct work *work)
{
	const struct taskmap_record *own, *end, *its, *its_end;
	struct image iterated, snapshot;
	size_t same = 0, different = 0, alone = 0;
	int file;

	(void)work;
	/* Objects that loading released are still counted for a while. */
	link_fd();
	sleep(10);
	file = open(argv[0], O_RDONLY);
	if (file < 0)
		err(1, "%s", argv[0]);
	snapshot = read_all(file);
	iterated = read_all(open_iterator());
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
	printf("%zu %zu %zu\n", same, different, alone);
}
