// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* taskmap graph: draw tasks and the objects that they hold. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/graph.h"

static int compare_numbers(unsigned int a, unsigned int b)
{
	return a < b ? -1 : a > b;
}

/* Makes objects with the same holders adjacent, sorted by resource. */
static int compare_holders(const void *a, const void *b)
{
	const struct object *x = a, *y = b;
	int order = compare_numbers(x->earliest, y->earliest);

	if (!order)
		order = compare_numbers(y->holders.count, x->holders.count);
	if (!order)
		order = memcmp(x->holders.tasks, y->holders.tasks,
			       x->holders.count * sizeof(*x->holders.tasks));
	return order ? order : compare_numbers(x->resource, y->resource);
}

static bool same_holders(const struct object *a, const struct object *b)
{
	return a->holders.count == b->holders.count &&
	       !memcmp(a->holders.tasks, b->holders.tasks,
		       a->holders.count * sizeof(*a->holders.tasks));
}

static void make_bundles(struct graph *graph)
{
	struct objects *objects = &graph->objects;
	struct bundle *bundle = NULL;

	qsort(objects->list, objects->count, sizeof(*objects->list),
	      compare_holders);
	graph->bundles = xcalloc(objects->count, sizeof(*graph->bundles));
	for (unsigned int i = 0; i < objects->count; i++) {
		const struct object *object = &objects->list[i];

		if (!bundle || !same_holders(bundle->objects, object)) {
			bundle = &graph->bundles[graph->bundle_count++];
			bundle->objects = object;
		}
		bundle->count++;
	}
}

static void make_links(struct graph *graph)
{
	graph->links = xcalloc(graph->model->count, sizeof(*graph->links));
	for (unsigned int b = 0; b < graph->bundle_count; b++) {
		const struct members holders = graph->bundles[b].objects->holders;

		for (unsigned int i = 0; i < holders.count; i++) {
			struct links *links = &graph->links[holders.tasks[i]];

			links->bundles = xgrow(links->bundles, links->count,
					       sizeof(*links->bundles));
			links->bundles[links->count++] = b;
		}
	}
}

static int compare_links(const struct links *a, const struct links *b)
{
	int order = compare_numbers(a->count, b->count);

	return order || !a->count ? order :
	       memcmp(a->bundles, b->bundles, a->count * sizeof(*a->bundles));
}

/* Kernel threads are after all other tasks, and thread groups are together. */
static int compare_places(const struct graph *graph, unsigned int a,
			  unsigned int b)
{
	const struct model *model = graph->model;
	int order = model_is_kthread(model, a) - model_is_kthread(model, b);

	if (!order)
		order = compare_numbers((unsigned int)model->tasks[a].tgid,
					(unsigned int)model->tasks[b].tgid);
	return order ? order : compare_numbers(a, b);
}

/* A creator is alone in its fold, because arrows start there. */
static int compare_lineages(const struct graph *graph, unsigned int a,
			    unsigned int b)
{
	const struct lineage *x, *y;
	int order;

	if (!graph->lineages)
		return 0;
	x = &graph->lineages[a];
	y = &graph->lineages[b];
	if (x->created || y->created)
		return compare_numbers(a, b);
	order = compare_numbers(x->creator, y->creator);
	return order ? order : (x->flags > y->flags) - (x->flags < y->flags);
}

static int compare_drawn(const struct graph *graph, unsigned int a,
			 unsigned int b)
{
	int order = compare_links(&graph->links[a], &graph->links[b]);

	return order ? order : compare_lineages(graph, a, b);
}

static int compare_alike(const void *a, const void *b, void *data)
{
	unsigned int x = *(const unsigned int *)a;
	unsigned int y = *(const unsigned int *)b;
	const struct graph *graph = data;
	int order = compare_drawn(graph, x, y);

	return order ? order : compare_places(graph, x, y);
}

/* Tasks without drawn objects come last. */
static int compare_folds(const void *a, const void *b, void *graph)
{
	const struct fold *x = a, *y = b;
	int order = !x->links.count - !y->links.count;

	return order ? order : compare_places(graph, x->tasks[0], y->tasks[0]);
}

static void add_fold(struct graph *graph, unsigned int first,
		     unsigned int count)
{
	const unsigned int *tasks = graph->tasks + first;

	graph->folds[graph->fold_count++] = (struct fold){
		.tasks = tasks,
		.count = count,
		.links = graph->links[*tasks],
	};
}

/*
 * Adds folds for the tasks from @first to before @end, which hold the same
 * objects.
 */
static void fold_alike(struct graph *graph, unsigned int first,
		       unsigned int end)
{
	if (end - first > GRAPH_ALIKE) {
		add_fold(graph, first, end - first);
		return;
	}
	for (; first < end; first++)
		add_fold(graph, first, 1);
}

