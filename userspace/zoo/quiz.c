// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Questions about a random family of tasks, all of which hold still.
 *
 * The seed draws the family and the questions, and a snapshot of the running kernel has
 * the answers: that of the module or, without it, one from /proc and kcmp(2). A question
 * is asked only if the snapshot proves its answer.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/model.h"
#include "core/place.h"
#include "output/output.h"
#include "util.h"
#include "zoo.h"

#define QUESTIONS	8
#define MOST_TASKS	24	/* one letter and one bit each */
#define COMPANIES	4	/* shapes in a family */
#define ALWAYS		4	/* topics that are in every quiz */
#define TRIES		64

/* The shapes of a family, beside those that are named after flags of clone(2). */
static const struct role {
	const char *shape;
	const char *how;	/* how its task was created; NULL: by clone(2) with its flags */
	/* Letters of ps(1) that they come to; 0: any, such as that of a worker */
	char state, parent_state;
} roles[] = {
	{ "fork", "fork()", 'S', 'S' },
	{ "vfork", "vfork(), and has not called exec", 'S', 'D' },
	{ "threads", "pthread_create()", 'S', 'S' },
	{ "linuxthreads", NULL, 'S', 'S' },
	{ "worker", "io_uring_enter(), which made the kernel create it", 0, 'S' },
	{ "zombie", "fork(), and has exited", 'Z', 'S' },
	{ "zombie-leader", "pthread_create(); its creator has exited since", 'S', 'Z' },
	{ "stopped", "fork(), and was stopped by SIGSTOP", 'T', 'S' },
	{ "by-thread", "fork()", 'S', 'S' },
	{ "unshare-files", "pthread_create(), and has called unshare(CLONE_FILES)", 'S', 'S' },
	{ "unshare-fs", "pthread_create(), and has called unshare(CLONE_FS)", 'S', 'S' },
};

struct member {
	int pid;
	int company;		/* number of its shape; 0: this program */
	unsigned int creator;	/* a member */
	char state;		/* as in struct role */
	bool ends_child;	/* its end ends a child: see make_silent() */
	const char *how;	/* how it was created */
	unsigned int task;	/* its index in the snapshot */
};

enum topic { KIND, SHARE, EFFECT, CALL, STATE, KILL, COUNT, TOPICS };

struct question {
	enum topic topic;
	unsigned int one, other;	/* members */
	unsigned int row;		/* in the table of its topic */
	uint32_t possible;		/* bit N: word number N can be in the answer */
	uint32_t answer;		/* the words of the answer */
};

struct quiz {
	uint64_t random;
	struct member members[MOST_TASKS];
	unsigned int count;
	struct question questions[QUESTIONS];
	unsigned int asked;
	struct model model;
};

/* Topic SHARE: the resources to choose from. */
static const enum taskmap_resource shared[] = {
	TASKMAP_MM, TASKMAP_FILES, TASKMAP_FS, TASKMAP_SIGHAND, TASKMAP_SIGNAL,
};

/* Topic EFFECT: what a task changes for all that hold the same object. */
static const struct {
	enum taskmap_resource resource;
	const char *text;
} effects[] = {
	{ TASKMAP_MM, "writes to a global variable. Which other tasks see the new value?" },
	{ TASKMAP_FILES, "opens a file. In which other tasks is the new descriptor also open?" },
	{ TASKMAP_FS, "changes its working directory. For which other tasks does it also change?" },
	{ TASKMAP_FS, "changes its umask. For which other tasks does it also change?" },
	{ TASKMAP_SIGHAND, "installs a handler for SIGUSR1. Which other tasks also have it then?" },
};

enum call { GETPID, GETTID, GETPPID, CALLS };
static const char *const calls[CALLS] = { "getpid()", "gettid()", "getppid()" };

