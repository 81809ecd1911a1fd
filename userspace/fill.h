/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * What the tables of columns are made with.
 */
#ifndef TASKMAP_FILL_H
#define TASKMAP_FILL_H

#include "columns.h"

/* A fill function; not all of them need all of these. */
#define FILL(function)							\
	static void function(						\
		const struct row *row __attribute__((unused)),		\
		const struct column *column __attribute__((unused)),	\
		const struct style *style __attribute__((unused)),	\
		struct value *value)

#define NUMBER(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_NUMBER, .fill = fill_, .help = help_ }
#define PIDS(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_PIDS, .fill = fill_, .help = help_ }
#define TEXT(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_TEXT, .fill = fill_, .help = help_ }
#define PROSE(name_, fill_, help_) \
	{ .name = name_, .type = VALUE_TEXT, .prose = true, .fill = fill_, \
	  .help = help_ }

void value_set_number(struct value *value, int64_t number);

/* Any text of the reader's own that is known to be short. */
void value_set_text(struct value *value, const char *text);

/* An id in full; 0 is none. */
void value_set_id(struct value *value, uint64_t id);

/* The id of what @task holds of @resource, as @style wants it. */
void value_set_object(struct value *value, const struct style *style,
		      struct model *model, unsigned int task,
		      enum taskmap_resource resource);

void value_set_comm(struct value *value, const struct style *style,
		    const char *comm);

#endif /* TASKMAP_FILL_H */
