# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Compilers of other releases of Debian, from a root of each, to run outside of
# it. A changed root would do as well, but would want all that a kernel's build
# needs in it, and the host's programs built once more.

# vm_compiler gcc-NN: prints the path of a command that is that compiler.
vm_compiler()
{
	local command

	case $1 in
	gcc-10)	vm_root bullseye extract gcc-10 bullseye ;;
	gcc-14)	vm_row trixie; vm_build_root ;;
	*)	vm_die "$VM_EX_USAGE" "no root has the compiler '$1'" ;;
	esac
	command=$ROOT/usr/local/bin/$1
	[[ -x $command ]] || vm_locked "compiler-$1" vm_compiler_make "$1" "$command"
	echo "$command"
}

# Its programs and the assembler need the C library, and with it the loader, of
# the root. The driver finds all of them by its own place.
vm_compiler_make()
{
	local libraries=$ROOT/usr/lib/x86_64-linux-gnu:$ROOT/lib/x86_64-linux-gnu
	local loader=$ROOT/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2

	mkdir -p "${2%/*}"
	cat >"$2.$$" <<-EOF
		#!/bin/sh
		exec '$loader' --library-path '$libraries' \\
			'$ROOT/usr/bin/x86_64-linux-gnu-$1' -B'$ROOT/usr/bin/' \\
			-wrapper '$loader,--library-path,$libraries' "\$@"
	EOF
	chmod 755 "$2.$$"
	mv "$2.$$" "$2"
}