/* Topic STATE: what the letters mean for a task of the zoo. */
static const struct {
	char letter[2];
	const char *why;
} states[] = {
	{ "R", "" },
	{ "S", "It sleeps in read(2), which a signal can interrupt." },
	{ "D", "CLONE_VFORK, which vfork(2) uses, makes it wait until its child calls exec or exits. No signal handler can interrupt that." },
	{ "T", "SIGSTOP stopped it, and it does not run until it gets SIGCONT." },
	{ "Z", "It has exited, and no task has waited for it yet." },
};

static const struct taskmap_record *record(const struct quiz *quiz,
					   unsigned int member)
{
	return &quiz->model.tasks[quiz->members[member].task];
}

static bool is_dead(const struct quiz *quiz, unsigned int member)
{
	return record(quiz, member)->state == 'Z';
}

/* Whether the task can make a system call: it is not dead, stopped or the kernel's. */
static bool can_call(const struct quiz *quiz, unsigned int member)
{
	return record(quiz, member)->state == 'S' &&
	       record(quiz, member)->kind != TASKMAP_WORKER;
}

/* Whether the snapshot knows the resources of @set of both. */
static bool is_known(const struct quiz *quiz, unsigned int one,
		     unsigned int other, uint32_t set)
{
	return !(set & model_unknown(&quiz->model, quiz->members[one].task,
				     quiz->members[other].task));
}

static bool is_same(const struct quiz *quiz, unsigned int one,
		    unsigned int other, enum taskmap_resource resource)
{
	return model_same(&quiz->model, quiz->members[one].task,
			  quiz->members[other].task, resource);
}

/* The family */

static struct member *add_member(struct quiz *quiz, int pid, int company)
{
	struct member *member;

	if (quiz->count == MOST_TASKS)
		errx(1, "too many tasks");
	member = &quiz->members[quiz->count++];
	*member = (struct member){ .pid = pid, .company = company };
	return member;
}

/*
 * Add the tasks that @lines report. The leader comes before a parent, and the parent
 * before its tasks.
 */
static void add_company(struct quiz *quiz, const struct role *role,
			const struct shape *shape, const char *lines, int company)
{
	static char flags[COMPANIES + 1][WORDS_SIZE + sizeof("clone()")];
	size_t length = strlen(shape->name);
	char words[WORDS_SIZE];
	unsigned int first = quiz->count, parent = first;
	int pid;

	snprintf(flags[company], sizeof(flags[company]), "clone(%s)",
		 flag_words(words, shape->flags));
	for (; *lines; lines = strchr(lines, '\n') + 1) {
		bool creates = lines[length] == '-';
		struct member *member;

		if (sscanf(lines, "%*s %*d %d", &pid) != 1)
			errx(1, "cannot create shape '%s'", shape->name);
		member = add_member(quiz, pid, company);
		member->creator = quiz->count - 1 == first ? 0 : parent;
		member->state = creates ? role->parent_state : role->state;
		member->ends_child = creates && role->state == 'T';
		if (!creates)
			member->how = role->how ? role->how : flags[company];
		else
			member->how = quiz->count - 1 == first ? "fork()" :
								 "pthread_create()";
		if (creates)
			parent = quiz->count - 1;
	}
}

/* Draw a shape, and set @role to what is to be known of it. */
static struct shape draw_shape(struct quiz *quiz, struct role *role)
{
	unsigned int number = random_below(&quiz->random, 3 * ARRAY_SIZE(roles) / 2);
	const struct shape *found, *clones[TRIES];
	unsigned int count = 0;
	struct shape shape;

	if (number < ARRAY_SIZE(roles)) {
		*role = roles[number];
		shape = *shape_find(role->shape, strlen(role->shape));
		if (shape.count)
			shape.count = 2 + (int)random_below(&quiz->random, 2);
		return shape;
	}
	for (size_t i = 0; (found = shape_at(i)); i++)
		if (!strncmp(found->name, "clone-", strlen("clone-")) &&
		    (shared_by(found->flags) & NAMESPACES) == NAMESPACES &&
		    count < TRIES)
			clones[count++] = found;
	shape = *clones[random_below(&quiz->random, count)];
	*role = (struct role){ shape.name, NULL, 'S',
			       shape.flags & CLONE_VFORK ? 'D' : 'S' };
	return shape;
}

