// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sort.h"
#include "util.h"

/* A digit is a byte: those of the tgid, then those of the key. */
#define DIGITS		(sizeof(uint32_t) + sizeof(uint64_t))
#define VALUES		(UCHAR_MAX + 1)

static unsigned char digit_of(const struct entry *entry, unsigned int digit)
{
	/* The highest bit turned, for negative ones to come first. */
	uint32_t tgid = (uint32_t)entry->tgid ^ 0x80000000U;

	if (digit < sizeof(tgid))
		return (unsigned char)(tgid >> digit * CHAR_BIT);
	digit -= (unsigned int)sizeof(tgid);
	return (unsigned char)(entry->key >> digit * CHAR_BIT);
}

/*
 * Sorts @from into @to by one digit, and leaves those equal in it in order. False
 * if all are: then @to is as it was.
 */
static bool sort_digit(const struct entry *from, struct entry *to,
		       unsigned int count, unsigned int digit)
{
	unsigned int places[VALUES] = { 0 };
	unsigned int place = 0;

	for (unsigned int i = 0; i < count; i++)
		places[digit_of(&from[i], digit)]++;
	if (places[digit_of(&from[0], digit)] == count)
		return false;
	for (unsigned int value = 0; value < VALUES; value++) {
		unsigned int with_it = places[value];

		places[value] = place;
		place += with_it;
	}
	for (unsigned int i = 0; i < count; i++)
		to[places[digit_of(&from[i], digit)]++] = from[i];
	return true;
}

void sort_entries(struct entry *entries, unsigned int count)
{
	struct entry *from = entries;
	struct entry *other, *to;

	if (count < 2)
		return;
	other = xcalloc(count, sizeof(*other));
	to = other;
	for (unsigned int digit = 0; digit < DIGITS; digit++) {
		if (sort_digit(from, to, count, digit)) {
			struct entry *sorted = to;

			to = from;
			from = sorted;
		}
	}
	if (from != entries)
		memcpy(entries, from, count * sizeof(*entries));
	free(other);
}
