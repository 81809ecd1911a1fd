// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap graph: what is drawn, in which words, and that no name gets out of
 * where names are.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <json-c/json.h>

#include "command.h"
#include "escape.h"
#include "fixture.h"
#include "graph.h"
#include "resources.h"

/* Ids that no fixture has, one for each @n. */
#define OTHER(n)	(0x7700000000000000ULL + (unsigned int)(n))
#define BIT(resource)	(1U << TASKMAP_##resource)

/* What graph_init() makes of rows */

struct set {
	struct snapshot snap;
	struct model model;
	struct graph graph;
};

/* @pids are the chosen ones, ended by 0; NULL: all. */
static void set_init(struct set *set, const struct taskmap_record *rows,
		     unsigned int count, uint32_t of, const int *pids,
		     bool all)
{
	bool *chosen = xcalloc(count, sizeof(*chosen));
	const struct object_filter filter = {
		.resources = of, .chosen = chosen, .unshared = all,
	};

	set->snap = fixture_snapshot(rows, count);
	model_init(&set->model, &set->snap);
	for (unsigned int i = 0; i < count; i++) {
		chosen[i] = !pids;
		for (const int *pid = pids; pid && *pid; pid++)
			chosen[i] |= rows[i].pid == *pid;
	}
	graph_init(&set->graph, &set->model, &filter);
	free(chosen);
}

static void set_free(struct set *set)
{
	graph_free(&set->graph);
	model_free(&set->model);
	snapshot_free(&set->snap);
}

static void print_bundle(const struct set *set, const struct bundle *bundle,
			 FILE *out)
{
	for (unsigned int i = 0; i < bundle->count; i++)
		fprintf(out, "%s%s%u", i ? "+" : " ",
			resources[bundle->objects[i].resource].prefix,
			set->model.holders[bundle->objects[i].resource]
			.number[bundle->objects[i].earliest]);
}

/* A line a fold: its pids and what they hold; a line a bundle: its counts. */
static char *lines_of(const struct set *set)
{
	const struct graph *graph = &set->graph;
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (unsigned int f = 0; f < graph->fold_count; f++) {
		const struct fold *fold = &graph->folds[f];

		for (unsigned int i = 0; i < fold->count; i++)
			fprintf(out, "%s%d", i ? "," : "",
				set->snap.tasks[fold->tasks[i]].pid);
		fputc(':', out);
		for (unsigned int i = 0; i < fold->bundle_count; i++)
			print_bundle(set, &graph->bundles[fold->bundles[i]], out);
		fputc('\n', out);
	}
	for (unsigned int b = 0; b < graph->bundle_count; b++) {
		const struct bundle *bundle = &graph->bundles[b];

		print_bundle(set, bundle, out);
		fprintf(out, ": %u of %u by %u\n", bundle->shown,
			bundle->objects->count, bundle->lines);
	}
	fclose(out);
	return text;
}

static void expect_graph(const struct taskmap_record *rows, unsigned int count,
			 uint32_t of, const int *pids, bool all,
			 const char *want)
{
	struct set set;
	char *text;

	set_init(&set, rows, count, of, pids, all);
	text = lines_of(&set);
	assert_string_equal(text, want);
	free(text);
	set_free(&set);
}

/* Objects with the same holders are one; of one with fewer they are not. */
static void test_bundles(void **state)
{
	struct taskmap_record rows[4] = {
		process(5, 0, "x"), { 0 }, process(7, 0, "y"), process(8, 0, "z"),
	};

	(void)state;
	rows[1] = thread(&rows[0], 6);
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	rows[3].ids[TASKMAP_FS] = rows[2].ids[TASKMAP_FS];
	expect_graph(rows, 4, BIT(MM) | BIT(FILES) | BIT(FS) | BIT(SIGNAL), NULL,
		     false,
		     "5: mm1 files1+fs1+signal1\n"
		     "6: mm1 files1+fs1+signal1\n"
		     "7: mm1 fs2\n"
		     "8: fs2\n"
		     " mm1: 3 of 3 by 3\n"
		     " files1+fs1+signal1: 2 of 2 by 2\n"
		     " fs2: 2 of 2 by 2\n");
}