/* Create the family. A shape that cannot be created here is replaced by another. */
static void create_family(struct quiz *quiz)
{
	const char *names[COMPANIES];
	int companies = 0;

	add_member(quiz, getpid(), 0)->how = "this program";
	for (int tries = 0; companies < COMPANIES && tries < TRIES; tries++) {
		struct role role;
		const struct shape shape = draw_shape(quiz, &role);
		bool again = false;
		char *lines;

		for (int i = 0; i < companies; i++)
			again |= !strcmp(names[i], role.shape);
		if (again)
			continue;
		lines = create_shape(&shape, true);
		if (strncmp(lines, "skip ", strlen("skip "))) {
			names[companies++] = role.shape;
			add_company(quiz, &role, &shape, lines, companies);
		}
		free(lines);
	}
	if (companies < COMPANIES)
		errx(1, "cannot create a family of tasks");
}

/* Find the members in the snapshot. Returns false if one is still on its way. */
static bool find_members(struct quiz *quiz)
{
	for (unsigned int i = 0; i < quiz->count; i++) {
		struct member *member = &quiz->members[i];

		member->task = model_find(&quiz->model, member->pid);
		if (member->task == NO_TASK)
			errx(1, "task %d has ended", member->pid);
		if (member->state && record(quiz, i)->state != member->state)
			return false;
	}
	return true;
}

/* The module if it can be read. Its pids must be those of /proc. */
static bool read_snapshot(struct snapshot *snap, struct error *error)
{
	uint32_t pid_ns = 0;
	bool module = !place_find(&source_system, &pid_ns) && !pid_ns &&
		      !source_read(&source_system, NULL, snap, error);

	if (module)
		return true;
	free(error->text);
	error->text = NULL;
	if (source_read(&source_proc, NULL, snap, error))
		errx(1, "%s", error->text ? error->text : "not enough memory");
	return false;
}

/* Take a snapshot in which all members hold still. Returns whether it is the module's. */
static bool survey(struct quiz *quiz, struct snapshot *snap)
{
	struct error error = { 0 };
	bool module, ready;

	do {
		module = read_snapshot(snap, &error);
		need_memory(model_init(&quiz->model, snap));
		ready = find_members(quiz);
		if (!ready) {
			model_free(&quiz->model);
			snapshot_free(snap);
			sched_yield();
		}
	} while (!ready);
	return module;
}

/* Words */

/* Word number @number of the possible answers to @question. */
static const char *word_at(const struct quiz *quiz,
			   const struct question *question, unsigned int number)
{
	static char word[16];

	switch (question->topic) {
	case KIND:
		return kind_name(number + 1);
	case SHARE:
		return resources[shared[number]].name;
	case STATE:
		return states[number].letter;
	case COUNT:
		snprintf(word, sizeof(word), "%u", number);
		return word;
	case CALL:
		snprintf(word, sizeof(word), "%d", quiz->members[number].pid);
		return word;
	default:
		snprintf(word, sizeof(word), "%c", 'A' + number);
		return word;
	}
}

/* Whether the words are tasks, which also have letters and pids. */
static bool asks_for_tasks(const struct question *question)
{
	return question->topic == EFFECT || question->topic == KILL ||
	       question->topic == CALL;
}

/* Whether an answer can have several words, or none. */
static bool takes_several(const struct question *question)
{
	return question->topic == SHARE || question->topic == EFFECT ||
	       question->topic == KILL;
}

/* Write the words of @set as "A, B @conjunction C", or "none". */
static void write_words(FILE *out, const struct quiz *quiz,
			const struct question *question, uint32_t set,
			const char *conjunction)
{
	if (!set)
		fputs("none", out);
	while (set) {
		fputs(word_at(quiz, question, (unsigned int)__builtin_ctz(set)), out);
		set &= set - 1;
		if (set & (set - 1))
			fputs(", ", out);
		else if (set)
			fprintf(out, " %s ", conjunction);
	}
}

