# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# A part is a directory of the cache for a kernel: RELEASE-image, RELEASE-headers.

# vm_part KIND: sets PART, the directory of this kind for the chosen row's
# kernel. If necessary, vm_make_KIND RELEASE SCRATCH FINAL makes it.
vm_part()
{
	vm_pick
	PART=$VM_CACHE/kernels/$PICK-$1
	[[ ! -d $PART ]] || return 0
	vm_locked "$PICK-$1" vm_part_make "$1"
	[[ -d $PART ]] || vm_part_older "$1"
}

vm_part_make()
{
	local scratch status=0

	# Another process may have made the part while this one waited.
	[[ ! -d $PART ]] || return 0
	scratch=$(vm_scratch "$VM_CACHE/kernels")
	# shellcheck disable=SC2064 # the directory is known now
	trap "rm -rf '$scratch'" EXIT
	"vm_make_$1" "$PICK" "$scratch" "$PART" || status=$?
	[[ $status -eq 0 ]] || return 0
	chmod 755 "$scratch"
	mv -T "$scratch" "$PART"
}

# Without a network, uses a part of an older release, if the cache has one.
vm_part_older()
{
	local older

	older=$(find "$VM_CACHE/kernels" -mindepth 1 -maxdepth 1 -printf '%f\n' |
		grep -Ex "$(vm_release_pattern)-$1" | sort -V | tail -n 1) ||
		vm_unavailable "cannot fetch the $1 of $PICK"
	vm_say "cannot fetch the $1 of $PICK: using ${older%"-$1"} from the cache"
	PART=$VM_CACHE/kernels/$older
}
