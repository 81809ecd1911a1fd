// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "fixture.h"

struct name {
	const char *raw;
	const char *shown;
};

static const struct name names[] = {
	{ "", "" },
	{ "bash", "bash" },
	{ "a b", "a b" },
	{ "kworker/0:0H", "kworker/0:0H" },
	{ "say \"hi\"", "say \"hi\"" },
	{ "back\\slash", "back\\134slash" },
	{ "\\134", "\\134134" },
	{ "new\nline", "new\\012line" },
	{ "\t\r\a", "\\011\\015\\007" },
	{ "\033[2J", "\\033[2J" },
	{ "\x7f", "\\177" },
	/* Valid UTF-8 of two, three and four bytes, and the limits of each */
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "\xe2\x82\xac", "\xe2\x82\xac" },
	{ "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
	{ "\xc2\xa0", "\xc2\xa0" },
	{ "\xdf\xbf", "\xdf\xbf" },
	{ "\xe0\xa0\x80", "\xe0\xa0\x80" },
	{ "\xed\x9f\xbf", "\xed\x9f\xbf" },
	{ "\xee\x80\x80", "\xee\x80\x80" },
	{ "\xf0\x90\x80\x80", "\xf0\x90\x80\x80" },
	{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	/* C1 controls, separators, bidirectional controls and their neighbors */
	{ "\xc2\x80", "\\302\\200" },
	{ "\xc2\x9f", "\\302\\237" },
	{ "\xd8\x9b", "\xd8\x9b" },
	{ "\xd8\x9c", "\\330\\234" },
	{ "\xd8\x9d", "\xd8\x9d" },
	{ "\xe2\x80\x8a", "\xe2\x80\x8a" },
	{ "\xe2\x80\x8b", "\\342\\200\\213" },
	{ "\xe2\x80\x8d", "\\342\\200\\215" },
	{ "\xe2\x80\x8e", "\\342\\200\\216" },
	{ "\xe2\x80\x8f", "\\342\\200\\217" },
	{ "\xe2\x80\x90", "\xe2\x80\x90" },
	{ "\xe2\x80\xa7", "\xe2\x80\xa7" },
	{ "\xe2\x80\xa8", "\\342\\200\\250" },
	{ "\xe2\x80\xaa", "\\342\\200\\252" },
	{ "\xe2\x80\xae", "\\342\\200\\256" },
	{ "\xe2\x80\xaf", "\xe2\x80\xaf" },
	{ "\xe2\x81\x9f", "\xe2\x81\x9f" },
	{ "\xe2\x81\xa0", "\\342\\201\\240" },
	{ "\xe2\x81\xa6", "\\342\\201\\246" },
	{ "\xe2\x81\xa9", "\\342\\201\\251" },
	{ "\xe2\x81\xb0", "\xe2\x81\xb0" },
	/* Characters that show nothing: a name with them looks like one without */
	{ "s\xc2\xadh", "s\\302\\255h" },
	{ "\xef\xbb\xbfsh", "\\357\\273\\277sh" },
	{ "\xe3\x85\xa4", "\\343\\205\\244" },
	{ "s\xef\xb8\x8f", "s\\357\\270\\217" },
	{ "\xf3\xa0\x81\x81", "\\363\\240\\201\\201" },
	/* A mark must not change what stands before the name, or before the mark */
	{ "e\xcc\x81\xcc\x82", "e\xcc\x81\xcc\x82" },
	{ "\xcc\x81\xcc\x82""e", "\\314\\201\\314\\202e" },
	{ "\n\xe2\x83\xa3", "\\012\\342\\203\\243" },
	/* Not UTF-8: stray, cut short, overlong, surrogate, too big */
	{ "\x80", "\\200" },
	{ "a\xff""b", "a\\377b" },
	{ "\xc3", "\\303" },
	{ "\xc3(", "\\303(" },
	{ "123456789012\xe2\x82", "123456789012\\342\\202" },
	{ "\xf0\x9f\x90", "\\360\\237\\220" },
	{ "\xc0\xaf", "\\300\\257" },
	{ "\xc1\xbf", "\\301\\277" },
	{ "\xe0\x9f\xbf", "\\340\\237\\277" },
	{ "\xf0\x8f\xbf\xbf", "\\360\\217\\277\\277" },
	{ "\xed\xa0\x80", "\\355\\240\\200" },
	{ "\xed\xbf\xbf", "\\355\\277\\277" },
	{ "\xf4\x90\x80\x80", "\\364\\220\\200\\200" },
	{ "\xf5\x80\x80\x80", "\\365\\200\\200\\200" },
	/* An invalid sequence does not swallow the characters after it */
	{ "\xe2\x82""caf\xc3\xa9", "\\342\\202caf\xc3\xa9" },
};

TEST(test_names)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char out[ESCAPED_SIZE(64)];

		assert_string_equal(escape(names[i].raw, out), names[i].shown);
	}
}