/* Nobody holds no object together with somebody. */
static void test_none(void **state)
{
	struct taskmap_record rows[2] = { kthread(5, "x"), kthread(6, "y") };

	(void)state;
	expect_graph(rows, 2, BIT(MM), NULL, false, "5:\n6:\n");
	expect_graph(rows, 2, BIT(MM), NULL, true, "5:\n6:\n");
	expect_graph(rows, 0, BIT(MM), NULL, false, "");
}

/* Objects of one holder are drawn only if they are asked for. */
static void test_all(void **state)
{
	struct taskmap_record rows[2] = { process(5, 0, "x"), process(6, 0, "y") };

	(void)state;
	rows[1].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	expect_graph(rows, 2, BIT(MM) | BIT(FS) | BIT(SIGNAL), NULL, true,
		     "5: fs1 mm1+signal1\n"
		     "6: fs1 mm2+signal2\n"
		     " fs1: 2 of 2 by 2\n"
		     " mm1+signal1: 1 of 1 by 1\n"
		     " mm2+signal2: 1 of 1 by 1\n");
}

/* Who was not chosen is counted, and not drawn. */
static void test_chosen(void **state)
{
	struct taskmap_record rows[4] = {
		process(5, 0, "x"), process(6, 0, "y"), process(7, 0, "z"),
		process(8, 0, "z"),
	};
	static const int pids[] = { 6, 7, 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		rows[i].ids[TASKMAP_FS] = OTHER(1);
	rows[3].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	expect_graph(rows, 4, BIT(MM) | BIT(FS), pids, false,
		     "6: fs1\n"
		     "7: fs1\n"
		     " fs1: 2 of 3 by 2\n");
}

/* User tasks by thread group, kernel threads, and whoever shares nothing. */
static void test_order(void **state)
{
	struct taskmap_record rows[6] = {
		kthread(2, "k"), process(3, 0, "alone"), process(4, 0, "a"),
		process(5, 0, "b"), { 0 }, { 0 },
	};

	(void)state;
	rows[4] = thread(&rows[3], 6);
	rows[5] = thread(&rows[2], 7);
	rows[3].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	expect_graph(rows, 6, BIT(MM) | BIT(FS), NULL, false,
		     "4: mm2+fs3\n"
		     "7: mm2+fs3\n"
		     "5: fs1 mm3\n"
		     "6: mm3\n"
		     "2: fs1\n"
		     "3:\n"
		     " fs1: 2 of 2 by 2\n"
		     " mm2+fs3: 2 of 2 by 2\n"
		     " mm3: 2 of 2 by 2\n");
}

/* As many as are drawn one by one, and one more. */
static void test_folds(void **state)
{
	struct taskmap_record rows[2 * GRAPH_ALIKE + 1] = { process(1, 0, "x") };
	const unsigned int half = GRAPH_ALIKE;

	(void)state;
	assert_int_equal(GRAPH_ALIKE, 6);
	for (int i = 1; i < (int)half; i++)
		rows[i] = thread(&rows[0], 1 + i);
	rows[half] = process(7, 0, "y");
	for (int i = 1; i <= (int)half; i++)
		rows[half + (unsigned int)i] = thread(&rows[half], 7 + i);
	expect_graph(rows, 2 * half + 1, BIT(MM), NULL, false,
		     "1: mm1\n2: mm1\n3: mm1\n4: mm1\n5: mm1\n6: mm1\n"
		     "7,8,9,10,11,12,13: mm2\n"
		     " mm1: 6 of 6 by 6\n"
		     " mm2: 7 of 7 by 1\n");
	/* One that has something else is not one of them, wherever it stands. */
	rows[9].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	expect_graph(rows, 2 * half + 1, BIT(MM), NULL, false,
		     "1,2,3,4,5,6,10: mm1\n"
		     "7: mm2\n8: mm2\n9: mm2\n11: mm2\n12: mm2\n13: mm2\n"
		     " mm1: 7 of 7 by 1\n"
		     " mm2: 6 of 6 by 6\n");
}

/* Those that share nothing are alike, too. */
static void test_alone(void **state)
{
	struct taskmap_record rows[7];

	(void)state;
	for (int i = 0; i < 7; i++)
		rows[i] = process(1 + i, 0, "x");
	expect_graph(rows, 7, BIT(MM), NULL, false, "1,2,3,4,5,6,7:\n");
	expect_graph(rows, 6, BIT(MM), NULL, false, "1:\n2:\n3:\n4:\n5:\n6:\n");
}

/* Lines are counted where they would be drawn: to folds, not to tasks. */
static void test_written(void **state)
{
	struct taskmap_record rows[2 * (GRAPH_LINES + 1) + 20];
	unsigned int count = 0;
	struct set set;

	(void)state;
	for (int i = 0; i <= GRAPH_LINES; i++) {
		rows[count] = process(10 + 2 * i, 0, "x");
		rows[count + 1] = thread(&rows[count], 11 + 2 * i);
		if (i % 2)	/* something else for each */
			rows[count + 1].ids[TASKMAP_FS] = OTHER(i);
		count += 2;
	}
	set_init(&set, rows, count, BIT(MM) | BIT(NET_NS), NULL, false);
	assert_int_equal(set.graph.bundles[0].objects->resource, TASKMAP_NET_NS);
	assert_true(graph_is_written(&set.graph.bundles[0]));
	assert_false(graph_is_written(&set.graph.bundles[1]));
	set_free(&set);
	set_init(&set, rows, GRAPH_LINES, BIT(NET_NS) | BIT(MM), NULL, false);
	assert_int_equal(set.graph.bundles[0].lines, GRAPH_LINES);
	assert_false(graph_is_written(&set.graph.bundles[0]));
	set_free(&set);
	/* Two hundred that are one fold are one line. */
	for (unsigned int i = 0; i < count; i++)
		rows[i].ids[TASKMAP_MM] = OTHER(1000 + i);
	set_init(&set, rows, count, BIT(NET_NS) | BIT(MM), NULL, false);
	assert_int_equal(set.graph.bundles[0].lines, 1);
	set_free(&set);
}

static void test_own(void **state)
{
	struct taskmap_record rows[2] = { process(5, 0, "x"), process(6, 0, "y") };
	struct set set;

	(void)state;
	rows[1].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	set_init(&set, rows, 2, BIT(MM) | BIT(FS) | BIT(IO), NULL, false);
	assert_int_equal(graph_own(&set.graph, 0), BIT(MM));
	assert_int_equal(graph_own(&set.graph, 1), BIT(MM));
	/* What nobody holds is not drawn. */
	assert_int_equal(set.graph.resources, BIT(MM) | BIT(FS));
	set_free(&set);
}

/* From outside */

static char *out_of(const struct taskmap_record *rows, size_t count,
		    const char *line, int status, const char *err)
{
	char *dir = fixture_dir(), *path;
	struct result result;
	unsigned char *image;
	size_t size;

	image = fixture_image(rows, count, NULL, &size);
	path = fixture_file(dir, "snapshot", image, size);
	result = run(path, line);
	if (result.status != status || !strstr(result.err, err) ||
	    (!*err && *result.err))
		fail_msg("%s: exit %d: %s%s", line, result.status, result.err,
			 result.out);
	free(path);
	free(image);
	fixture_remove(dir);
	free(result.err);
	return result.out;
}

static void expect_out(const char *line, int status, const char *err,
		       const char *want)
{
	struct taskmap_record *rows = fixture_system();
	char *out = out_of(rows, fixture_system_count, line, status, err);

	assert_string_equal(out, want);
	free(out);
	free(rows);
}

static void test_pids(void **state)
{
	(void)state;
	expect_out("$T graph -i $S 300,1 -p 600 | grep -oE '^[[:space:]]*[0-9]+ \\['",
		   0, "", "  1 [\n  300 [\n  600 [\n");
	expect_out("$T graph -i $S -k kthread 600 2 | grep -oE '^[[:space:]]*[0-9]+ \\['",
		   0, "", "  2 [\n  600 [\n");
	/* With all their threads, as elsewhere. */
	expect_out("$T graph -i $S 200 202 | grep -oE '^[[:space:]]*[0-9]+ \\['",
		   0, "", "    200 [\n    201 [\n    202 [\n    203 [\n");
	expect_out("$T graph -i $S 4711 300 >o; s=$?; grep -c make o; exit $s", 1,
		   "taskmap: no task 4711 in this snapshot\n", "1\n");
}

static void test_resources(void **state)
{
	static const char heads[] = " | sed -n 's/^  \"\\([^\"]*\\)\" .*/\\1/p'";
	static const struct {
		const char *option;
		const char *want;
	} cases[] = {
		{ "--resources fs,MM", "fs#1\nmm#4\n" },
		{ "--resources netns", "netns#1\n" },
		{ "--resources mm --resources files", "files#2\n" },
		{ "--resources +net", "fs#1\nfiles#2\nmm#4\nnetns#1\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line, *sorted;

		assert_true(asprintf(&line, "$T graph -i $S 2 300 %s%s | sort",
				     cases[i].option, heads) > 0);
		assert_true(asprintf(&sorted, "printf '%s' | sort >want; %s | cmp - want",
				     cases[i].want, line) > 0);
		expect_out(sorted, 0, "", "");
		free(sorted);
		free(line);
	}
}

/* Names that want to be something else in DOT, in HTML or in JSON. */
static const char *const hostile[] = {
	"</script><b>", "<!--<script", "]]><script>", "\"];x[label=\"", "\\", "\"",
	"\\\"", "x\\", "\\N\\G\\l", "&lt;&amp;&#34;", "{a|b}<p>", "'><img src=",
	"a\nb\r\t", "\xff\xfe\"<", "\xe2\x80\xa8</", "\xe2\x80\xae<b>", "@DATA@",
	"<b>", "//--></", "${1+1}`x`", "__proto__", "", "-->", "\\u003c/",
};

static struct taskmap_record named(const char *name)
{
	return process(5, 0, name);
}

static void drop_strings(char *text)
{
	char *to = text;
	bool within = false;

	for (char *from = text; *from; from++) {
		if (within && *from == '\\') {
			from++;
			continue;
		}
		if (*from == '"')
			within = !within;
		if (!within || *from == '"')
			*to++ = *from;
	}
	*to = '\0';
	assert_false(within);
}

/* All of a DOT that is not within quotes is the same for any name. */
static void test_dot_names(void **state)
{
	const struct taskmap_record harmless = named("x");
	char *want = out_of(&harmless, 1, "$T graph -i $S", 0, "");

	(void)state;
	drop_strings(want);
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		const struct taskmap_record row = named(hostile[i]);
		char *out = out_of(&row, 1, "$T graph -i $S", 0, "");

		drop_strings(out);
		assert_string_equal(out, want);
		free(out);
	}
	free(want);
}

static bool has_dot(void)
{
	struct result result = run("", "command -v dot");
	bool there = !result.status;

	result_clear(&result);
	if (!there)
		print_message("# SKIP no dot: install graphviz\n");
	return there;
}

/* As Graphviz reads it: in its SVG the text is what list would show. */
static void test_svg_names(void **state)
{
	struct taskmap_record rows[ARRAY_SIZE(hostile)];
	char *out;

	(void)state;
	if (!has_dot())
		skip();
	for (int i = 0; i < (int)ARRAY_SIZE(hostile); i++)
		rows[i] = process(10 + i, 0, hostile[i]);
	/* All that they hold is drawn, for them not to be alike. */
	out = out_of(rows, ARRAY_SIZE(hostile),
		     "$T -i $S -n -o PID,COMM | sed 's/^ *//;s/ -$//;s/ *$//' | sort >want; "
		     "$T graph -i $S --svg --all | "
		     "sed -n 's/.*<text[^>]*>\\([0-9]* .*\\)<.text>/\\1/p' | grep -v ' tasks, \\|holder' | "
		     "sed 's/&lt;/</g;s/&gt;/>/g;s/&quot;/\"/g;s/&#39;/'\\''/g;s/&#45;/-/g;"
		     "s/&#160;/ /g;s/&amp;/\\&/g;s/ *$//' | sort >got; diff want got",
		     0, "");
	assert_string_equal(out, "");
	free(out);
}

/* The data of the page in @out, taken out of it. */
static char *cut_data(char *out)
{
	static const char begin[] = "<script type=\"application/json\" id=\"data\">";
	char *data = strstr(out, begin), *end, *cut;

	assert_non_null(data);
	data += strlen(begin);
	end = strchr(data, '<');
	assert_non_null(end);
	cut = strndup(data, (size_t)(end - data));
	memmove(data, end, strlen(end) + 1);
	return cut;
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no key %s", key);
	return value;
}

static struct json_object *parse(const char *data)
{
	struct json_object *root = json_tokener_parse(data);

	if (!root)
		fail_msg("not JSON: %s", data);
	return root;
}

/* All of a page that is not the data is the same for any name. */
static void test_html_names(void **state)
{
	const struct taskmap_record harmless = named("x");
	char *want = out_of(&harmless, 1, "$T graph -i $S --html", 0, "");

	(void)state;
	free(cut_data(want));
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		const struct taskmap_record row = named(hostile[i]);
		char *out = out_of(&row, 1, "$T graph -i $S --html", 0, "");
		char *data = cut_data(out);
		struct json_object *root = parse(data), *task;
		char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

		assert_string_equal(out, want);
		task = json_object_array_get_idx(get(root, "tasks"), 0);
		assert_string_equal(json_object_get_string(get(task, "comm")),
				    escape(row.comm, comm));
		json_object_put(root);
		free(data);
		free(out);
	}
	free(want);
}

