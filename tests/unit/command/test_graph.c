// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap graph: the drawing, its labels, and that no name is taken for code.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "command/graph.c"

/* Ids that no fixture uses, one for each @n. */
#define OTHER(n)	(0x7700000000000000ULL + (unsigned int)(n))
#define SET(resource)	BIT(TASKMAP_##resource)

/* Results of graph_init() */

struct set {
	struct snapshot snap;
	struct model model;
	struct graph graph;
};

/* Chooses @pids, which end with 0; NULL: all. */
static void set_init(struct set *set, const struct taskmap_record *rows,
		     unsigned int count, uint32_t of, const int *pids,
		     bool all)
{
	bool *chosen = xcalloc(count, sizeof(*chosen));
	const struct object_filter filter = {
		.resources = of, .chosen = chosen, .unshared = all,
	};

	set->snap = fixture_snapshot(rows, count);
	assert_int_equal(model_init(&set->model, &set->snap), 0);
	for (unsigned int i = 0; i < count; i++) {
		chosen[i] = !pids;
		for (const int *pid = pids; pid && *pid; pid++)
			chosen[i] |= rows[i].pid == *pid;
	}
	graph_init(&set->graph, &set->model, &filter, false);
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
			resources[bundle->objects[i].resource].key,
			set->model.holders[bundle->objects[i].resource]
			.number[bundle->objects[i].earliest]);
}

/* Adds a line per fold with its pids and objects, and a line per bundle with counts. */
static void tell(struct transcript *to, const char *what,
		 const struct taskmap_record *rows, unsigned int count,
		 uint32_t of, const int *pids, bool all)
{
	struct set set;
	const struct graph *graph = &set.graph;

	set_init(&set, rows, count, of, pids, all);
	fprintf(to->file, "%s\n", what);
	for (unsigned int f = 0; f < graph->fold_count; f++) {
		const struct fold *fold = &graph->folds[f];

		for (unsigned int i = 0; i < fold->count; i++)
			fprintf(to->file, "%c%d", i ? ',' : '\t',
				set.snap.tasks[fold->tasks[i]].pid);
		fputc(':', to->file);
		for (unsigned int i = 0; i < fold->links.count; i++)
			print_bundle(&set, &graph->bundles[fold->links.bundles[i]],
				     to->file);
		fputc('\n', to->file);
	}
	for (unsigned int b = 0; b < graph->bundle_count; b++) {
		const struct bundle *bundle = &graph->bundles[b];

		fputc('\t', to->file);
		print_bundle(&set, bundle, to->file);
		fprintf(to->file, ": %u of %u by %u\n", bundle->shown,
			bundle->objects->holders.count, bundle->lines);
	}
	set_free(&set);
}

GOLDEN_TEST(test_bundles, "command/graph-bundles")
{
	struct taskmap_record rows[4] = {
		process(5, 0, "x"), { 0 }, process(7, 0, "y"), process(8, 0, "z"),
	};
	static const int pids[] = { 6, 7, 0 };

	rows[1] = thread(&rows[0], 6);
	rows[2].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	rows[3].ids[TASKMAP_FS] = rows[2].ids[TASKMAP_FS];
	tell(to, "objects with the same holders are one, with fewer they are not",
	     rows, 4, SET(MM) | SET(FILES) | SET(FS) | SET(SIGNAL), NULL, false);
	rows[0] = process(5, 0, "x");
	rows[1] = process(6, 0, "y");
	rows[1].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	tell(to, "objects of one holder, if they are asked for", rows, 2,
	     SET(MM) | SET(FS) | SET(SIGNAL), NULL, true);
	rows[2] = process(7, 0, "z");
	rows[3] = process(8, 0, "z");
	for (int i = 0; i < 3; i++)
		rows[i].ids[TASKMAP_FS] = OTHER(1);
	rows[3].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	tell(to, "who was not chosen is counted, and not drawn", rows, 4,
	     SET(MM) | SET(FS), pids, false);
	rows[0] = kthread(5, "x");
	rows[1] = kthread(6, "y");
	tell(to, "nobody holds no object together with somebody", rows, 2,
	     SET(MM), NULL, false);
	tell(to, "nor alone", rows, 2, SET(MM), NULL, true);
	tell(to, "nobody", rows, 0, SET(MM), NULL, false);
}

