// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * A plugin of QEMU's TCG that counts the cache lines which a real processor would have
 * to load. It counts while a program of the guest reads all tasks: lines.c stores to
 * one address before, and to another afterwards. For each such pair, a line goes to the
 * file that the argument out=FILE names:
 *
 *	READ WRITTEN FRESH
 *
 * READ is the number of distinct lines of kernel memory that were accessed, WRITTEN how
 * many of them were written. FRESH are other lines, which were written completely before
 * anything in them was read: memory that was allocated and cleared meanwhile, such as
 * that of the records. User memory does not count.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define LINE	64
#define SLOT_BITS 20
#define SLOTS	(1u << SLOT_BITS)
#define ALL	UINT64_MAX

/*
 * The part of QEMU's interface that is used here, version 1, as its manual describes it
 * (docs/devel/tcg-plugins.rst). Debian has no package with qemu-plugin.h.
 */
enum { NO_REGISTERS = 0 };
enum { LOADS_AND_STORES = 3 };

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void (*translated)(uint64_t id, struct qemu_plugin_tb *block);
typedef void (*accessed)(unsigned int cpu, uint32_t info, uint64_t address, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, translated call);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block,
						 size_t index);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *instruction, accessed call,
				      int flags, int accesses, void *data);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

/* A line that was accessed. Address 0 marks a free slot. */
static struct line {
	uint64_t address;
	uint64_t stored;	/* a bit per byte that was written before it was read */
	bool old;		/* a byte was read that had not been written */
	bool written;
} lines[SLOTS];

static size_t used;
static bool counting;
static FILE *out;

static struct line *find(uint64_t address)
{
	size_t slot = (address / LINE * 0x9e3779b97f4a7c15u) >> (64 - SLOT_BITS);

	while (lines[slot].address && lines[slot].address != address)
		slot = (slot + 1) % SLOTS;
	if (!lines[slot].address) {
		if (++used > SLOTS / 2) {
			fprintf(stderr, "lines.plugin: too many lines\n");
			exit(1);
		}
		lines[slot].address = address;
	}
	return &lines[slot];
}

/* Prints the counts, and forgets all lines. */
static void finish(void)
{
	size_t old = 0, written = 0, fresh = 0, i;

	for (i = 0; i < SLOTS; i++) {
		if (!lines[i].address)
			continue;
		if (!lines[i].old && lines[i].stored == ALL) {
			fresh++;
			continue;
		}
		old++;
		written += lines[i].written;
	}
	fprintf(out, "%zu %zu %zu\n", old, written, fresh);
	fflush(out);
	memset(lines, 0, sizeof(lines));
	used = 0;
}

/* An atomic operation, which both loads and stores, is a store here. */
static void access_line(uint64_t address, unsigned int bytes, bool store)
{
	uint64_t offset = address % LINE;
	uint64_t mask = bytes < LINE ? ((uint64_t)1 << bytes) - 1 : ALL;
	struct line *line = find(address - offset);

	mask <<= offset;
	if (store) {
		line->written = true;
		if (!line->old)
			line->stored |= mask;
	} else if (mask & ~line->stored) {
		line->old = true;
	}
}

static void on_access(unsigned int cpu, uint32_t info, uint64_t address, void *data)
{
	unsigned int bytes = 1u << qemu_plugin_mem_size_shift(info);
	unsigned int here = LINE - address % LINE;
	bool store = qemu_plugin_mem_is_store(info);

	(void)cpu;
	(void)data;
	if (store && address == LINES_BEGIN)
		counting = true;
	if (store && address == LINES_END && counting) {
		counting = false;
		finish();
	}
	if (!counting || !(address >> 63))
		return;
	if (bytes <= here) {
		access_line(address, bytes, store);
	} else {
		access_line(address, here, store);
		access_line(address + here, bytes - here, store);
	}
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *block)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	size_t i;

	(void)id;
	for (i = 0; i < count; i++)
		qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(block, i),
						 on_access, NO_REGISTERS,
						 LOADS_AND_STORES, NULL);
}

__attribute__((visibility("default")))
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	static const char option[] = "out=";

	(void)info;
	if (argc != 1 || strncmp(argv[0], option, strlen(option)))
		return -1;
	out = fopen(argv[0] + strlen(option), "a");
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