/* The kernel's name is as little to be trusted in a file. */
static void test_release(void **state)
{
	static const char *const lines[] = {
		"$T graph -i $S | grep label=", "$T graph --html -i $S | grep -a 003c",
	};
	struct taskmap_header *header;
	char *dir = fixture_dir(), *path;
	unsigned char *image;
	size_t size;

	(void)state;
	image = fixture_image(NULL, 0, NULL, &size);
	header = (struct taskmap_header *)image;
	strcpy(header->release, "6\"<\\\n");
	path = fixture_file(dir, "odd", image, size);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct result result = run(path, lines[i]);

		assert_int_equal(result.status, 0);
		assert_non_null(strstr(result.out, i ? "6\\\"\\u003c\\\\134\\\\012" :
						       "6\\\"<\\\\134\\\\012"));
		result_clear(&result);
	}
	free(path);
	free(image);
	fixture_remove(dir);
}

/* What the page is told: tasks in the order of folds, with what they hold. */
static void test_html_data(void **state)
{
	struct taskmap_record *rows = fixture_system();
	char *out = out_of(rows, fixture_system_count,
			   "$T graph -i $S --html 200 --resources mm,files,io", 0, "");
	char *data = cut_data(out);
	struct json_object *root = parse(data);

	(void)state;
	assert_string_equal(json_object_to_json_string_ext(get(root, "resources"),
							   JSON_C_TO_STRING_PLAIN),
			    "[{\"name\":\"mm\",\"prefix\":\"mm\",\"help\":\"address space (CLONE_VM)\"},"
			    "{\"name\":\"files\",\"prefix\":\"files\",\"help\":\"table of open files (CLONE_FILES)\"}]");
	assert_string_equal(json_object_to_json_string_ext(get(root, "objects"),
							   JSON_C_TO_STRING_PLAIN),
			    "[{\"resource\":0,\"number\":3,\"holders\":5,\"refs\":5},"
			    "{\"resource\":1,\"number\":4,\"holders\":3,\"refs\":1}]");
	assert_string_equal(json_object_to_json_string_ext(get(root, "folds"),
							   JSON_C_TO_STRING_PLAIN),
			    "[1,1,1,1]");
	assert_string_equal(json_object_to_json_string_ext(
			    json_object_array_get_idx(get(root, "tasks"), 2),
							   JSON_C_TO_STRING_PLAIN),
			    "{\"pid\":202,\"tgid\":200,\"kind\":\"thread\",\"dead\":false,"
			    "\"comm\":\"server\",\"note\":\"own files; own fs; own net ns\","
			    "\"holds\":[3,5]}");
	assert_int_equal(json_object_get_int64(get(get(root, "taskmap"), "count")),
			 fixture_system_count);
	json_object_put(root);
	free(data);
	free(out);
	free(rows);
}