GOLDEN_TEST(test_folds, "command/graph-folds")
{
	enum { HALF = GRAPH_ALIKE };
	struct taskmap_record rows[2 * HALF + 1] = {
		kthread(2, "k"), process(3, 0, "alone"), process(4, 0, "a"),
		process(5, 0, "b"),
	};

	assert_int_equal(GRAPH_ALIKE, 6);
	rows[4] = thread(&rows[3], 6);
	rows[5] = thread(&rows[2], 7);
	rows[3].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	tell(to, "user tasks by thread group, kernel threads, and who shares nothing",
	     rows, 6, SET(MM) | SET(FS), NULL, false);
	rows[0] = process(1, 0, "x");
	rows[HALF] = process(7, 0, "y");
	for (int i = 1; i <= HALF; i++) {
		if (i < HALF)
			rows[i] = thread(&rows[0], 1 + i);
		rows[HALF + i] = thread(&rows[HALF], 7 + i);
	}
	tell(to, "as many alike as are drawn one by one, and one more", rows,
	     2 * HALF + 1, SET(MM), NULL, false);
	rows[9].ids[TASKMAP_MM] = rows[0].ids[TASKMAP_MM];
	tell(to, "one that holds something else, wherever it stands", rows,
	     2 * HALF + 1, SET(MM), NULL, false);
	for (int i = 0; i < 7; i++)
		rows[i] = process(1 + i, 0, "x");
	tell(to, "those that share nothing are alike, too", rows, 7, SET(MM),
	     NULL, false);
	tell(to, "but not many", rows, 6, SET(MM), NULL, false);
}

/* Lines count as drawn: to folds, not to tasks. */
TEST(test_written)
{
	struct taskmap_record rows[2 * (GRAPH_LINES + 1) + 20];
	unsigned int count = 0;
	struct set set;

	for (int i = 0; i <= GRAPH_LINES; i++) {
		rows[count] = process(10 + 2 * i, 0, "x");
		rows[count + 1] = thread(&rows[count], 11 + 2 * i);
		if (i % 2)	/* a different object for each */
			rows[count + 1].ids[TASKMAP_FS] = OTHER(i);
		count += 2;
	}
	set_init(&set, rows, count, SET(MM) | SET(NET_NS), NULL, false);
	assert_int_equal(set.graph.bundles[0].objects->resource, TASKMAP_NET_NS);
	assert_true(graph_is_written(&set.graph.bundles[0]));
	assert_false(graph_is_written(&set.graph.bundles[1]));
	set_free(&set);
	set_init(&set, rows, GRAPH_LINES, SET(NET_NS) | SET(MM), NULL, false);
	assert_int_equal(set.graph.bundles[0].lines, GRAPH_LINES);
	assert_false(graph_is_written(&set.graph.bundles[0]));
	set_free(&set);
	/* Two hundred tasks in one fold have one line. */
	for (unsigned int i = 0; i < count; i++)
		rows[i].ids[TASKMAP_MM] = OTHER(1000 + i);
	set_init(&set, rows, count, SET(NET_NS) | SET(MM), NULL, false);
	assert_int_equal(set.graph.bundles[0].lines, 1);
	set_free(&set);
}

TEST(test_own)
{
	struct taskmap_record rows[2] = { process(5, 0, "x"), process(6, 0, "y") };
	struct set set;

	rows[1].ids[TASKMAP_FS] = rows[0].ids[TASKMAP_FS];
	set_init(&set, rows, 2, SET(MM) | SET(FS) | SET(IO), NULL, false);
	assert_int_equal(graph_own(&set.graph, 0), SET(MM));
	assert_int_equal(graph_own(&set.graph, 1), SET(MM));
	/* Resources without holders are not drawn. */
	assert_int_equal(set.graph.resources, SET(MM) | SET(FS));
	set_free(&set);
}

/* From outside */

/* The output of @line for @rows. It must succeed without a message. */
static char *out_of(const struct taskmap_record *rows, size_t count,
		    const char *line)
{
	char *dir = fixture_dir();
	char *path = fixture_image_file(dir, "snapshot", rows, count, NULL);
	struct result result = run(path, line);

	if (result.status || *result.err)
		fail_msg("%s: exit %d: %s%s", line, result.status, result.err,
			 result.out);
	free(path);
	fixture_remove(dir);
	free(result.err);
	return result.out;
}

static void expect_system(const char *name, const char *const *lines)
{
	struct taskmap_record *rows = fixture_system();

	expect_transcript(name, rows, fixture_system_count, lines);
	free(rows);
}

#define PIDS	" | grep -oE '^[[:space:]]*[0-9]+ \\['"
#define HEADS	" | sed -n 's/^  \"\\([^\"]*\\)\" .*/\\1/p' | sort"