/* The number of the possible answer @word, or -1. */
static int find_word(const struct quiz *quiz, const struct question *question,
		     const char *word)
{
	for (unsigned int i = 0; question->possible >> i; i++) {
		char letter[2] = { (char)('A' + i) }, pid[16];

		if (!(question->possible & BIT(i)))
			continue;
		if (!strcasecmp(word_at(quiz, question, i), word))
			return (int)i;
		if (!asks_for_tasks(question))
			continue;
		snprintf(pid, sizeof(pid), "%d", quiz->members[i].pid);
		if (!strcasecmp(letter, word) || !strcmp(pid, word))
			return (int)i;
	}
	return -1;
}

/* Parse @line, an answer. Returns false if it is none of the possible ones. */
static bool parse_answer(const struct quiz *quiz, const struct question *question,
			 char *line, uint32_t *answer)
{
	bool several = takes_several(question), none = false;
	char *word;

	*answer = 0;
	while ((word = strsep(&line, " ,\t\r\n"))) {
		int number = find_word(quiz, question, word);

		if (!*word || !strcasecmp(word, "and"))
			continue;
		if (number >= 0)
			*answer |= BIT(number);
		else if (several && !strcasecmp(word, "none"))
			none = true;
		else
			return false;
	}
	if (none || !*answer)
		return none && !*answer;
	return several || !(*answer & (*answer - 1));
}

/* Questions */

/* All members that are not dead, except @member. */
static uint32_t living_others(const struct quiz *quiz, unsigned int member)
{
	uint32_t set = 0;

	for (unsigned int i = 0; i < quiz->count; i++)
		if (i != member && !is_dead(quiz, i))
			set |= BIT(i);
	return set;
}

/* A function of each topic sets the answer. It returns false if there is no question. */
static bool set_kind(const struct quiz *quiz, struct question *question)
{
	question->possible = BIT(KINDS) - 1;
	question->answer = BIT(record(quiz, question->one)->kind - 1);
	return true;
}

static bool set_share(const struct quiz *quiz, struct question *question)
{
	unsigned int one = question->one, other = question->other;

	if (one >= other || is_dead(quiz, one) || is_dead(quiz, other))
		return false;
	question->possible = BIT(ARRAY_SIZE(shared)) - 1;
	for (unsigned int i = 0; i < ARRAY_SIZE(shared); i++) {
		if (!is_known(quiz, one, other, BIT(shared[i])))
			return false;
		if (is_same(quiz, one, other, shared[i]))
			question->answer |= BIT(i);
	}
	return true;
}

static bool set_effect(const struct quiz *quiz, struct question *question)
{
	enum taskmap_resource resource;

	question->row = question->row % ARRAY_SIZE(effects);
	resource = effects[question->row].resource;
	question->possible = living_others(quiz, question->one);
	for (unsigned int i = 0; question->possible >> i; i++) {
		if (!(question->possible & BIT(i)))
			continue;
		if (!is_known(quiz, question->one, i, BIT(resource)))
			return false;
		if (is_same(quiz, question->one, i, resource))
			question->answer |= BIT(i);
	}
	return can_call(quiz, question->one);
}

static bool set_call(const struct quiz *quiz, struct question *question)
{
	const struct taskmap_record *task = record(quiz, question->one);
	int returned;

	question->row = question->row % CALLS;
	returned = question->row == GETPID ? task->tgid :
		   question->row == GETTID ? task->pid : task->ppid;
	question->possible = BIT(quiz->count) - 1;
	for (unsigned int i = 0; i < quiz->count; i++)
		if (quiz->members[i].pid == returned)
			question->answer = BIT(i);
	return question->answer && can_call(quiz, question->one);
}