/* Whatever dot does: all of a picture, or none and one line. */
static void test_svg_fails(void **state)
{
	static const struct {
		const char *dot;	/* the script that stands for it */
		const char *err;
	} cases[] = {
		{ "cat >/dev/null; echo part; exit 3", "taskmap: dot did not draw it: exit status 3; " },
		{ "echo part; kill -9 $$", "taskmap: dot did not draw it: signal 9; " },
		{ "exit 0", "" },
	};

	(void)state;
	expect_out("PATH=/nowhere $T graph -i $S --svg", 3,
		   "taskmap: dot, which draws SVG, is not there; install graphviz", "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line;

		assert_true(asprintf(&line, "printf '#!/bin/sh\\n%s\\n' >dot; chmod +x dot; "
				     "PATH=.:$PATH $T graph -i $S --svg",
				     cases[i].dot) > 0);
		expect_out(line, *cases[i].err ? 3 : 0, cases[i].err, "");
		free(line);
	}
}

/* It gets what is printed otherwise, and what it says is printed. */
static void test_svg_pipe(void **state)
{
	(void)state;
	expect_out("printf '#!/bin/sh\\necho $*; cat\\n' >dot; chmod +x dot; "
		   "$T graph -i $S >want; PATH=.:$PATH $T graph -i $S --svg 4711 200 1 >/dev/null; "
		   "PATH=.:$PATH $T graph -i $S --svg >got; "
		   "head -n 1 got; tail -n +2 got | cmp - want", 0,
		   "taskmap: no task 4711", "-Tsvg\n");
	/* Where standard descriptors are closed, too. */
	expect_out("printf '#!/bin/sh\\ncat >/dev/null; echo drawn\\n' >dot; chmod +x dot; "
		   "PATH=.:$PATH $T graph -i $S --svg <&-", 0, "", "drawn\n");
	expect_out("printf '#!/bin/sh\\ncat >/dev/null; echo drawn\\n' >dot; chmod +x dot; "
		   "PATH=.:$PATH $T graph -i $S --svg >&-", 3,
		   "taskmap: cannot write to standard output: Bad file", "");
	/* Nor need whoever started it want to know of children. */
	expect_out("printf '#!/bin/sh\\ncat >/dev/null; echo drawn\\n' >dot; chmod +x dot; "
		   "PATH=.:$PATH env --ignore-signal=CHLD $T graph -i $S --svg", 0, "", "drawn\n");
	expect_out("printf '#!/bin/sh\\nseq 10000\\n' >dot; chmod +x dot; "
		   "PATH=.:$PATH $T graph -i $S --svg >/dev/full", 3,
		   "taskmap: cannot write to standard output: No space left", "");
}

