// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "notes.h"
#include "resources.h"
#include "util.h"

/*
 * Writes @word to @end in @out, after a comma if it is not the first. Returns the
 * new end.
 */
static char *add_word(char out[NOTES_SIZE], char *end, const char *word)
{
	char *limit = out + NOTES_SIZE - 1;

	if (end > out && end < limit)
		*end++ = ',';
	while (*word && end < limit)
		*end++ = *word++;
	*end = '\0';
	return end;
}

/* Appends to what is in @out already, after "; " if there is anything. */
static void __attribute__((format(printf, 2, 3)))
note(char out[NOTES_SIZE], const char *format, ...)
{
	size_t length = strlen(out);
	va_list args;

	if (length)
		length += (size_t)snprintf(out + length, NOTES_SIZE - length,
					   "; ");
	va_start(args, format);
	vsnprintf(out + length, NOTES_SIZE - length, format, args);
	va_end(args);
}

void notes_shares(const struct model *model, unsigned int task,
		  char out[NOTES_SIZE])
{
	unsigned int origin = model_origin(model, task);
	char *end = out;

	out[0] = '\0';
	if (origin == NO_TASK)
		return;
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (resources[r].shared && model_same(model, task, origin, r))
			end = add_word(out, end, resources[r].shared);
	}
}

static void note_others(const struct others *others, const char *names,
			char out[NOTES_SIZE])
{
	if (others->count > 1)
		note(out, "%s shared with %d and %u more", names, others->tgid,
		     others->count - 1);
	else
		note(out, "%s shared with %d", names, others->tgid);
}

/*
 * Names the other thread groups that hold the same objects: once, where they
 * hold several. Nothing is said of what kernel threads share among them.
 */
static void note_shared(struct model *model, unsigned int task,
			char out[NOTES_SIZE])
{
	static const enum taskmap_resource told[] = {
		TASKMAP_MM, TASKMAP_FILES, TASKMAP_FS,
	};
	bool vfork = model->tasks[task].marks & TASKMAP_MARK_VFORK;
	struct others others[ARRAY_SIZE(told)] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		if (!vfork || told[i] != TASKMAP_MM)
			others[i] = model_others(model, task, told[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		char names[NOTES_SIZE];
		char *end;

		if (!others[i].count)
			continue;
		end = add_word(names, names, resources[told[i]].name);
		for (size_t j = i + 1; j < ARRAY_SIZE(told); j++) {
			if (others[j].tgid != others[i].tgid ||
			    others[j].count != others[i].count)
				continue;
			end = add_word(names, end, resources[told[j]].name);
			others[j].count = 0;
		}
		note_others(&others[i], names, out);
	}
}

/* Where a thread has one of its own where most have their leader's. */
static void note_own(const struct model *model, unsigned int task,
		     char out[NOTES_SIZE])
{
	unsigned int leader = model_leader(model, task);

	if (leader == NO_TASK || leader == task)
		return;
	if (model_differ(model, task, leader, TASKMAP_FILES))
		note(out, "own files");
	if (model_differ(model, task, leader, TASKMAP_FS))
		note(out, "own fs");
	if (model_differ(model, task, leader, TASKMAP_CRED))
		note(out, "own cred");
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (resources[r].ns && model_differ(model, task, leader, r))
			note(out, "own %s ns", resources[r].name);
	}
}

static void note_dead_leader(const struct model *model, unsigned int task,
			     char out[NOTES_SIZE])
{
	unsigned int live;

	if (!model_is_leader(model, task) || !model_is_dead(model, task))
		return;
	live = model_live_threads(model, task);
	if (live)
		note(out, "leader dead, %u %s live", live,
		     live == 1 ? "thread" : "threads");
}

void notes_oddities(struct model *model, unsigned int task,
		    char out[NOTES_SIZE])
{
	const struct taskmap_record *record = &model->tasks[task];
	bool kthread = model_is_kthread(model, task);

	out[0] = '\0';
	if (record->marks & TASKMAP_MARK_VFORK)
		note(out, "vfork, borrows mm of %d", model_lender(model, task));
	if (kthread && record->ids[TASKMAP_MM])
		note(out, "borrowed mm");
	if (!kthread)
		note_shared(model, task, out);
	note_own(model, task, out);
	note_dead_leader(model, task, out);
}
