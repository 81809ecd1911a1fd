/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Why there is no snapshot: a code for programs, a line for people.
 */
#ifndef TASKMAP_ERROR_H
#define TASKMAP_ERROR_H

enum error_code {
	ERROR_NONE,
	/* The files of the module cannot be opened */
	ERROR_NOT_LOADED,
	ERROR_NO_DEBUGFS,
	ERROR_NO_FILE,		/* loaded, debugfs mounted, and yet no file */
	ERROR_NOT_ROOT,
	ERROR_RAW_IDS,
	ERROR_LOCKED_DOWN,
	ERROR_NO_CAPABILITY,
	ERROR_NO_EXACT,		/* the module is older than the file */
	ERROR_TOO_MANY,		/* tasks for a picture of one instant */
	ERROR_TOO_FAST,		/* they change too fast for one */
	/* Reading fails */
	ERROR_UNLOADED,
	ERROR_NO_MEMORY,
	ERROR_SYSTEM,		/* whatever else errno says */
	/* What was read is no snapshot, or not one for this reader */
	ERROR_EMPTY,
	ERROR_NOT_SNAPSHOT,
	ERROR_BYTE_ORDER,
	ERROR_NEWER,
	ERROR_TRUNCATED,
	ERROR_TRAILING,
	ERROR_CORRUPT,
	ERROR_OTHER_LOAD,	/* of the module: not to be compared with another */
};

struct error {
	enum error_code code;
	char *text;	/* one line that says what to do about it, allocated */
};

/* Fills @error, which must be empty, and returns -1. */
int error_set(struct error *error, enum error_code code,
	      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Makes @error empty. */
void error_clear(struct error *error);

#endif /* TASKMAP_ERROR_H */
