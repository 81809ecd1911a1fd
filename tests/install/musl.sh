# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Compiles the reader and taskmap-zoo with musl, whose headers do not declare
# functions that only glibc has. Sourced by check.

# by_musl: compiles with the headers of the libraries and the kernel. It does
# not link, because Debian does not have these libraries for musl.
by_musl()
{
	local include=$scratch/musl-include name
	mkdir "$include"
	for name in linux asm-generic "$(gcc -print-multiarch)/asm" \
		libsmartcols json-c sqlite3.h; do
		ln -s "/usr/include/$name" "$include/"
	done
	make -s -C userspace O="$scratch/musl" CC=musl-gcc LDLIBS= \
		CPPFLAGS="-isystem '$include'" CFLAGS='-O0 -Werror' \
		LDFLAGS='-r -nostdlib' >/dev/null
	[[ -s $scratch/musl/taskmap && -s $scratch/musl/taskmap-zoo ]]
}

name="the reader and taskmap-zoo compile for musl without a warning"
if command -v musl-gcc >/dev/null; then
	try "$name" by_musl
else
	skip "$name" "musl-gcc not found: install musl-tools"
fi
