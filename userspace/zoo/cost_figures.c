// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
#include <stdlib.h>

#include "cost.h"

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

/* What stands at @place of 0 to 1 in what is sorted, in between if need be. */
static double at(const double *sorted, size_t count, double place)
{
	double exact = place * (double)(count - 1);
	size_t below = (size_t)exact;
	double rest = exact - (double)below;

	if (below + 1 >= count)
		return sorted[below];
	return sorted[below] + rest * (sorted[below + 1] - sorted[below]);
}

struct cost_figure cost_figure(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), ascending);
	return (struct cost_figure){
		.there = true,
		.median = at(samples, count, 0.5),
		.low = at(samples, count, 0.25),
		.high = at(samples, count, 0.75),
	};
}
