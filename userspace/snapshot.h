/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From bytes that nobody vouches for to records that the rest of the reader
 * may trust. module/uapi/taskmap.h is the manual of the format.
 */
#ifndef TASKMAP_SNAPSHOT_H
#define TASKMAP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "uapi/taskmap.h"

/*
 * A snapshot that was found to be whole and sound. Whatever sizes its file
 * uses, header and records are here in the shape that this reader was built
 * with; what the file lacks is zero. Pids are positive and ascend, tgids are
 * positive, parents are not negative, strings end in a NUL.
 */
struct snapshot {
	struct taskmap_header header;
	struct taskmap_record *tasks;
	unsigned int count;
	unsigned char *image;	/* the bytes themselves, as they were read */
	size_t size;
};

/*
 * Judges the first @size bytes of the snapshot called @name, of which no more
 * than sizeof(struct taskmap_header) are looked at. Fills @total with what the
 * whole must have, or returns -1 with @error set.
 */
int snapshot_measure(const unsigned char *image, size_t size, const char *name,
		     uint64_t *total, struct error *error);

/*
 * Judges all of the image and fills @snap, which then owns @image. Returns -1
 * with @error set and @image still the caller's if anything is wrong with it.
 */
int snapshot_decode(unsigned char *image, size_t size, const char *name,
		    struct snapshot *snap, struct error *error);

/* Whether the file that @header is of has pause_ns; older ones do not. */
bool snapshot_tells_pause(const struct taskmap_header *header);

void snapshot_free(struct snapshot *snap);

#endif /* TASKMAP_SNAPSHOT_H */
