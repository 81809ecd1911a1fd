# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Compilers of other Debian releases, each in a root of its release. They run
# outside their root. chroot would also work, but then the root would need all
# programs of a kernel's build, and the kernel's build programs would be
# compiled again.

# vm_compiler gcc-NN: prints the path of a command that runs the compiler.
vm_compiler()
{
	local command

	case $1 in
	gcc-10)	vm_root bullseye extract gcc-10 bullseye ;;
	gcc-14)	vm_row trixie; vm_build_root ;;
	*)	vm_die "$VM_EX_USAGE" "unknown compiler '$1': use gcc-10 or gcc-14" ;;
	esac
	command=$ROOT/usr/local/bin/$1
	[[ -x $command ]] || vm_locked "compiler-$1" vm_compiler_make "$1" "$command"
	echo "$command"
}

# The compiler's programs and the assembler need the root's C library, and so
# its loader. The driver finds these programs relative to its own path.
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
