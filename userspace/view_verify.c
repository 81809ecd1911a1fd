// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap verify: whether the module is right, by kcmp(2) and by /proc.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "escape.h"
#include "json.h"
#include "kcmp.h"
#include "options.h"
#include "verify.h"

/* Tasks between two words about how far it is. */
#define STRIDE	256

static int take(const void *data, struct snapshot *snap, struct error *error)
{
	return source_read(data, NULL, snap, error);
}

/* Longer each time, so as not to keep step with what comes and goes. */
static void rest(unsigned int round)
{
	const struct timespec time = { .tv_nsec = round * 1000000L };

	nanosleep(&time, NULL);
}

static void show_progress(unsigned int done, unsigned int all)
{
	if (done % STRIDE == 0 || done == all)
		fprintf(stderr, "\r%u of %u tasks%s", done, all,
			done == all ? "\r\033[K" : "");
}

static void no_progress(unsigned int done, unsigned int all)
{
	(void)done;
	(void)all;
}

static uint64_t random_seed(void)
{
	uint32_t seed;

	/* Short, to be typed; and one that is not random is good enough. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint32_t)time(NULL);
	return seed;
}

static void print_one(const struct disagreement *found)
{
	char module[ESCAPED_SIZE(ANSWER_SIZE)];
	char witness[ESCAPED_SIZE(ANSWER_SIZE)];

	printf("%d ", found->pid);
	if (found->other)
		printf("and %d ", found->other);
	printf("%s: the module says %s, %s says %s\n", found->what,
	       escape(found->answer.module, module), found->witness,
	       escape(found->answer.witness, witness));
}

static void print_text(const struct verification *result)
{
	for (size_t i = 0; i < result->count; i++)
		print_one(&result->list[i]);
	if (result->unchecked)
		printf("%" PRIu64 " questions were not answered\n",
		       result->unchecked);
	printf("%u tasks, %" PRIu64 " pairs compared; %" PRIu64
	       " races; %zu disagreements; seed %" PRIu64 "\n",
	       result->tasks, result->pairs, result->races, result->count,
	       result->seed);
}

/* Sets what there is of kcmp(2). Returns 0, or why there is nothing. */
static int use_kcmp(struct verify_system *system)
{
	int reason = -kcmp_probe();

	if (reason)
		return reason;
	system->same = kcmp_same;
	system->nobody = kcmp_nobody();
	return 0;
}

static int print_result(const struct verification *result,
			const struct options *options, int no_kcmp)
{
	if (no_kcmp)
		complain("kcmp(2) cannot be used (%s; see CONFIG_KCMP): only /proc was compared with",
			 strerror(no_kcmp));
	if (options->format == FORMAT_JSON)
		json_verification(result, !no_kcmp);
	else
		print_text(result);
	return result->count || result->missing ? STATUS_MISSING : STATUS_DONE;
}

int verify_command(const struct options *options, struct error *error)
{
	struct verify_system system = {
		.take = take,
		.data = options->source,
		.proc = "/proc",
		.rest = rest,
		.progress = isatty(STDERR_FILENO) ? show_progress : no_progress,
	};
	struct verification result;
	int no_kcmp = use_kcmp(&system);
	int status;

	status = verify(&system, &options->filter,
			options->seeded ? options->seed : random_seed(),
			&result, error);
	if (system.nobody > 0)
		kcmp_nobody_free(system.nobody);
	if (!status)
		status = print_result(&result, options, no_kcmp);
	verification_free(&result);
	return status;
}
