// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "json.h"
#include "json_make.h"
#include "kinds.h"
#include "resources.h"
#include "util.h"

/* Prints @object on one line. */
static void print_kept(struct json_object *object)
{
	size_t length;
	const char *text = json_text(object, &length);

	fwrite(text, 1, length, stdout);
}

/* The same, and frees it. */
static void print(struct json_object *object)
{
	print_kept(object);
	json_object_put(object);
}

struct json_object *json_header(const struct taskmap_header *header)
{
	struct json_object *object = must(json_object_new_object());
	char release[ESCAPED_SIZE(TASKMAP_RELEASE_LEN)];
	char fingerprint[17];

	snprintf(fingerprint, sizeof(fingerprint), "%016" PRIx64,
		 (uint64_t)header->fingerprint);
	add_unsigned(object, "format", header->version);
	add_unsigned(object, "count", header->count);
	add_bool(object, "exact", !(header->flags & TASKMAP_WALKED));
	add_bool(object, "raw_ids", header->flags & TASKMAP_RAW_IDS);
	add_text(object, "fingerprint", fingerprint);
	add_unsigned(object, "start_ns", header->start_ns);
	add_unsigned(object, "end_ns", header->end_ns);
	add_text(object, "release", escape(header->release, release));
	if (snapshot_tells_pause(header))
		add_unsigned(object, "pause_ns", header->pause_ns);
	else
		add(object, "pause_ns", NULL);
	return object;
}

static struct json_object *pids_object(const struct value *value)
{
	struct json_object *array = must(json_object_new_array());

	for (unsigned int i = 0; i < value->pid_count; i++)
		append(array, must(json_object_new_int(value->pids[i])));
	return array;
}

static struct json_object *value_object(const struct value *value)
{
	switch (value->type) {
	case VALUE_NUMBER:
		return must(json_object_new_int64(value->number));
	case VALUE_TEXT:
		return must(json_object_new_string(value->text));
	case VALUE_PIDS:
		return pids_object(value);
	case VALUE_NONE:
		break;
	}
	return NULL;
}

/*
 * Changes what is there already to @value; false if it is not of that type. Nor
 * to an empty text: json-c 0.16 then forgets to free the one before, for it tells
 * where a text is by the sign of its length.
 */
static bool change(struct json_object *object, const struct value *value)
{
	switch (value->type) {
	case VALUE_NUMBER:
		return object && json_object_set_int64(object, value->number);
	case VALUE_TEXT:
		return object && value->text[0] &&
		       json_object_set_string(object, value->text);
	case VALUE_NONE:
		return !object;
	case VALUE_PIDS:
		break;
	}
	return false;
}

/* If there is no memory for the change, neither is there for another object. */
static void set_member(struct json_rows *json, struct json_member *member,
		       const struct value *value)
{
	if (change(member->value, value))
		return;
	json_object_put(member->value);
	member->value = value_object(value);
	add(json->object, member->key, json_object_get(member->value));
}

static void print_headers(const struct taskmap_header *headers, size_t count)
{
	fputs(count > 1 ? "{\"taskmap\":[" : "{\"taskmap\":", stdout);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ",\n" : "", stdout);
		print(json_header(&headers[i]));
	}
	fputs(count > 1 ? "]" : "", stdout);
}

void json_begin(struct json_rows *json, const char *name,
		const struct selection *selection,
		const struct taskmap_header *headers, size_t count)
{
	json->selection = selection;
	json->object = must(json_object_new_object());
	json->members = xcalloc(selection->count, sizeof(*json->members));
	json->separator = "\n";
	for (size_t i = 0; i < selection->count; i++) {
		json->members[i].key = column_key(&selection->columns[i]);
		/* For all to be there in this order. */
		add(json->object, json->members[i].key, NULL);
	}
	print_headers(headers, count);
	printf(",\n\"%s\":[", name);
}

void json_add_row(struct json_rows *json, const struct row *row)
{
	const struct style style = { .full_ids = true };
	const struct selection *selection = json->selection;
	struct value value;

	for (size_t i = 0; i < selection->count; i++) {
		column_fill(&selection->columns[i], row, &style, &value);
		set_member(json, &json->members[i], &value);
		value_clear(&value);
	}
	fputs(json->separator, stdout);
	print_kept(json->object);
	json->separator = ",\n";
}

void json_end(struct json_rows *json)
{
	fputs("\n]}\n", stdout);
	for (size_t i = 0; i < json->selection->count; i++) {
		json_object_put(json->members[i].value);
		free(json->members[i].key);
	}
	free(json->members);
	json_object_put(json->object);
}

