/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Names as they may be shown.
 *
 * A task's name is any bytes but NUL. What is valid, printable UTF-8 stays as
 * it is. Backslashes, control characters (C0, DEL, C1), line and paragraph
 * separators, the controls that reorder bidirectional text, and bytes that are
 * not UTF-8 become \ooo, three octal digits for each byte. So a name never
 * breaks a line, a terminal or JSON, and can be turned back without loss.
 */
#ifndef TASKMAP_ESCAPE_H
#define TASKMAP_ESCAPE_H

/* What @length bytes may need when escaped, with the NUL. */
#define ESCAPED_SIZE(length)	(4 * (length) + 1)

/* Writes @name into @out, of ESCAPED_SIZE(strlen(name)). Returns @out. */
char *escape(const char *name, char *out);

#endif /* TASKMAP_ESCAPE_H */
