/* SPDX-License-Identifier: GPL-2.0-only */
/* wants: the kernel has no CONFIG_NO_SUCH_OPTION=y */