static bool set_state(const struct quiz *quiz, struct question *question)
{
	question->possible = BIT(ARRAY_SIZE(states)) - 1;
	for (unsigned int i = 0; i < ARRAY_SIZE(states); i++)
		if (record(quiz, question->one)->state == states[i].letter[0])
			question->answer = BIT(i);
	return question->answer && quiz->members[question->one].state;
}

/* What already is dead does not end. */
static bool set_kill(const struct quiz *quiz, struct question *question)
{
	int tgid = record(quiz, question->one)->tgid;

	question->possible = living_others(quiz, question->one);
	for (unsigned int i = 0; i < quiz->count; i++) {
		if (record(quiz, i)->tgid != tgid)
			continue;
		if (is_dead(quiz, i) || quiz->members[i].ends_child)
			return false;
		question->answer |= BIT(i) & question->possible;
	}
	return can_call(quiz, question->one);
}

static bool set_count(const struct quiz *quiz, struct question *question)
{
	unsigned int leaders = 0;

	question->one = 0;
	for (unsigned int i = 0; i < quiz->count; i++)
		leaders += record(quiz, i)->pid == record(quiz, i)->tgid;
	question->possible = (BIT(quiz->count + 1) - 1) & ~BIT(0);
	question->answer = BIT(leaders);
	return true;
}

static bool (*const set_answer[TOPICS])(const struct quiz *quiz,
					struct question *question) = {
	[KIND] = set_kind, [SHARE] = set_share, [EFFECT] = set_effect,
	[CALL] = set_call, [STATE] = set_state, [KILL] = set_kill,
	[COUNT] = set_count,
};

/* Draw two members, usually of one company, and neither of them this program. */
static bool draw_question(struct quiz *quiz, enum topic topic,
			  struct question *question)
{
	unsigned int others = quiz->count - 1;

	*question = (struct question){
		.topic = topic,
		.one = 1 + random_below(&quiz->random, others),
		.row = random_below(&quiz->random, TRIES),
	};
	if (topic == SHARE) {
		question->other = 1 + random_below(&quiz->random, others);
		if (quiz->members[question->one].company !=
		    quiz->members[question->other].company &&
		    random_below(&quiz->random, 8))
			return false;
	}
	if (!set_answer[topic](quiz, question))
		return false;
	if (topic != EFFECT && topic != CALL)
		question->row = 0;
	for (unsigned int i = 0; i < quiz->asked; i++)
		if (!memcmp(&quiz->questions[i], question, sizeof(*question)))
			return false;
	return true;
}

static void draw_questions(struct quiz *quiz)
{
	unsigned int tries = 0;

	while (quiz->asked < QUESTIONS) {
		unsigned int drawn = random_below(&quiz->random, TOPICS);
		bool fixed = quiz->asked < ALWAYS && tries++ < TRIES;

		if (!draw_question(quiz, fixed ? quiz->asked : drawn,
				   &quiz->questions[quiz->asked]))
			continue;
		quiz->asked++;
		tries = 0;
	}
	for (unsigned int i = QUESTIONS - 1; i; i--) {
		unsigned int other = random_below(&quiz->random, i + 1);
		struct question question = quiz->questions[i];

		quiz->questions[i] = quiz->questions[other];
		quiz->questions[other] = question;
	}
}

/* Output */

static void print_family(const struct quiz *quiz)
{
	puts("       PID  CREATED");
	for (unsigned int i = 0; i < quiz->count; i++) {
		const struct member *member = &quiz->members[i];

		printf(" %c %7d  ", 'A' + i, member->pid);
		if (i)
			printf("by %c: ", 'A' + member->creator);
		puts(member->how);
	}
}

