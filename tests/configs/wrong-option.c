/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/* wants: the kernel has no CONFIG_NO_SUCH_OPTION=y */
