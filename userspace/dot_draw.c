// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * dot(1) does the drawing. It is run and not linked: with the library would
 * come those for fonts and pictures, for everyone who only wants a list.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dot.h"
#include "through.h"

static int explain_dot(int reason, int status, struct error *error)
{
	if (reason == ENOENT)
		return error_set(error, ERROR_SYSTEM,
				 "dot, which draws SVG, is not there; install graphviz, or draw elsewhere what graph prints without --svg");
	if (reason)
		return error_set(error, ERROR_SYSTEM, "cannot run dot: %s",
				 strerror(reason));
	if (WIFSIGNALED(status))
		return error_set(error, ERROR_SYSTEM,
				 "dot did not draw it: signal %d; try fewer tasks, or --html",
				 WTERMSIG(status));
	return error_set(error, ERROR_SYSTEM,
			 "dot did not draw it: exit status %d; try fewer tasks, or --html",
			 WEXITSTATUS(status));
}

/*
 * What cannot be written is told at the end, as it is of all output; of why,
 * only if it goes through the buffer.
 */
static void copy_out(FILE *from)
{
	int c;

	rewind(from);
	while ((c = getc(from)) != EOF)
		putchar(c);
}

static int draw(const struct graph *graph, const struct taskmap_header *header,
		FILE *in, FILE *out, struct error *error)
{
	char *const argv[] = { "dot", "-Tsvg", NULL };
	int status = 0, reason;

	dot_print(graph, header, in);
	if (fflush(in) || lseek(fileno(in), 0, SEEK_SET))
		return error_set(error, ERROR_NO_MEMORY, "not enough memory");
	reason = through_run(argv, fileno(in), fileno(out), &status);
	if (reason || status)
		return explain_dot(reason, status, error);
	copy_out(out);
	return 0;
}

int dot_draw(const struct graph *graph, const struct taskmap_header *header,
	     struct error *error)
{
	FILE *in = through_file("dot"), *out = through_file("svg");
	int ret;

	if (in && out)
		ret = draw(graph, header, in, out, error);
	else
		ret = error_set(error, ERROR_NO_MEMORY, "not enough memory");
	if (in)
		fclose(in);
	if (out)
		fclose(out);
	return ret;
}
