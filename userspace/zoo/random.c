// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/* Random numbers that are the same on every machine. */
#include "zoo.h"

unsigned int random_below(uint64_t *state, unsigned int limit)
{
	uint64_t bits = *state += 0x9e3779b97f4a7c15;

	bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
	bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
	return (unsigned int)((bits ^ bits >> 31) >> 32) % limit;
}
