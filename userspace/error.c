// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "error.h"
#include "util.h"

int error_set(struct error *error, enum error_code code,
	      const char *format, ...)
{
	va_list args;

	error->code = code;
	va_start(args, format);
	if (vasprintf(&error->text, format, args) < 0)
		error->text = xstrdup("not enough memory");
	va_end(args);
	return -1;
}

void error_clear(struct error *error)
{
	free(error->text);
	error->text = NULL;
	error->code = ERROR_NONE;
}
