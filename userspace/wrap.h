/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Sentences in short lines.
 */
#ifndef TASKMAP_WRAP_H
#define TASKMAP_WRAP_H

#include <stddef.h>

/**
 * wrap() - break a text into lines
 * @text: the text, in the encoding of the locale or not
 * @width: the columns of a terminal that a line may take, if no word is longer
 * @indent: what each line begins with, which is not counted in @width
 *
 * Lines are broken at blanks, which go, and nowhere else.
 *
 * Return: the lines, with a newline between them, to be freed.
 */
char *wrap(const char *text, size_t width, const char *indent);

/* The columns that the first @length bytes of @text take in a table. */
size_t text_width(const char *text, size_t length);

#endif /* TASKMAP_WRAP_H */