static void test_svg(void **state)
{
	(void)state;
	if (!has_dot())
		skip();
	expect_out("$T graph -i $S --svg >svg; grep -c '<svg' svg; "
		   "grep -c 'class=\"edge\"' svg; grep -c 'class=\"node' svg",
		   0, "", "1\n29\n29\n");
}

/* Thousands in no time, of a size that a browser takes. */
static void test_many(void **state)
{
	enum { COUNT = 100000, EACH = 40 };
	struct taskmap_record *rows = xcalloc(COUNT, sizeof(*rows));
	char *out;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		rows[i] = i % EACH ? thread(&rows[i - i % EACH], i + 1) :
				     process(i + 1, 0, "x");
	out = out_of(rows, COUNT,
		     "$T graph -i $S | grep -c ' -- '; "
		     "$T graph -i $S --html --resources mm,net | wc -c", 0, "");
	assert_int_equal(strtol(out, NULL, 10), COUNT / EACH);
	assert_true(strtol(strchr(out, '\n'), NULL, 10) < 130 * COUNT);
	free(out);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundles),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_resources),
		cmocka_unit_test(test_dot_names),
		cmocka_unit_test(test_svg_names),
		cmocka_unit_test(test_html_names),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_html_data),
		cmocka_unit_test(test_svg_fails),
		cmocka_unit_test(test_svg_pipe),
		cmocka_unit_test(test_svg),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