static void make_folds(struct graph *graph, const bool *chosen)
{
	unsigned int first = 0;

	graph->tasks = xcalloc(graph->model->count, sizeof(*graph->tasks));
	for (unsigned int i = 0; i < graph->model->count; i++) {
		if (chosen[i])
			graph->tasks[graph->task_count++] = i;
	}
	qsort_r(graph->tasks, graph->task_count, sizeof(*graph->tasks),
		compare_alike, graph);
	graph->folds = xcalloc(graph->task_count, sizeof(*graph->folds));
	for (unsigned int i = 1; i <= graph->task_count; i++) {
		if (i < graph->task_count &&
		    !compare_drawn(graph, graph->tasks[first],
				   graph->tasks[i]))
			continue;
		fold_alike(graph, first, i);
		first = i;
	}
	qsort_r(graph->folds, graph->fold_count, sizeof(*graph->folds),
		compare_folds, graph);
}

static void find_lineages(struct graph *graph, const bool *chosen)
{
	struct lineage *lineages = xcalloc(graph->model->count,
					   sizeof(*lineages));

	for (unsigned int i = 0; i < graph->model->count; i++) {
		const struct birth birth = model_birth(graph->model, i);

		lineages[i].creator = NO_TASK;
		if (birth.creator == NO_TASK || !chosen[i] ||
		    !chosen[birth.creator])
			continue;
		lineages[i].creator = birth.creator;
		lineages[i].flags = birth.flags;
		lineages[birth.creator].created = true;
	}
	graph->lineages = lineages;
}

static void count_lines(struct graph *graph)
{
	for (unsigned int f = 0; f < graph->fold_count; f++) {
		const struct fold *fold = &graph->folds[f];

		for (unsigned int i = 0; i < fold->links.count; i++) {
			struct bundle *bundle =
				&graph->bundles[fold->links.bundles[i]];

			bundle->lines++;
			bundle->shown += fold->count;
		}
	}
}

/* The resources of @wanted of which a chosen task holds an object. */
static uint32_t resources_held(const struct graph *graph, uint32_t wanted)
{
	uint32_t held = 0;

	for (unsigned int i = 0; i < graph->task_count; i++) {
		const struct taskmap_record *task =
			&graph->model->tasks[graph->tasks[i]];

		for_each_resource(r)
			held |= task->ids[r] ? BIT(r) : 0;
	}
	return held & wanted;
}

/*
 * Fills in @graph. Objects have all their holders, even those that were not
 * chosen. Takes O(n log n) of the number of tasks and of the objects that they
 * hold.
 */
static void graph_init(struct graph *graph, struct model *model,
		       const struct object_filter *filter, bool births)
{
	memset(graph, 0, sizeof(*graph));
	graph->model = model;
	need_memory(objects_make(&graph->objects, model, filter));
	make_bundles(graph);
	make_links(graph);
	if (births)
		find_lineages(graph, filter->chosen);
	make_folds(graph, filter->chosen);
	graph->resources = resources_held(graph, filter->resources);
	count_lines(graph);
}

static void graph_free(struct graph *graph)
{
	objects_free(&graph->objects);
	free(graph->bundles);
	free(graph->folds);
	free(graph->tasks);
	for (unsigned int i = 0; i < graph->model->count; i++)
		free(graph->links[i].bundles);
	free(graph->links);
	free(graph->lineages);
}

uint32_t graph_own(const struct graph *graph, unsigned int task)
{
	uint32_t own = 0;

	for_each_resource_in(graph->resources, r) {
		if (model_group(graph->model, task, r).holders.count == 1)
			own |= BIT(r);
	}
	return own;
}

bool graph_is_crowded(const struct graph *graph)
{
	return graph->fold_count > GRAPH_READABLE;
}

bool graph_is_written(const struct bundle *bundle)
{
	return bundle->lines > GRAPH_LINES;
}

/*
 * dot(1) draws the graph. It is executed, not linked: its library needs
 * libraries for fonts and images, which everyone who only wants a list would
 * have to install.
 */

#define NO_DOT	127

static int explain_dot(int status, struct error *error)
{
	if (WIFSIGNALED(status))
		return error_set(error,
				 "dot failed with signal %d: try fewer tasks, or --html",
				 WTERMSIG(status));
	if (WEXITSTATUS(status) == NO_DOT)
		return error_set(error,
				 "dot not found: install graphviz, or omit --svg and draw the output elsewhere");
	return error_set(error,
			 "dot failed with exit status %d: try fewer tasks, or --html",
			 WEXITSTATUS(status));
}

/*
 * The file descriptor that dot writes to: dash(1) only supports a single digit.
 */
#define SVG_FD		9

static void print_title(const struct graph *graph)
{
	printf("<title>taskmap: %u of %u tasks and the objects that they hold</title>\n"
	       "<desc>Tasks are on the left, objects on the right. A line leads from a task to each object that it holds.%s%s</desc>\n",
	       graph->task_count, graph->model->count,
	       graph_is_crowded(graph) ? " " : "",
	       graph_is_crowded(graph) ? GRAPH_CROWDED : "");
}