TEST(test_chosen)
{
	static const char *const lines[] = {
		"$T graph -i $S 300,1 -p 600" PIDS,
		"$T graph -i $S -k kthread 600 2" PIDS,
		/* Pids include all their threads, as in other commands. */
		"$T graph -i $S 200 202" PIDS,
		"$T graph -i $S 4711 300 >o; s=$?; grep -c make o; exit $s",
		"$T graph -i $S 2 300 --resources fs,MM" HEADS,
		"$T graph -i $S 2 300 --resources netns" HEADS,
		"$T graph -i $S 2 300 --resources mm --resources files" HEADS,
		"$T graph -i $S 2 300 --resources +net" HEADS,
		NULL
	};

	expect_system("command/graph-chosen", lines);
}

/* Names with special characters of DOT, HTML or JSON. */
static const char *const hostile[] = {
	"</script><b>", "<!--<script", "]]><script>", "\"];x[label=\"", "\\", "\"",
	"\\\"", "x\\", "\\N\\G\\l", "&lt;&amp;&#34;", "{a|b}<p>", "'><img src=",
	"a\nb\r\t", "\xff\xfe\"<", "\xe2\x80\xa8</", "\xe2\x80\xae<b>", "@DATA@",
	"<b>", "//--></", "${1+1}`x`", "__proto__", "", "-->", "\\u003c/",
};

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

/* Cuts the data out of the page in @out, and returns it. */
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

/*
 * DOT outside quotes, and a page outside its data, are the same for every name.
 * Inside, the name is as in list. The data is what graph -J prints.
 */
TEST(test_names)
{
	const struct taskmap_record harmless = process(5, 0, "x");
	char *dot = out_of(&harmless, 1, "$T graph -i $S");
	char *page = out_of(&harmless, 1, "$T graph -i $S --html");

	drop_strings(dot);
	free(cut_data(page));
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		const struct taskmap_record row = process(5, 0, hostile[i]);
		char *out = out_of(&row, 1, "$T graph -i $S"), *data, *json;
		char comm[ESCAPED_SIZE(TASKMAP_COMM_LEN)];
		struct json_object *root, *task;

		drop_strings(out);
		assert_string_equal(out, dot);
		free(out);
		out = out_of(&row, 1, "$T graph -i $S --html");
		data = cut_data(out);
		assert_string_equal(out, page);
		/* Without the newline at the end */
		json = out_of(&row, 1, "$T graph -i $S -J");
		assert_int_equal(strlen(json), strlen(data) + 1);
		assert_memory_equal(json, data, strlen(data));
		free(json);
		root = json_tokener_parse(data);
		if (!root)
			fail_msg("not JSON: %s", data);
		assert_true(json_object_object_get_ex(root, "snapshots", &task));
		task = json_object_array_get_idx(task, 0);
		assert_true(json_object_object_get_ex(task, "tasks", &task));
		task = json_object_array_get_idx(task, 0);
		assert_true(json_object_object_get_ex(task, "comm", &task));
		assert_string_equal(json_object_get_string(task),
				    escape(row.comm, comm));
		json_object_put(root);
		free(data);
		free(out);
	}
	free(page);
	free(dot);
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

/* Graphviz reads names correctly: the text in its SVG is that of list. */
TEST(test_svg_names)
{
	/* All objects are drawn, so that the tasks differ. */
	static const char *const lines[] = {
		"$T -i $S -n -o PID,COMM | sed 's/^ *//;s/ -$//;s/ *$//' | sort >want; "
		"$T graph -i $S --svg --all | "
		"sed -n 's/.*<text[^>]*>\\([0-9]* .*\\)<.text>/\\1/p' | grep -v ' tasks, \\|holder' | "
		"sed 's/&lt;/</g;s/&gt;/>/g;s/&quot;/\"/g;s/&#39;/'\\''/g;s/&#45;/-/g;"
		"s/&#160;/ /g;s/&amp;/\\&/g;s/ *$//' | sort >got; wc -l <got; diff want got",
		NULL
	};
	struct taskmap_record rows[ARRAY_SIZE(hostile)];

	if (!has_dot())
		skip();
	for (int i = 0; i < (int)ARRAY_SIZE(hostile); i++)
		rows[i] = process(10 + i, 0, hostile[i]);
	expect_transcript("command/graph-svg-names", rows, ARRAY_SIZE(hostile),
			  lines);
}