static struct json_object *
disagreement_object(const struct disagreement *found)
{
	struct json_object *object = must(json_object_new_object());
	char text[ESCAPED_SIZE(ANSWER_SIZE)];

	add_unsigned(object, "pid", (uint64_t)found->pid);
	if (found->other)
		add_unsigned(object, "other", (uint64_t)found->other);
	else
		add(object, "other", NULL);
	add_text(object, "what", found->what);
	add_text(object, "module", escape(found->answer.module, text));
	add_text(object, "witness", found->witness);
	add_text(object, "says", escape(found->answer.witness, text));
	return object;
}

static struct json_object *
verification_object(const struct verification *result, bool kcmp)
{
	struct json_object *object = must(json_object_new_object());

	add_unsigned(object, "tasks", result->tasks);
	add_unsigned(object, "pairs", result->pairs);
	add_unsigned(object, "races", result->races);
	add_unsigned(object, "disagreements", result->count);
	add_unsigned(object, "unchecked", result->unchecked);
	add_unsigned(object, "seed", result->seed);
	add_bool(object, "kcmp", kcmp);
	return object;
}

void json_verification(const struct verification *result, bool kcmp)
{
	print_headers(&result->header, 1);
	fputs(",\n\"verify\":", stdout);
	print(verification_object(result, kcmp));
	fputs(",\n\"disagreements\":[", stdout);
	for (size_t i = 0; i < result->count; i++) {
		fputs(i ? ",\n" : "\n", stdout);
		print(disagreement_object(&result->list[i]));
	}
	fputs("\n]}\n", stdout);
}

static void add_number_or_null(struct json_object *object, const char *key,
			       int number)
{
	add(object, key, number ? must(json_object_new_int(number)) : NULL);
}

static void append_text(struct json_object *array, const char *text)
{
	append(array, must(json_object_new_string(text)));
}

/* The names of a set of resources, or of their flags. */
static void add_resources(struct json_object *object, const char *key,
			  uint32_t set, bool flags)
{
	struct json_object *array = must(json_object_new_array());

	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++) {
		if (set >> r & 1)
			append_text(array, flags ? resources[r].flag :
						   resources[r].name);
	}
	add(object, key, array);
}

static void add_relation(struct json_object *object,
			 const struct relation *relation)
{
	add_resources(object, "same", relation->same, false);
	add_resources(object, "apart", relation->apart, false);
	add_resources(object, "flags", relation->flags | relation->needed,
		      true);
	add_resources(object, "untold", relation->untold, true);
	add_resources(object, "beyond", relation->beyond, false);
	add_bool(object, "borrowed", relation->borrowed);
	add_bool(object, "possible", relation->possible);
}

/* Null if there is none; without a relation if the snapshot does not have it. */
static struct json_object *relative_object(const struct relative *relative)
{
	struct json_object *object;

	if (!relative->pid)
		return NULL;
	object = must(json_object_new_object());
	add(object, "pid", must(json_object_new_int(relative->pid)));
	add_bool(object, "found", relative->task != NO_TASK);
	if (relative->task != NO_TASK)
		add_relation(object, &relative->relation);
	return object;
}

static void add_home(struct json_object *object, enum home home)
{
	if (home == HOME_UNKNOWN)
		add(object, "initial_pidns", NULL);
	else
		add_bool(object, "initial_pidns", home == HOME_INITIAL);
}

