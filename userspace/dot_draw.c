// SPDX-License-Identifier: GPL-2.0-only
/*
 * dot(1) does the drawing. It is run and not linked: with the library would
 * come those for fonts and pictures, for everyone who only wants a list.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dot.h"

/*
 * A file in memory, or NULL. Not a pipe, which would break or fill up where dot
 * does not read or we do not.
 */
static FILE *memory_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

	if (!file && fd >= 0)
		close(fd);
	return file;
}

/*
 * Returns 0 with what waitpid(2) tells in @status, or an errno. That could tell
 * nothing if we were started by somebody who ignores children.
 */
static int run_dot(int in, int out, int *status)
{
	char *const argv[] = { "dot", "-Tsvg", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int ret = posix_spawn_file_actions_init(&actions);

	if (ret)
		return ret;
	signal(SIGCHLD, SIG_DFL);
	ret = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, out,
						       STDOUT_FILENO);
	if (!ret)
		ret = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (ret)
		return ret;
	while (waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			return errno;
	}
	return 0;
}

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
	int status = 0, reason;

	dot_print(graph, header, in);
	if (fflush(in) || lseek(fileno(in), 0, SEEK_SET))
		return error_set(error, ERROR_NO_MEMORY, "not enough memory");
	reason = run_dot(fileno(in), fileno(out), &status);
	if (reason || status)
		return explain_dot(reason, status, error);
	copy_out(out);
	return 0;
}

int dot_draw(const struct graph *graph, const struct taskmap_header *header,
	     struct error *error)
{
	FILE *in = memory_file("dot"), *out = memory_file("svg");
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
