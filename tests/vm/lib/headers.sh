# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Headers to build modules with. KDIR is usr/src/linux-headers-RELEASE in the part.

vm_make_headers()
{
	local release=$1 headers=$2 final=$3 checker

	vm_fetch "$headers" "linux-headers-$release" || return 1
	# Only absolute paths (the included Makefile, and since 7.x
	# KBUILD_OUTPUT) keep the packages from working in another directory.
	sed -i "s|/usr/src/|$final/usr/src/|g" \
		"$headers/usr/src/linux-headers-$release/Makefile"
	# Since 7.x, C=1 runs this script, which the packages do not contain.
	checker=$headers/usr/src/linux-headers-$release/scripts/checker-valid.sh
	[[ -e $checker ]] || install -m 755 /dev/stdin "$checker" <<-'EOF'
		#!/bin/sh
		command -v "$1" >/dev/null && echo 1
	EOF
}

vm_kdir()
{
	if [[ -n $ROW_FRAGMENT ]]; then
		vm_part image
		echo "$PART/build"
		return
	fi
	vm_part headers
	printf '%s/usr/src/linux-headers-%s\n' "$PART" \
		"$(basename "${PART%-headers}")"
}