static void add_facts(struct json_object *object, const struct facts *facts)
{
	const struct taskmap_record *record = facts->record;
	static const char *const senses[] = {
		[KERNEL_THREAD_NO] = "no",
		[KERNEL_THREAD_INSIDE] = "inside",
		[KERNEL_THREAD_YES] = "yes",
	};
	const char *kind = kind_name(record->kind);
	char text[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

	add(object, "pid", must(json_object_new_int(record->pid)));
	add(object, "tgid", must(json_object_new_int(record->tgid)));
	add(object, "ppid", must(json_object_new_int(record->ppid)));
	add(object, "kind", kind ? must(json_object_new_string(kind)) : NULL);
	add_text(object, "comm", escape(record->comm, text));
	snprintf(text, sizeof(text), "0x%08" PRIx32, (uint32_t)record->flags);
	add_text(object, "flags", text);
	add_text(object, "kernel_thread", senses[facts->kernel_thread]);
	add_bool(object, "dead", facts->dead);
	add_unsigned(object, "live", facts->live);
	add_number_or_null(object, "gettid", facts->gettid);
	add_number_or_null(object, "getpid", facts->getpid);
	add_home(object, facts->home);
	snprintf(text, sizeof(text), "/proc/%d/task/%d", record->tgid,
		 record->pid);
	add_text(object, "proc", text);
	add_bool(object, "listed", facts->leader);
	add_number_or_null(object, "lender", facts->lender);
	add_number_or_null(object, "borrower", facts->borrower);
	add_number_or_null(object, "loaded", facts->loaded);
}

static struct json_object *sentence_object(const struct sentence *sentence)
{
	struct json_object *object = must(json_object_new_object());

	add_text(object, "about", topic_key(sentence->topic));
	add_text(object, "text", sentence->text);
	if (sentence->fact)
		add_text(object, "fact", sentence->fact);
	else
		add(object, "fact", NULL);
	return object;
}

void json_explain_begin(const struct taskmap_header *header)
{
	struct json_object *limits = must(json_object_new_array());

	for (size_t i = 0; explain_limits[i]; i++)
		append_text(limits, explain_limits[i]);
	print_headers(header, 1);
	fputs(",\n\"limits\":", stdout);
	print(limits);
	fputs(",\n\"explain\":[", stdout);
}

void json_explain_add(const struct explanation *explanation, bool first)
{
	const struct facts *facts = &explanation->facts;
	struct json_object *object = must(json_object_new_object());
	struct json_object *sentences = must(json_object_new_array());

	add_facts(object, facts);
	add(object, "leader", relative_object(&facts->with_leader));
	add(object, "parent", relative_object(&facts->with_parent));
	add_text(object, "title", explanation->title);
	for (size_t i = 0; i < explanation->count; i++)
		append(sentences, sentence_object(&explanation->sentences[i]));
	add(object, "sentences", sentences);
	fputs(first ? "\n" : ",\n", stdout);
	print(object);
}

void json_explain_end(void)
{
	fputs("\n]}\n", stdout);
}

static struct json_object *pid_object(const struct comparison *comparison,
				      size_t index)
{
	int pid = comparison->model->tasks[comparison->tasks[index]].pid;

	return must(json_object_new_int(pid));
}

static struct json_object *matrix_object(const struct comparison *comparison,
					 unsigned int resource)
{
	struct json_object *object = must(json_object_new_object());
	struct json_object *letters = must(json_object_new_array());
	char text[LETTERS_SIZE];

	add_text(object, "resource", resources[resource].name);
	for (size_t i = 0; i < comparison->count; i++) {
		unsigned int number = comparison->numbers[resource][i];

		if (number)
			append_text(letters, comparison_letters(number, text));
		else
			append(letters, NULL);
	}
	add(object, "letters", letters);
	return object;
}

static struct json_object *pair_object(const struct comparison *comparison,
				       size_t index)
{
	struct json_object *object = must(json_object_new_object());

	add(object, "pid", pid_object(comparison, index));
	add(object, "with", pid_object(comparison, 0));
	add_relation(object, &comparison->relations[index]);
	return object;
}

void json_comparison(const struct taskmap_header *header,
		     const struct comparison *comparison)
{
	struct json_object *pids = must(json_object_new_array());
	struct json_object *matrix = must(json_object_new_array());
	struct json_object *pairs = must(json_object_new_array());

	for (size_t i = 0; i < comparison->count; i++)
		append(pids, pid_object(comparison, i));
	for (unsigned int r = 0; r < TASKMAP_RESOURCES; r++)
		append(matrix, matrix_object(comparison, r));
	for (size_t i = 1; i < comparison->count; i++)
		append(pairs, pair_object(comparison, i));
	print_headers(header, 1);
	fputs(",\n\"pids\":", stdout);
	print(pids);
	fputs(",\n\"compare\":", stdout);
	print(matrix);
	fputs(",\n\"pairs\":", stdout);
	print(pairs);
	fputs("}\n", stdout);
}

static struct json_object *column_object(const struct columns *columns,
					 const struct column *column)
{
	struct json_object *object = must(json_object_new_object());
	char *key = column_key(column);

	add_text(object, "name", key);
	add_text(object, "type", column_type_name(column));
	add_bool(object, "default", column_is_default(columns, column->name));
	add_text(object, "description", column->help);
	free(key);
	return object;
}

void json_columns(const struct columns *columns)
{
	fputs("{\"columns\":[", stdout);
	for (size_t i = 0; i < column_count(columns); i++) {
		const struct column column = column_at(columns, i);

		fputs(i ? ",\n" : "\n", stdout);
		print(column_object(columns, &column));
	}
	fputs("\n]}\n", stdout);
}
