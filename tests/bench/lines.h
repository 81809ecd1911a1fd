/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The taskmap authors */
/*
 * Where "measure lines" stores to tell lines.plugin.c that what it counts begins and
 * ends. Nothing else is mapped there.
 */
#ifndef LINES_H
#define LINES_H

#define LINES_BEGIN	0x600000000000u
#define LINES_END	0x600000000040u

#endif /* LINES_H */
