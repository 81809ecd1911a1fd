/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/* wants: variable .unread. set but not used */

static void __used wrong_warning(int value)
{
	int unread;

	unread = value;
}