/* The kernel's release in a file can be hostile, too. */
GOLDEN_TEST(test_release, "command/graph-release")
{
	char *dir = fixture_dir(), *path;
	unsigned char *image;
	size_t size;

	image = fixture_image(NULL, 0, NULL, &size);
	strcpy(((struct taskmap_header *)image)->release, "6\"<\\\n");
	path = fixture_file(dir, "odd", image, size);
	transcript_run(to, path, "$T graph -i $S | grep label=");
	transcript_run(to, path,
		       "$T graph --html -i $S | grep -o '\"release\":[^,]*'");
	free(path);
	free(image);
	fixture_remove(dir);
}

/* The data of the page: tasks, their objects, and what the other commands say. */
GOLDEN_TEST(test_html_data, "command/graph-data")
{
	struct taskmap_record *rows = fixture_system();
	char *out = out_of(rows, fixture_system_count,
			   "$T graph -i $S --html 200 --resources mm,files,io");
	char *data = cut_data(out);

	fputs(data, to->file);
	free(data);
	free(out);
	free(rows);
}

/*
 * A page of several snapshots: equal numbers are equal ids in all of them, and those
 * of different loads of the module are refused.
 */
GOLDEN_TEST(test_series, "command/graph-series")
{
	struct taskmap_record rows[3] = {
		process(5, 0, "x"), { 0 }, process(7, 0, "y"),
	};
	char *dir = fixture_dir();
	unsigned char *image;
	size_t size;

	rows[1] = thread(&rows[0], 6);
	free(fixture_image_file(dir, "a", rows, 3, NULL));
	rows[1].ids[TASKMAP_FILES] = OTHER(1);
	free(fixture_image_file(dir, "b", rows, 2, NULL));
	/* Without task 5, its object would have the number 1 in "c" alone. */
	free(fixture_image_file(dir, "c", rows + 1, 1, NULL));
	image = fixture_image(rows, 2, NULL, &size);
	((struct taskmap_header *)image)->fingerprint++;
	free(fixture_file(dir, "other", image, size));
	transcript_run(to, dir, "cd $S; $T graph --html --resources mm,files a b c | "
		       "grep -oE '\"(file|pid)\":[^,]*|^\\[.*|\"holds\":[0-9]*'");
	transcript_run(to, dir, "cd $S; $T graph --html -p 7 b a c | grep -o '\"pid\":[^,]*,\"tgid.*start\"'");
	transcript_run(to, dir, "cd $S; $T graph --html a b other");
	transcript_run(to, dir, "cd $S; $T graph --html a nothing");
	transcript_run(to, dir, "cd $S; $T graph --html a - <b | grep -o '\"file\":[^,]*'");
	free(image);
	fixture_remove(dir);
}

/* Creates a script that replaces dot(1). */
#define DOT(script)	"printf '#!/bin/sh\\n" script "\\n' >dot; chmod +x dot; "
#define SVG		"PATH=.:$PATH $T graph -i $S --svg"
#define DRAWN		DOT("cat >/dev/null; echo drawn")

/* Whatever dot does, there is a whole drawing, or none and one line of error. */
TEST(test_svg)
{
	static const char *const lines[] = {
		"PATH=/nowhere $T graph -i $S --svg",
		DOT("cat >/dev/null; echo part; exit 3") SVG,
		DOT("echo part; kill -9 $$") SVG,
		DOT("exit 0") SVG,
		/*
		 * dot gets the DOT that graph would print, and its output is
		 * printed.
		 */
		DOT("echo $*; cat") "$T graph -i $S >want; " SVG " >got; "
		"head -n 1 got; tail -n +2 got | cmp - want",
		DRAWN SVG " 4711 200 1",
		/* Standard descriptors can be closed. */
		DRAWN SVG " <&-",
		DRAWN SVG " 2>&-",
		DRAWN SVG " >&-",
		DRAWN SVG " <&- >&-",
		/* The parent can have set SIGCHLD to be ignored. */
		DRAWN "PATH=.:$PATH env --ignore-signal=CHLD $T graph -i $S --svg",
		DOT("seq 10000") SVG " >/dev/full",
		/* There is no error if the reader of the output stops. */
		DOT("seq 100000") SVG " | head -n 1",
		NULL
	};

	expect_system("command/graph-svg", lines);
}

TEST(test_dot)
{
	static const char *const lines[] = {
		"$T graph -i $S --svg >svg; grep -c '<svg' svg; grep -c 'class=\"edge\"' svg; grep -c 'class=\"node' svg",
		"$T graph -i $S --svg >/dev/full",
		/* An image, with one title and one description of its own. */
		"$T graph -i $S 1 --svg | grep -oE '^<(svg role=\"img\" |title>taskmap:.*|desc>.*)'",
		NULL
	};

	if (!has_dot())
		skip();
	expect_system("command/graph-dot", lines);
}