static void write_question(FILE *out, const struct quiz *quiz,
			   const struct question *question)
{
	char one = (char)('A' + question->one);

	switch (question->topic) {
	case KIND:
		fprintf(out, "What kind of task is %c?", one);
		break;
	case SHARE:
		fprintf(out, "Which of these do %c and %c share?", one,
			'A' + question->other);
		break;
	case EFFECT:
		fprintf(out, "%c %s", one, effects[question->row].text);
		break;
	case CALL:
		fprintf(out, "What does %s return in %c?",
			calls[question->row], one);
		break;
	case STATE:
		fprintf(out, "In which state is %c, by the letter that ps shows?", one);
		break;
	case KILL:
		fprintf(out, "SIGKILL is sent to %c. Which other tasks does it end?", one);
		break;
	default:
		fprintf(out, "How many of these %u tasks does \"ls /proc\" list?",
			quiz->count);
	}
}

static void explain_kind(FILE *out, const struct quiz *quiz,
			 const struct question *question)
{
	const struct taskmap_record *task = record(quiz, question->one);
	bool memory = false;

	for (unsigned int i = 0; i < quiz->count; i++)
		memory |= i != question->one &&
			  is_same(quiz, question->one, i, TASKMAP_MM);
	if (task->kind == TASKMAP_THREAD)
		fprintf(out, "It is a thread of process %d, whose PID is its TGID.",
			task->tgid);
	else if (task->kind == TASKMAP_WORKER)
		fprintf(out, "The kernel created it inside process %d, and it never runs the program.",
			task->tgid);
	else if (task->kind == TASKMAP_MAIN)
		fprintf(out, "Its TGID is its PID, so it leads its thread group, which has %u tasks.",
			task->threads);
	else
		fprintf(out, "Its TGID is its PID, and it is alone in its thread group.%s",
			!memory ? "" :
			" It shares its address space, but only CLONE_THREAD makes a thread.");
}

static void explain_share(FILE *out, const struct quiz *quiz,
			  const struct question *question)
{
	uint32_t apart = question->possible & ~question->answer;
	const char *separator = apart ? " These flags of clone(2) share the others: " :
					" These flags of clone(2) share them: ";

	fputs(apart ? "Each has its own " : "Both are in one thread group", out);
	if (apart)
		write_words(out, quiz, question, apart, "and");
	putc('.', out);
	for (unsigned int i = 0; question->answer >> i; i++) {
		if (!(question->answer & BIT(i)))
			continue;
		fprintf(out, "%s%s", separator, resources[shared[i]].flag);
		separator = ", ";
	}
	if (question->answer)
		putc('.', out);
}

static void explain_effect(FILE *out, const struct quiz *quiz,
			   const struct question *question)
{
	const struct resource *resource =
		&resources[effects[question->row].resource];
	char one = (char)('A' + question->one);

	fprintf(out, "That belongs to %s (%s), which %s shares. ",
		resource->name, resource->noun, resource->flag);
	if (!question->answer) {
		fprintf(out, "No other task holds the one of %c.", one);
		return;
	}
	write_words(out, quiz, question, question->answer | BIT(question->one),
		    "and");
	fputs(" hold the same one.", out);
}

static void explain_call(FILE *out, const struct quiz *quiz,
			 const struct question *question)
{
	const struct taskmap_record *task = record(quiz, question->one);

	if (question->row == GETPID)
		fprintf(out, "getpid() returns the TGID, which all threads of a process have in common. gettid() returns %d.",
			task->pid);
	else if (question->row == GETTID)
		fprintf(out, "gettid() returns the PID of the task itself. getpid() returns its TGID, %d.",
			task->tgid);
	else
		fputs("getppid() returns the TGID of the parent, which all threads of a process have in common.",
		      out);
}

static void explain_state(FILE *out, const struct quiz *quiz,
			  const struct question *question)
{
	(void)quiz;
	fputs(states[__builtin_ctz(question->answer)].why, out);
}

static void explain_kill(FILE *out, const struct quiz *quiz,
			 const struct question *question)
{
	(void)quiz;
	if (question->answer)
		fputs("SIGKILL ends the whole thread group, and no other object decides that.",
		      out);
	else
		fprintf(out, "SIGKILL ends the whole thread group, but %c is alone in its own.",
			'A' + question->one);
}

