// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
/*
 * LeakSanitizer ignores what libsmartcols loses by itself. In 2.41.5, for example, its
 * parser allocates two scanners and frees one: scols_filter_parse_string() in
 * libsmartcols/src/filter.c calls yylex_init() and then yylex_init_extra(). The linker
 * lets the reader call this function instead (--wrap). Filters themselves are allocated
 * elsewhere, so one that the reader does not free is reported.
 */
#include <libsmartcols.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

#ifdef SMARTCOLS_FILTERS
int __real_scols_filter_parse_string(struct libscols_filter *filter, const char *text);
int __wrap_scols_filter_parse_string(struct libscols_filter *filter, const char *text);

int __wrap_scols_filter_parse_string(struct libscols_filter *filter, const char *text)
{
	int ret;

	__lsan_disable();
	ret = __real_scols_filter_parse_string(filter, text);
	__lsan_enable();
	return ret;
}
#endif
