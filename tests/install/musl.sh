# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# The reader and the zoo by another C library: what only glibc has is not declared
# there. Sourced by check.

# by_musl: without the libraries, which nobody has for musl here: their headers
# do, and those of the kernel, and nothing is linked.
by_musl()
{
	local include=$scratch/musl-include name
	mkdir "$include"
	for name in linux asm-generic "$(gcc -print-multiarch)/asm" \
		libsmartcols json-c; do
		ln -s "/usr/include/$name" "$include/"
	done
	make -s -C userspace O="$scratch/musl" CC=musl-gcc LDLIBS= \
		CPPFLAGS="-isystem '$include'" CFLAGS='-O0 -Werror' \
		LDFLAGS='-r -nostdlib' >/dev/null
	[[ -s $scratch/musl/taskmap && -s $scratch/musl/taskmap-zoo ]]
}

name="the reader and the zoo are compiled for musl, without a warning"
if command -v musl-gcc >/dev/null; then
	try "$name" by_musl
else
	skip "$name" "no musl-gcc: install musl-tools"
fi