static void explain_count(FILE *out, const struct quiz *quiz,
			  const struct question *question)
{
	(void)quiz;
	(void)question;
	fputs("ls shows only the leaders of thread groups. The other tasks are in /proc/PID/task.",
	      out);
}

static void (*const explain[TOPICS])(FILE *out, const struct quiz *quiz,
				     const struct question *question) = {
	[KIND] = explain_kind, [SHARE] = explain_share,
	[EFFECT] = explain_effect, [CALL] = explain_call,
	[STATE] = explain_state, [KILL] = explain_kill, [COUNT] = explain_count,
};

static void write_correction(FILE *out, const struct quiz *quiz,
			     const struct question *question)
{
	fputs("No: ", out);
	write_words(out, quiz, question, question->answer, "and");
	fputs(". ", out);
	explain[question->topic](out, quiz, question);
}

static void write_possible(FILE *out, const struct quiz *quiz,
			   const struct question *question)
{
	bool several = takes_several(question);

	fprintf(out, "Answer with %s", several ? "any of " : "");
	write_words(out, quiz, question, question->possible, "or");
	fprintf(out, "%s.", several ? "; or with none" : "");
}

/*
 * Print what @write writes. On a terminal, lines end between words, and @indent columns
 * are in use already.
 */
static void print(const struct quiz *quiz, const struct question *question,
		  void (*write)(FILE *out, const struct quiz *quiz,
				const struct question *question), size_t indent)
{
	size_t size, width = width_of_terminal();
	char *text, *lines;
	FILE *out = open_memstream(&text, &size);

	need_memory(!out);
	write(out, quiz, question);
	need_memory(fclose(out));
	lines = wrap(text, width > indent ? width - indent : size + 1, "");
	puts(lines);
	free(lines);
	free(text);
}

static void print_question(const struct quiz *quiz, unsigned int number)
{
	const struct question *question = &quiz->questions[number];

	printf("\n%u. ", number + 1);
	print(quiz, question, write_question, strlen("1. "));
	if (question->topic != SHARE)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		printf("   %-8s %s\n", resources[shared[i]].name,
		       resources[shared[i]].noun);
}

/* Read an answer, and ask again if it is not a possible one. False at the end of input. */
static bool get_answer(const struct quiz *quiz, const struct question *question,
		       uint32_t *answer)
{
	bool terminal = isatty(STDIN_FILENO), done = false;
	char *line = NULL;
	size_t size = 0;

	while (!done) {
		print(quiz, question, write_possible, 0);
		if (terminal)
			fputs("> ", stdout);
		flush_output();
		if (getline(&line, &size, stdin) < 0)
			break;
		done = parse_answer(quiz, question, line, answer);
	}
	free(line);
	return done;
}

/* Ask all questions. Returns the number of right answers. */
static unsigned int ask(const struct quiz *quiz)
{
	unsigned int right = 0;

	for (unsigned int i = 0; i < quiz->asked; i++) {
		const struct question *question = &quiz->questions[i];
		uint32_t answer;

		print_question(quiz, i);
		if (!get_answer(quiz, question, &answer))
			break;
		if (answer != question->answer) {
			print(quiz, question, write_correction, 0);
			continue;
		}
		puts("Right.");
		right++;
	}
	return right;
}

void quiz(uint64_t seed)
{
	struct quiz quiz = { .random = seed };
	struct snapshot snap;
	bool module;

	create_family(&quiz);
	module = survey(&quiz, &snap);
	draw_questions(&quiz);
	printf("Seed %llu. These tasks wait; you can look at them in another terminal:\n\n",
	       (unsigned long long)seed);
	print_family(&quiz);
	printf("\nThe answers are from %s.\n", module ? "the taskmap module" :
						      "/proc and kcmp(2)");
	printf("\n%u of %u\n", ask(&quiz), QUESTIONS);
	model_free(&quiz.model);
	snapshot_free(&snap);
}
