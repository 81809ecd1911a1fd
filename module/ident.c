// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * Ids. Only this file turns a pointer into a number.
 *
 * An id shows sharing and hides the layout of kernel memory. It is the
 * SipHash-1-3 of an object's address under a random 128-bit key, which never
 * leaves this file. Without the key, ids can be compared and reveal nothing
 * else. All 64 bits are kept: among a million objects, the probability that any
 * two collide is 3e-8.
 *
 * The alternatives in the kernel do not fit:
 *
 *  - siphash_1u64() is SipHash-2-4. With it, a snapshot of processes takes 27 %
 *    more instructions.
 *  - hsiphash() is SipHash-1-3, but keeps only 32 bits.
 *  - %p also keeps 32 bits, with which among a hundred thousand objects a
 *    collision is more likely than not. With kptr_restrict=2 it prints zeros
 *    (lib/vsprintf.c).
 *
 * SipHash-1-3 has a smaller security margin than SipHash-2-4, but no attack on
 * it is known that is better than trying keys. Python, Ruby and Rust rely on it
 * to protect their dictionaries against input from the network. These ids are
 * shown only to root.
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

/* How long a load waits for random numbers, and how often it checks, in ms */
#define RANDOM_WAIT	10000
#define RANDOM_CHECK	100

/* Initial state of every hash, derived from the key */
static u64 start[4] __ro_after_init;
static u64 fingerprint __ro_after_init;

/* Values of the parameter ids, indexed by raw */
static const char * const ids_names[] = { "keyed", "raw" };
static bool raw __ro_after_init;

/* Other values fail: the kernel logs a line, and the load fails with EINVAL. */
static int ids_set(const char *value, const struct kernel_param *param)
{
	int index = sysfs_match_string(ids_names, value);

	if (index < 0)
		return index;
	raw = index;
	return 0;
}

static int ids_get(char *buffer, const struct kernel_param *param)
{
	return sprintf(buffer, "%s\n", ids_names[raw]);
}

static const struct kernel_param_ops ids_ops = {
	.set = ids_set,
	.get = ids_get,
};

module_param_cb(ids, &ids_ops, NULL, 0444);
MODULE_PARM_DESC(ids, "How to show ids: keyed hashes (keyed, default), or kernel addresses, to readers with CAP_SYSLOG and CAP_SYS_RAWIO (raw)");

/*
 * Not wait_for_random_bytes(), which has no time limit: without a cycle counter
 * it would delay the boot until the machine gets some input. A booting system
 * needs a few seconds to credit the seed that it saved.
 */
static int __init wait_for_random(void)
{
	unsigned int waited;	/* ms */

	for (waited = 0; !rng_is_initialized(); waited += RANDOM_CHECK) {
		if (waited >= RANDOM_WAIT) {
			pr_err("the kernel's random number generator is not ready: load the module later, or read a byte of /dev/random first\n");
			return -EAGAIN;
		}
		if (msleep_interruptible(RANDOM_CHECK))
			return -ERESTARTSYS;
	}
	return 0;
}

/**
 * taskmap_ident_init() - draw the key and the fingerprint
 *
 * Waits for the kernel's random number generator, which is ready unless the
 * machine has just booted.
 *
 * Context: Process context, may sleep. Call it once, before the other
 * functions.
 * Return: 0; -EAGAIN if the generator was not ready in time, which is logged;
 * or -ERESTARTSYS if a signal interrupted the wait.
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
 * SipHash-1-3 of one word. NULL has id 0, and no object has id 0. With a call
 * instead, a snapshot of processes takes 7 % more instructions.
 */
static __always_inline u64 id_of(u64 address)
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

/* Update entry @i. active_mm follows mm and is usually the same object. */
static void learn(struct taskmap_idents *known, unsigned int i, u64 address)
{
	known->addresses[i] = address;
	if (i > 0 && address == known->addresses[i - 1])
		known->ids[i] = known->ids[i - 1];
	else
		known->ids[i] = id_of(address);
}

/**
 * taskmap_ident_make() - turn the addresses in records into ids
 * @known: cache with the objects of the previous task, zeroed for the first one
 * @records: with addresses from taskmap_ident_address() in place of ids. The
 *	objects are not accessed and may be gone. Only NULL becomes 0. Equal
 *	addresses become equal ids as long as the module is loaded.
 * @count: number of records
 *
 * Every record passes through this function once before it leaves the kernel.
 * With ids=raw, addresses remain.
 *
 * Context: Any context.
 */
void taskmap_ident_make(struct taskmap_idents *known,
			struct taskmap_record *records, unsigned int count)
{
	struct taskmap_record *record;
	unsigned int i;

	if (raw)
		return;
	for (record = records; record < records + count; record++) {
		record->task = id_of(record->task);
		for (i = 0; i < TASKMAP_RESOURCES; i++) {
			if (unlikely(record->ids[i] != known->addresses[i]))
				learn(known, i, record->ids[i]);
			record->ids[i] = known->ids[i];
		}
	}
}

/**
 * taskmap_ident_fingerprint() - random number that identifies this load
 *
 * It is independent of the key.
 *
 * Context: Any context.
 * Return: The same number until the module is unloaded.
 */
__u64 taskmap_ident_fingerprint(void)
{
	return fingerprint;
}

/**
 * taskmap_ident_raw() - whether ids are kernel addresses
 *
 * Context: Any context.
 * Return: true for ids=raw.
 */
bool taskmap_ident_raw(void)
{
	return raw;
}
