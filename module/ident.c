// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place where a pointer becomes a number.
 *
 * Sharing is to be visible, the layout of the kernel's memory is not. An
 * address hashed by SipHash-2-4 under a random 128-bit key says whether two
 * objects are one and nothing else, to anybody who does not know the key, and
 * the key never leaves this file. All 64 bits are kept: among a million objects
 * the odds that any two collide are 3e-8.
 *
 * printk's %p would not do. It keeps 32 bits, with which a hundred thousand
 * objects collide more likely than not, and prints zeros for all under
 * kptr_restrict=2 (lib/vsprintf.c).
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "taskmap.h"

enum ids { IDS_KEYED, IDS_RAW };

static const char * const ids_names[] = {
	[IDS_KEYED] = "keyed",
	[IDS_RAW] = "raw",
};

static siphash_key_t key __ro_after_init;
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
MODULE_PARM_DESC(ids, "keyed: ids tell objects apart, and nothing else (default); raw: ids are kernel addresses, for readers with CAP_SYSLOG");

/**
 * taskmap_ident_init() - draw the key
 *
 * Waits until the kernel's random numbers are good, which they are unless the
 * machine has only just begun to boot.
 *
 * Context: process, may sleep. Once, before anything else of this file.
 * Return: 0, or -ERESTARTSYS if a signal came while it waited.
 */
int __init taskmap_ident_init(void)
{
	return get_random_bytes_wait(&key, sizeof(key));
}

/**
 * taskmap_ident_of() - the id of an object
 * @ident: what the caller keeps for this resource
 * @address: taskmap_ident_address() of any kernel object, which may be gone: it
 *	is not looked at
 *
 * Context: any.
 * Return: 0 for NULL and for nothing else; equal for equal pointers, as long as
 * the module is loaded.
 */
__u64 taskmap_ident_of(struct taskmap_ident *ident, __u64 address)
{
	if (!address)
		return 0;
	if (address == ident->address)
		return ident->id;

	ident->address = address;
	if (ids == IDS_RAW)
		ident->id = address;
	else
		ident->id = siphash_1u64(address, &key) ?: 1;
	return ident->id;
}

/**
 * taskmap_ident_fingerprint() - a number that tells loads of the module apart
 *
 * Two words are hashed where an id hashes one, so this is the id of no object.
 *
 * Context: any.
 * Return: the same number until the module is unloaded.
 */
__u64 taskmap_ident_fingerprint(void)
{
	return siphash_2u64(0, 0, &key);
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
