// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "fixture.h"

char *slurp(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!file)
		return NULL;
	*size = 0;
	do {
		room += 65536;
		text = xreallocarray(text, room + 1, 1);
		*size += fread(text + *size, 1, room - *size, file);
	} while (*size == room);
	text[*size] = '\0';
	fclose(file);
	return text;
}

static void run_shell(const char *dir, const char *line)
{
	if (chdir(dir) || !freopen("out", "w", stdout) ||
	    !freopen("err", "w", stderr) || !freopen("/dev/null", "r", stdin))
		_exit(127);
	execlp("timeout", "timeout", "60", "sh", "-c", line, NULL);
	_exit(127);
}

static char *slurp_in(const char *dir, const char *name, size_t *size)
{
	char *path, *text;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	text = slurp(path, size);
	assert_non_null(text);
	free(path);
	return text;
}

struct result run(const char *snapshot, const char *line)
{
	struct result result;
	char *dir = fixture_dir();
	size_t size;
	int status;
	pid_t pid;

	setenv("T", TASKMAP, 1);
	setenv("P", PLAIN, 1);
	setenv("F", FAILING, 1);
	setenv("Z", ZOO, 1);
	setenv("S", snapshot, 1);
	pid = fork();
	if (!pid)
		run_shell(dir, line);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result.out = slurp_in(dir, "out", &result.out_size);
	result.err = slurp_in(dir, "err", &size);
	fixture_remove(dir);
	return result;
}

void result_clear(struct result *result)
{
	free(result->out);
	free(result->err);
}
