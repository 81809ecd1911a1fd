# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Debug information, for programs that examine a kernel. The part has only vmlinux.

vm_make_symbols()
{
	local release=$1 scratch=$2 from=$2/unpacked

	vm_fetch "$from" "linux-image-$release-dbg" || return 1
	find "$from/usr/lib/debug" -type f -name "vmlinux*" \
		-exec mv {} "$scratch/vmlinux" \;
	rm -rf "$from"
	[[ -e $scratch/vmlinux ]]
}

vm_symbols()
{
	[[ -z $ROW_FRAGMENT ]] ||
		vm_unavailable "$ROW_NAME has no debug information"
	vm_part symbols
	# Those of an older release would be useless.
	[[ $PART == */$PICK-symbols ]] ||
		vm_unavailable "no debug information of $PICK"
	echo "$PART/vmlinux"
}
