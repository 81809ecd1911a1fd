// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * The one place where a pointer becomes a number.
 *
 * Sharing is to be visible, the layout of the kernel's memory is not. An
 * address hashed by SipHash-1-3 under a random 128-bit key says whether two
 * objects are one and nothing else, to anybody who does not know the key, and
 * the key never leaves this file. All 64 bits are kept: among a million objects
 * the odds that any two collide are 3e-8.
 *
 * Why 1-3 and not 2-4, which is what its authors call conservative: it is five
 * rounds and not eight, and rounds are most of what a walk of separate processes
 * costs. Of 1-3 too no way is known from ids to the key, or to an address, that
 * is better than trying keys; the margin is smaller. It is what the kernel's
 * hsiphash() is on 64 bits, and the dictionaries of Python, Ruby and Rust use
 * it against attackers from the network. These ids are shown to root alone.
 *
 * printk's %p would not do. It keeps 32 bits, with which a hundred thousand
 * objects collide more likely than not, and prints zeros for all under
 * kptr_restrict=2 (lib/vsprintf.c).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/string.h>

#include "taskmap.h"

enum ids { IDS_KEYED, IDS_RAW };

static const char * const ids_names[] = {
	[IDS_KEYED] = "keyed",
	[IDS_RAW] = "raw",
};

/* How long a load waits for random numbers, and how often it looks, in ms. */
#define RANDOM_WAIT	10000
#define RANDOM_LOOK	100

/* The state that every hash begins with, made of the key. */
static u64 start[4] __ro_after_init;
static u64 fingerprint __ro_after_init;
static enum ids ids __ro_after_init = IDS_KEYED;

/*
 * A value that is not one of the names fails the load: the kernel says so in
 * one line ("`x' invalid for parameter `ids'") and insmod gets EINVAL.
 */
static int ids_set(const char *value, const struct kernel_param *param)
{
	int index = sysfs_match_string(ids_names, value);

	if (index < 0)
		return index;
	ids = index;
	return 0;
}

static int ids_get(char *buffer, const struct kernel_param *param)
{
	return sprintf(buffer, "%s\n", ids_names[ids]);
}

static const struct kernel_param_ops ids_ops = {
	.set = ids_set,
	.get = ids_get,
};

module_param_cb(ids, &ids_ops, NULL, 0444);
MODULE_PARM_DESC(ids, "keyed: ids tell objects apart, and nothing else (default); raw: ids are kernel addresses, for readers with CAP_SYSLOG and CAP_SYS_RAWIO");

/*
 * wait_for_random_bytes() has no time limit: on a machine without a cycle counter
 * it would hold up the boot for as long as nothing happens. A limit of some
 * seconds is enough for a booting system to credit the seed that it saved.
 */
static int __init wait_for_random(void)
{
	unsigned int waited;	/* ms */

	for (waited = 0; !rng_is_initialized(); waited += RANDOM_LOOK) {
		if (waited >= RANDOM_WAIT) {
			pr_err("the kernel has no random numbers yet: load the module later, or read a byte of /dev/random first\n");
			return -EAGAIN;
		}
		if (msleep_interruptible(RANDOM_LOOK))
			return -ERESTARTSYS;
	}
	return 0;
}

/**
 * taskmap_ident_init() - draw the key and the fingerprint
 *
 * Waits until the kernel's random numbers are good, which they are unless the
 * machine has only just begun to boot.
 *
 * Context: process, may sleep. Once, before anything else of this file.
 * Return: 0; -EAGAIN, with a line in the log, if there were no random numbers in
 * time; or -ERESTARTSYS if a signal interrupted the wait.
 */
int __init taskmap_ident_init(void)
{
	int error = wait_for_random();
	u64 key[2];

	if (error)
		return error;
	get_random_bytes(&fingerprint, sizeof(fingerprint));
	get_random_bytes(key, sizeof(key));
	/* "somepseudorandomlygeneratedbytes" */
	start[0] = key[0] ^ 0x736f6d6570736575;
	start[1] = key[1] ^ 0x646f72616e646f6d;
	start[2] = key[0] ^ 0x6c7967656e657261;
	start[3] = key[1] ^ 0x7465646279746573;
	memzero_explicit(key, sizeof(key));
	return 0;
}

static __always_inline void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rol64(v[1], 13) ^ v[0];
	v[3] = rol64(v[3], 16) ^ v[2];
	v[0] = rol64(v[0], 32) + v[3];
	v[2] += v[1];
	v[1] = rol64(v[1], 17) ^ v[2];
	v[3] = rol64(v[3], 21) ^ v[0];
	v[2] = rol64(v[2], 32);
}

/*
 * SipHash-1-3 of a message of one word; but no object is 0, and nothing else is.
 * In five rounds, that is some 80 instructions.
 */
static noinline u64 id_of(u64 address)
{
	u64 v[4] = { start[0], start[1], start[2], start[3] };
	u64 length = (u64)sizeof(address) << 56;

	if (!address)
		return 0;
	v[3] ^= address;
	sip_round(v);
	v[0] ^= address;
	v[3] ^= length;
	sip_round(v);
	v[0] ^= length;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return (v[0] ^ v[1] ^ v[2] ^ v[3]) ?: 1;
}

/*
 * Of what a task holds, in which mostly nothing differs from the task before:
 * to count the resources would take as long as to look at them.
 */
static void make_ids(struct taskmap_ident *idents, __u64 *ids)
{
	unsigned int i;

#pragma GCC unroll 32
	for (i = 0; i < TASKMAP_RESOURCES; i++) {
		struct taskmap_ident *ident = &idents[i];

		if (unlikely(ids[i] != ident->address)) {
			ident->address = ids[i];
			/* mm and active_mm are neighbours, and mostly one. */
			if (i && ids[i] == ident[-1].address)
				ident->id = ident[-1].id;
			else
				ident->id = id_of(ids[i]);
		}
		ids[i] = ident->id;
	}
}

/**
 * taskmap_ident_make() - make ids of the addresses in records
 * @idents: what the caller keeps for the resources
 * @records: with taskmap_ident_address() of kernel objects where ids are to be.
 *	These may be gone, they are not looked at. Each becomes an id: 0 for NULL
 *	and for nothing else; equal for equal pointers, as long as the module is
 *	loaded.
 * @count: how many
 *
 * To be called for every record, once, before it leaves the kernel. Raw ids are
 * the addresses.
 *
 * Context: any.
 */
void taskmap_ident_make(struct taskmap_ident idents[TASKMAP_RESOURCES],
			struct taskmap_record *records, unsigned int count)
{
	struct taskmap_record *record;

	if (ids == IDS_RAW)
		return;
	for (record = records; record < records + count; record++) {
		record->task = id_of(record->task);
		make_ids(idents, record->ids);
	}
}

/**
 * taskmap_ident_fingerprint() - a number that tells loads of the module apart
 *
 * It is drawn independently of the key and says nothing about it.
 *
 * Context: any.
 * Return: the same number until the module is unloaded.
 */
__u64 taskmap_ident_fingerprint(void)
{
	return fingerprint;
}

/**
 * taskmap_ident_raw() - whether ids are kernel addresses
 *
 * Context: any.
 * Return: true for ids=raw.
 */
bool taskmap_ident_raw(void)
{
	return ids == IDS_RAW;
}