/* Turns \ooo back into bytes. */
static void unescape(const char *shown, char *out)
{
	while (*shown) {
		if (*shown != '\\') {
			*out++ = *shown++;
			continue;
		}
		*out++ = (char)((shown[1] - '0') << 6 | (shown[2] - '0') << 3 |
				(shown[3] - '0'));
		shown += 4;
	}
	*out = '\0';
}

TEST(test_lossless)
{
	unsigned int seed = 1;

	for (int round = 0; round < 100000; round++) {
		char raw[TASKMAP_COMM_LEN] = "", back[TASKMAP_COMM_LEN];
		char out[ESCAPED_SIZE(TASKMAP_COMM_LEN)];

		for (size_t i = 0; i < sizeof(raw) - 1; i++)
			raw[i] = (char)rand_r(&seed);
		unescape(escape(raw, out), back);
		assert_string_equal(raw, back);
	}
}

TEST(test_longest)
{
	char out[ESCAPED_SIZE(15)];

	escape("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	       out);
	assert_int_equal(strlen(out), 60);
}

TEST(test_clone_flags)
{
	static const struct {
		uint64_t flags;
		const char *words;
	} cases[] = {
		{ 0, "0" },
		{ 0x80, "CLONE_NEWTIME" },
		{ 0x100, "CLONE_VM" },
		{ 0x4100, "CLONE_VM|CLONE_VFORK" },
		{ 0x3d0f00, "CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|"
			    "CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS|"
			    "CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID" },
		{ 0x80000000, "CLONE_IO" },
		{ 0x200000000, "CLONE_INTO_CGROUP" },
		/* The exit signal is not a flag, and later kernels have more flags. */
		{ 0x11, "0x11" },
		{ 0x8000000000000111, "CLONE_VM|0x8000000000000011" },
		{ UINT64_MAX,
		  "CLONE_NEWTIME|CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|"
		  "CLONE_PIDFD|CLONE_PTRACE|CLONE_VFORK|CLONE_PARENT|"
		  "CLONE_THREAD|CLONE_NEWNS|CLONE_SYSVSEM|CLONE_SETTLS|"
		  "CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID|CLONE_DETACHED|"
		  "CLONE_UNTRACED|CLONE_CHILD_SETTID|CLONE_NEWCGROUP|"
		  "CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|"
		  "CLONE_NEWNET|CLONE_IO|CLONE_CLEAR_SIGHAND|"
		  "CLONE_INTO_CGROUP|CLONE_AUTOREAP|CLONE_NNP|"
		  "CLONE_PIDFD_AUTOKILL|CLONE_EMPTY_MNTNS|0xffffffc00000007f" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *words = clone_flags(cases[i].flags, "|");

		assert_string_equal(words, cases[i].words);
		free(words);
	}
}

/* Ids are real, effective, of file access and of the group. */
TEST(test_id_words)
{
	static const struct {
		uint32_t own[4], other[4];
		const char *words;
	} cases[] = {
		{ { 7, 7, 7, 7 }, { 7, 7, 7, 7 }, "" },
		{ { 7, 7, 7, 7 }, { 0, 0, 0, 0 }, "uid/gid 7, not 0" },
		{ { 7, 7, 7, 8 }, { 0, 0, 0, 0 }, "uid 7, not 0; gid 8, not 0" },
		{ { 7, 0, 0, 7 }, { 7, 7, 7, 7 }, "euid 0, not 7" },
		{ { 7, 7, 7, 7 }, { 7, 0, 0, 7 }, "euid 7, not 0" },
		{ { 0, 0, 7, 0 }, { 0, 0, 0, 0 }, "fsuid 7, not 0" },
		{ { 7, 8, 8, 7 }, { 0, 8, 8, 7 }, "uid 7, not 0" },
		{ { 7, 7, 0, 7 }, { 0, 0, 0, 0 }, "uid/gid 7, not 0" },
		{ { 7, 8, 7, 7 }, { 0, 0, 0, 0 },
		  "uid/fsuid/gid 7, not 0; euid 8, not 0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const uint32_t *a = cases[i].own, *b = cases[i].other;
		const struct taskmap_record own = {
			.uid = a[0], .euid = a[1], .fsuid = a[2], .gid = a[3],
		}, other = {
			.uid = b[0], .euid = b[1], .fsuid = b[2], .gid = b[3],
		};
		char *words = id_words(&own, &other, "not", "; ");

		assert_string_equal(words, cases[i].words);
		free(words);
	}
}

int main(void)
{
	return run_all("text", NULL, NULL);
}