/*
 * Copies the drawing, and makes it an image with a title and a description for
 * screen readers. main() reports a failure to write at the end, as for all output.
 */
static void print_svg(const struct graph *graph)
{
	static const char begin[] = "<svg ";
	FILE *svg = fdopen(SVG_FD, "r");
	bool titled = false;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	need_memory(!svg);
	rewind(svg);
	while ((length = getline(&line, &size, svg)) >= 0) {
		const char *rest = line;

		if (!strncmp(line, begin, strlen(begin))) {
			fputs("<svg role=\"img\" ", stdout);
			rest += strlen(begin);
			length -= (ssize_t)strlen(begin);
		} else if (!titled && !strncmp(line, "<g ", strlen("<g "))) {
			print_title(graph);
			titled = true;
		}
		fwrite(rest, 1, (size_t)length, stdout);
	}
	need_memory(!feof(svg));
	free(line);
	fclose(svg);
}

/* Returns the status of dot as pclose(3) does, or -1. */
static int run_dot(const struct graph *graph,
		   const struct taskmap_header *header)
{
	sighandler_t old;
	FILE *dot;
	int status;

	/* If SIGCHLD is ignored, pclose(3) fails. */
	signal(SIGCHLD, SIG_DFL);
	dot = popen("command -v dot >/dev/null || exit 127; exec dot -Tsvg >&9 9>&-",
		    "w");
	if (!dot)
		return -1;
	/* The exit status of dot says more than a failure to write to it. */
	old = signal(SIGPIPE, SIG_IGN);
	graph_print_dot(graph, header, dot);
	status = pclose(dot);
	/* dot succeeded, although it did not read everything. */
	if (status < 0 && errno == EPIPE)
		status = 0;
	signal(SIGPIPE, old);
	return status;
}

/*
 * Prints the drawing only when it is complete. If dot wrote to standard output
 * itself, it could leave an incomplete drawing there, and would not report why
 * a write failed.
 */
static int draw_svg(const struct graph *graph,
		    const struct taskmap_header *header, struct error *error)
{
	int fd = memfd_create("svg", 0);
	int status = -1;

	if (fd >= 0 && dup2(fd, SVG_FD) >= 0)
		status = run_dot(graph, header);
	if (status < 0)
		error_set(error, "cannot run dot: %s", strerror(errno));
	else if (status)
		explain_dot(status, error);
	/*
	 * If standard output is closed, memfd_create(2) may have returned its
	 * number.
	 */
	if (fd != SVG_FD)
		close(fd);
	if (!status)
		print_svg(graph);
	return status ? -1 : 0;
}

static int draw_page(const struct options *options, struct error *error)
{
	struct view view;

	if (options->files)
		return graph_page_of_files(options, error);
	if (view_open(&view, options, error))
		return -1;
	view_choose(&view);
	graph_print_page(&view);
	return view_close(&view, STATUS_DONE);
}

static int draw(const struct options *options, struct error *error)
{
	struct graph graph;
	struct view view;
	int ret = 0;

	if (options->output.format == FORMAT_HTML ||
	    options->output.format == FORMAT_JSON)
		return draw_page(options, error);
	if (view_open(&view, options, error))
		return -1;
	view_choose(&view);
	graph_init(&graph, &view.model, &(struct object_filter){
		options->resources, view.chosen, options->all },
		options->births);
	if (options->output.format == FORMAT_SVG)
		ret = draw_svg(&graph, &view.snap.header, error);
	else
		graph_print_dot(&graph, &view.snap.header, stdout);
	graph_free(&graph);
	return view_close(&view, ret ? ret : STATUS_DONE);
}

/*
 * What is printed goes to memory, and to the file when it is complete. main() then
 * closes standard output, which is that memory.
 */
static int collect_output(struct error *error)
{
	int fd = memfd_create("graph", 0);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return error_set(error, "cannot collect the drawing: %s",
				 strerror(errno));
	if (fd != STDOUT_FILENO)
		close(fd);
	return 0;
}

static int save_output(const char *path, struct error *error)
{
	struct buffer image = { 0 };
	const char *reason = NULL;
	struct stat stat;

	if (fflush(stdout) || fstat(STDOUT_FILENO, &stat)) {
		reason = strerror(errno);
	} else {
		image.size = (size_t)stat.st_size;
		image.bytes = mmap(NULL, image.size, PROT_READ, MAP_SHARED,
				   STDOUT_FILENO, 0);
		reason = image.bytes == MAP_FAILED ? strerror(errno) :
			 save_as(path, &image, SAVE_UMASK);
	}
	return reason ? error_set(error, "cannot write %s: %s", path, reason) : 0;
}

int graph_command(const struct options *options, struct error *error)
{
	int ret = options->file ? collect_output(error) : 0;

	if (!ret)
		ret = draw(options, error);
	if (ret >= 0 && options->file && save_output(options->file, error))
		return -1;
	return ret;
}
