// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * taskmap-zoo quiz: its questions and answers for an invented snapshot, and how it
 * reads what is typed. live/test_quiz.py tests it against the kernel.
 */
#include <sched.h>

#include "command.h"
#include "fixture.h"

/* For its static functions. The headers of the tests use these names otherwise. */
#undef skip
#define shape zoo_shape
#include "zoo/quiz.c"

#define SEEDS	300

void flush_output(void)
{
	fflush(stdout);
}

/* The shapes of the test; tasks are not created, only reported. */
static const struct shape shapes[] = {
	{ .name = "threads", .flags = CLONE_POSIX_THREAD, .count = 3 },
	{ .name = "worker", .flags = 0 },
	{ .name = "clone-vm", .flags = CLONE_VM },
	{ .name = "clone-newnet", .flags = CLONE_NEWNET },
	{ .name = "clone-fs+parent", .flags = CLONE_FS | CLONE_PARENT },
};

const struct shape *shape_at(size_t index)
{
	return index < ARRAY_SIZE(shapes) ? &shapes[index] : NULL;
}

/* Shapes that are not here are like "threads". */
const struct shape *shape_find(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		if (!strncmp(shapes[i].name, name, length))
			return &shapes[i];
	return &shapes[0];
}

/* This kernel has no workers. The pids are the number of the call and of the task. */
static int created;

char *create_shape(const struct shape *shape, bool apart)
{
	int pid = 100 * ++created;

	assert_true(apart);
	if (!strcmp(shape->name, "worker"))
		return xstrdup("skip worker io_uring_setup: no such call\n");
	return xasprintf("%s-parent %d %d\n%s %d %d\n", shape->name, pid, pid,
			 shape->name, pid, pid + 1);
}

/* The members of the test, in order, with the records of their tasks. */
static struct taskmap_record tasks[16];
static unsigned int task_count;

static struct taskmap_record *add(struct taskmap_record task)
{
	tasks[task_count] = task;
	return &tasks[task_count++];
}

/* A child of @parent that shares @set with it, as after clone(2). */
static struct taskmap_record *add_child(const struct taskmap_record *parent,
					int pid, uint32_t set)
{
	struct taskmap_record *child = add(process(pid, parent->tgid, "child"));

	for_each_resource_in(set, r)
		child->ids[r] = parent->ids[r];
	return child;
}

static struct taskmap_record *add_leader(int pid)
{
	struct taskmap_record *leader = add(process(pid, 100, "leader"));

	leader->kind = TASKMAP_MAIN;
	leader->threads = 2;
	return leader;
}

static void invent_tasks(void)
{
	const uint32_t linuxthreads = BIT(TASKMAP_MM) | BIT(TASKMAP_FILES) |
				      BIT(TASKMAP_FS) | BIT(TASKMAP_SIGHAND);
	struct taskmap_record *leader;

	task_count = 0;
	add(process(100, 1, "taskmap-zoo"))->state = 'R';
	leader = add_leader(110);
	add(thread(leader, 111))->ids[TASKMAP_FS]++;
	leader = add(process(120, 100, "linuxthreads"));
	add_child(leader, 121, linuxthreads);
	leader = add(process(130, 100, "vfork"));
	leader->state = 'D';
	add_child(leader, 131, BIT(TASKMAP_MM));
	leader = add_leader(140);
	add(thread(leader, 141))->kind = TASKMAP_WORKER;
	leader = add_leader(150);
	add(thread(leader, 151));
	*leader = zombie(*leader);
	leader = add(process(160, 100, "stopped"));
	add_child(leader, 161, 0)->state = 'T';
}

/* The members of a quiz, two of each company except the first. */
static void set_up(struct quiz *quiz, struct snapshot *snap)
{
	*quiz = (struct quiz){ 0 };
	*snap = fixture_snapshot(tasks, task_count);
	assert_false(model_init(&quiz->model, snap));
	for (unsigned int i = 0; i < task_count; i++) {
		struct member *member = add_member(quiz, tasks[i].pid,
						   (int)(i + 1) / 2);

		member->state = i ? (char)tasks[i].state : 0;
		if (tasks[i].kind == TASKMAP_WORKER)
			member->state = 0;
		member->ends_child = tasks[i].pid == 160;
		member->how = "fork()";
	}
	assert_true(find_members(quiz));
}

static void tear_down(struct quiz *quiz, struct snapshot *snap)
{
	model_free(&quiz->model);
	snapshot_free(snap);
}

static void restart(struct quiz *quiz, uint64_t seed)
{
	quiz->random = seed;
	quiz->asked = 0;
	memset(quiz->questions, 0, sizeof(quiz->questions));
	draw_questions(quiz);
}