/* A file has what standard output would have, or remains as it was. */
TEST(test_file)
{
	static const char *const lines[] = {
		"$T graph -i $S >a; $T graph -i $S -o b; cmp a b",
		"$T graph -i $S --html >a; $T graph --html --output=b -i $S; cmp a b",
		"$T graph -i $S >a; $T graph -i $S -o - | cmp a",
		"$T graph -i $S >a; $T graph -i $S -o b >&-; cmp a b",
		"echo old >b; " DOT("echo half; exit 3") SVG " -o b; cat b",
		"$T graph -i $S -o nowhere/b",
		"ln -s a b; $T graph -i $S -o b; ls",
		/* A new file has the mode of any other. */
		"umask 027; $T graph -i $S -o b; stat -c %a b; chmod 604 b; "
		"$T graph -i $S -o b; stat -c %a b",
		NULL
	};

	expect_system("command/graph-file", lines);
}

/* The end of the name decides the format, but an option knows better. */
TEST(test_file_name)
{
	static const char *const lines[] = {
		DRAWN "PATH=.:$PATH $T graph -i $S -o b.SVG; cat b.SVG",
		"$T graph -i $S -o b.html; head -n 1 b.html",
		"$T graph -i $S -o b.htm; head -n 1 b.htm",
		"for f in b b.dot b.gv b.svg.txt svg; do $T graph -i $S -o $f; head -n 1 $f; done",
		"$T graph -i $S --html -o b.svg; head -n 1 b.svg",
		DRAWN "PATH=.:$PATH $T graph -i $S --svg -o b.html; cat b.html",
		/* A page of files needs no --html then. */
		"cp $S a; $T graph -o b.html a a; grep -o '\"file\":[^,]*' b.html",
		"$T graph -i $S -o b.json; grep -c json_version b.json",
		"$T graph -i $S -o b.png; $T graph -i $S -o x/b.PDF; ls",
		NULL
	};

	expect_system("command/graph-file-name", lines);
}

/* Thousands of tasks are fast, and the page is small enough for a browser. */
TEST(test_many)
{
	enum { COUNT = 100000, EACH = 40 };
	struct taskmap_record *rows = xcalloc(COUNT, sizeof(*rows));
	char *out;

	for (int i = 0; i < COUNT; i++)
		rows[i] = i % EACH ? thread(&rows[i - i % EACH], i + 1) :
				     process(i + 1, 0, "x");
	out = out_of(rows, COUNT,
		     "$T graph -i $S | grep -c ' -- '; "
		     "$T graph -i $S --html --resources mm,net | wc -c; "
		     /* The DOT does not fit into a pipe, and dot reads none of it. */
		     DOT("echo drawn") SVG);
	assert_int_equal(strtol(out, NULL, 10), COUNT / EACH);
	assert_true(strtol(strchr(out, '\n'), NULL, 10) < 130 * COUNT);
	assert_non_null(strstr(out, "\ndrawn\n"));
	free(out);
	free(rows);
}

/* A drawing with many nodes says so, in its title and in the picture. */
TEST(test_crowded)
{
	enum { COUNT = 2 * GRAPH_READABLE + 2 };
	struct taskmap_record rows[COUNT];
	char *out;

	for (int i = 0; i < COUNT; i++)
		rows[i] = i % 2 ? thread(&rows[i - 1], i + 1) :
				  process(i + 1, 0, "x");
	out = out_of(rows, COUNT - 2 - GRAPH_READABLE, "$T graph -i $S");
	assert_null(strstr(out, GRAPH_CROWDED));
	free(out);
	out = out_of(rows, COUNT, "$T graph -i $S");
	assert_non_null(strstr(out, GRAPH_CROWDED));
	free(out);
	out = out_of(rows, COUNT,
		     DOT("cat >/dev/null; echo \"<svg x>\"; echo \"<g >\"")
		     SVG " | grep -c '^<desc>.*too many tasks'");
	assert_string_equal(out, "1\n");
	free(out);
}

TEST(test_births)
{
	static const char *const lines[] = {
		"$T graph --births -i $S | grep -e class=birth -e ' by '",
		/* Only births between drawn tasks. */
		"$T graph --births -i $S 601 610 | grep class=birth",
		"$T graph -i $S | grep -c class=birth",
		"$T graph --html -i $S 601 610 | grep -o '\"birth\":.*'",
		NULL
	};
	struct taskmap_record *rows = fixture_births();

	expect_transcript("command/graph-births", rows, fixture_births_count,
			  lines);
	free(rows);
}

int main(void)
{
	return run_all("graph", NULL, NULL);
}
