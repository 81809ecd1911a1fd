// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sort.h"
#include "util.h"

/* A digit is a byte: those of the tgid, then those of the key. */
#define DIGITS		(sizeof(uint32_t) + sizeof(uint64_t))
#define VALUES		(UCHAR_MAX + 1)

/* Where the sign is, which is turned for negative ones to come first. */
#define SIGN_DIGIT	(sizeof(uint32_t) - 1)
#define SIGN		0x80

static unsigned char digit_of(const struct entry *entry, unsigned int digit)
{
	if (digit < sizeof(entry->tgid))
		return (unsigned char)((uint32_t)entry->tgid >> digit * CHAR_BIT);
	digit -= (unsigned int)sizeof(entry->tgid);
	return (unsigned char)(entry->key >> digit * CHAR_BIT);
}

/* What of all entries differs, as the bits in which any is not the first. */
static struct entry differences(const struct entry *entries, unsigned int count)
{
	struct entry bits = { 0 };

	for (unsigned int i = 1; i < count; i++) {
		bits.key |= entries[i].key ^ entries[0].key;
		bits.tgid |= entries[i].tgid ^ entries[0].tgid;
	}
	return bits;
}

/* Sorts @from into @to by one digit, and leaves those equal in it in order. */
static void sort_digit(const struct entry *from, struct entry *to,
		       unsigned int count, unsigned int digit)
{
	unsigned char turned = digit == SIGN_DIGIT ? SIGN : 0;
	unsigned int places[VALUES] = { 0 };
	unsigned int place = 0;

	for (unsigned int i = 0; i < count; i++)
		places[digit_of(&from[i], digit) ^ turned]++;
	for (unsigned int value = 0; value < VALUES; value++) {
		unsigned int with_it = places[value];

		places[value] = place;
		place += with_it;
	}
	for (unsigned int i = 0; i < count; i++)
		to[places[digit_of(&from[i], digit) ^ turned]++] = from[i];
}

void sort_entries(struct entry *entries, unsigned int count)
{
	struct entry *from = entries;
	struct entry *other, *to;
	struct entry differ;

	if (count < 2)
		return;
	differ = differences(entries, count);
	other = xcalloc(count, sizeof(*other));
	to = other;
	for (unsigned int digit = 0; digit < DIGITS; digit++) {
		struct entry *sorted = to;

		if (!digit_of(&differ, digit))
			continue;
		sort_digit(from, to, count, digit);
		to = from;
		from = sorted;
	}
	if (from != entries)
		memcpy(entries, from, count * sizeof(*entries));
	free(other);
}