/* All questions that there are, with the right answer and what follows a wrong one. */
GOLDEN_TEST(test_all_questions, "zoo/quiz")
{
	struct snapshot snap;
	struct quiz quiz;

	invent_tasks();
	set_up(&quiz, &snap);
	for (unsigned int i = 0; i < TOPICS * quiz.count * ARRAY_SIZE(effects); i++) {
		struct question question = {
			.topic = i / ARRAY_SIZE(effects) / quiz.count,
			.one = i / ARRAY_SIZE(effects) % quiz.count,
			.row = i % ARRAY_SIZE(effects),
		};
		unsigned int rows = question.topic == EFFECT ? ARRAY_SIZE(effects) :
				    question.topic == CALL ? CALLS : 1;

		question.other = question.topic == SHARE ? question.one + 1 : 0;
		if (!question.one || question.row >= rows ||
		    question.other >= quiz.count ||
		    !set_answer[question.topic](&quiz, &question))
			continue;
		write_question(to->file, &quiz, &question);
		fputs("\n  ", to->file);
		write_possible(to->file, &quiz, &question);
		fputs("\n  ", to->file);
		write_correction(to->file, &quiz, &question);
		putc('\n', to->file);
		if (question.topic == COUNT)
			break;
	}
	tear_down(&quiz, &snap);
}

/* All topics occur, nothing is asked twice, and every answer is possible. */
TEST(test_drawn)
{
	unsigned int topics[TOPICS] = { 0 };
	struct snapshot snap;
	struct quiz quiz;

	invent_tasks();
	set_up(&quiz, &snap);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		restart(&quiz, seed);
		assert_int_equal(quiz.asked, QUESTIONS);
		for (unsigned int i = 0; i < QUESTIONS; i++) {
			const struct question *question = &quiz.questions[i];

			topics[question->topic]++;
			assert_false(question->answer & ~question->possible);
			assert_true(question->answer || takes_several(question));
			assert_true(question->one || question->topic == COUNT);
			for (unsigned int j = 0; j < i; j++)
				assert_memory_not_equal(question, &quiz.questions[j],
							sizeof(*question));
		}
	}
	for (unsigned int i = 0; i < TOPICS; i++)
		assert_true(topics[i]);
	tear_down(&quiz, &snap);
}

TEST(test_seed)
{
	struct quiz one, other;
	struct snapshot snaps[2];
	unsigned int differ = 0;

	invent_tasks();
	set_up(&one, &snaps[0]);
	set_up(&other, &snaps[1]);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		restart(&one, seed);
		restart(&other, seed);
		assert_memory_equal(one.questions, other.questions,
				    sizeof(one.questions));
		restart(&other, seed + 1);
		differ += !!memcmp(one.questions, other.questions,
				   sizeof(one.questions));
	}
	assert_true(differ > SEEDS * 9 / 10);
	tear_down(&one, &snaps[0]);
	tear_down(&other, &snaps[1]);
}

/* What is unknown of a task is not asked, and there are still eight questions. */
TEST(test_unknown)
{
	struct snapshot snap;
	struct quiz quiz;

	invent_tasks();
	for (unsigned int i = 0; i < task_count; i++)
		tasks[i].unknown = BIT(TASKMAP_FILES);
	tasks[4].unknown = BIT(TASKMAP_MM);
	set_up(&quiz, &snap);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		restart(&quiz, seed);
		for (unsigned int i = 0; i < QUESTIONS; i++) {
			enum topic topic = quiz.questions[i].topic;
			unsigned int row = quiz.questions[i].row;

			assert_int_not_equal(topic, SHARE);
			if (topic != EFFECT)
				continue;
			assert_int_not_equal(effects[row].resource, TASKMAP_FILES);
			assert_int_not_equal(effects[row].resource, TASKMAP_MM);
		}
	}
	tear_down(&quiz, &snap);
}

/* A task that is on its way to its state is waited for. */
TEST(test_on_its_way)
{
	struct snapshot snap;
	struct quiz quiz;

	invent_tasks();
	set_up(&quiz, &snap);
	snap.tasks[4].state = 'R';
	assert_false(find_members(&quiz));
	snap.tasks[4].state = 'D';
	assert_false(find_members(&quiz));
	snap.tasks[4].state = 'S';
	assert_true(find_members(&quiz));
	tear_down(&quiz, &snap);
}

/* The same seed has the same family, without the shapes that there are not. */
TEST(test_family)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct quiz one = { .random = seed }, other = { .random = seed };

		created = 0;
		create_family(&one);
		created = 0;
		create_family(&other);
		assert_int_equal(one.count, 1 + 2 * COMPANIES);
		assert_int_equal(one.random, other.random);
		assert_int_equal(one.count, other.count);
		for (unsigned int i = 1; i < one.count; i++) {
			assert_int_equal(one.members[i].pid, other.members[i].pid);
			assert_int_equal(one.members[i].creator, i % 2 ? 0 : i - 1);
			assert_string_equal(one.members[i].how, other.members[i].how);
			assert_null(strstr(one.members[i].how, "NEW"));
			assert_null(strstr(one.members[i].how, "io_uring"));
		}
	}
}

