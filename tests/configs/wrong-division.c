/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/* wants: __aeabi_uldivmod is of libgcc */

static u64 __used wrong_division(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}