TEST(test_answers)
{
	static const struct {
		enum topic topic;
		const char *line;
		bool possible;
		uint32_t answer;
	} cases[] = {
		{ KIND, "thread", true, BIT(2) },
		{ KIND, " Thread \r\n", true, BIT(2) },
		{ KIND, "thread thread", true, BIT(2) },
		{ KIND, "thread main", false, 0 },
		{ KIND, "none", false, 0 },
		{ KIND, "threads", false, 0 },
		{ KIND, "", false, 0 },
		{ KIND, "\n", false, 0 },
		{ KIND, "and", false, 0 },
		{ SHARE, "mm,fs", true, BIT(0) | BIT(2) },
		{ SHARE, "mm, fs and signal\n", true, BIT(0) | BIT(2) | BIT(4) },
		{ SHARE, "none", true, 0 },
		{ SHARE, "NONE none", true, 0 },
		{ SHARE, "none mm", false, 0 },
		{ SHARE, "mm none", false, 0 },
		{ SHARE, "mm cred", false, 0 },
		{ SHARE, ",", false, 0 },
		{ EFFECT, "B, d", true, BIT(1) | BIT(3) },
		{ EFFECT, "110 D", true, BIT(1) | BIT(3) },
		{ EFFECT, "C", false, 0 },		/* the task itself */
		{ EFFECT, "111", false, 0 },
		{ EFFECT, "J", false, 0 },		/* dead */
		{ EFFECT, "Z", false, 0 },
		{ EFFECT, "11", false, 0 },
		{ CALL, "B", true, BIT(1) },
		{ CALL, "110", true, BIT(1) },
		{ CALL, "110 111", false, 0 },
		{ STATE, "z", true, BIT(4) },
		{ COUNT, "3", true, BIT(3) },
		{ COUNT, "0", false, 0 },
		{ COUNT, "13", true, BIT(13) },
		{ COUNT, "14", false, 0 },
		{ COUNT, "three", false, 0 },
	};
	struct snapshot snap;
	struct quiz quiz;

	invent_tasks();
	set_up(&quiz, &snap);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct question question = {
			.topic = cases[i].topic, .one = 2,
			.other = cases[i].topic == SHARE ? 3 : 0,
		};
		char *line = xstrdup(cases[i].line);
		uint32_t answer;

		assert_true(set_answer[question.topic](&quiz, &question));
		if (parse_answer(&quiz, &question, line, &answer) != cases[i].possible ||
		    (cases[i].possible && answer != cases[i].answer))
			fail_msg("\"%s\"", cases[i].line);
		free(line);
	}
	tear_down(&quiz, &snap);
}

/* With a possible answer to every topic, and others between. Pids differ. */
static char *played(const char *seed, const char *input)
{
	char *line = xasprintf("%s | $Z quiz --seed %s 2>&1 | "
			       "sed -E 's/^( [A-X] ) +[0-9]+/\\1/; s/[0-9]{2,}//g'",
			       input, seed);
	struct result result = run("", line);

	free(line);
	free(result.err);
	return result.out;
}

TEST(test_played)
{
	const char *answers = "yes \"$(printf 'what\\nnone\\nthread\\nS\\n1\\nA')\"";
	char *one, *other;

	skip_without_proc();
	one = played("3", answers);
	other = played("3", answers);
	assert_string_equal(one, other);
	assert_non_null(strstr(one, "\n8. "));
	assert_non_null(strstr(one, " of 8\n"));
	free(other);
	other = played("4", answers);
	assert_string_not_equal(one, other);
	free(one);
	free(other);
	/* At the end of input. */
	one = played("3", ":");
	assert_non_null(strstr(one, "\n1. "));
	assert_null(strstr(one, "\n2. "));
	assert_non_null(strstr(one, "\n\n0 of 8\n"));
	free(one);
}

static void expect_usage(const char *line, const char *err)
{
	struct result result = run("", line);

	assert_int_equal(result.status, 2);
	assert_string_equal(result.err, err);
	assert_string_equal(result.out, "");
	result_clear(&result);
}

TEST(test_usage)
{
	expect_usage("$Z quiz fork", "taskmap-zoo: unexpected argument 'fork'\n");
	expect_usage("$Z quiz --all", "taskmap-zoo: quiz does not take --all\n");
	expect_usage("$Z fork --seed 1",
		     "taskmap-zoo: --seed can only be used with quiz\n");
	expect_usage("$Z quiz --seed x",
		     "taskmap-zoo: invalid seed 'x': must be from 0 to 18446744073709551615\n");
}

int main(void)
{
	return run_all("quiz", NULL, NULL);
}
