# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A root of a newer Debian, to build for kernels whose build programs (modpost,
# objtool, resolve_btfids) and compiler options are too new for the host.

vm_root_packages()
{
	echo "$ROW_COMPILER,make,libelf1t64,libssl3t64,zlib1g,pahole,sparse"
}

# vm_root: sets ROOT.  Named after its packages: another list, another root.
vm_root()
{
	local id

	id=$(vm_root_packages | cksum | cut -d' ' -f1)
	ROOT=$VM_CACHE/roots/$ROW_PLACE-$id
	[[ -d $ROOT ]] || vm_locked "root-$ROW_PLACE" vm_root_make
}

vm_root_make()
{
	local scratch output

	[[ ! -d $ROOT ]] || return 0
	vm_need mmdebstrap mmdebstrap
	scratch=$(vm_scratch "$VM_CACHE/roots")
	# shellcheck disable=SC2064 # the directory is known now
	trap "rm -rf --one-file-system '$scratch'" EXIT
	vm_say "making a root of $ROW_PLACE to build in (about a minute)"
	output=$(mmdebstrap --quiet --variant=essential \
		--include="$(vm_root_packages)" "$ROW_PLACE" "$scratch" \
		"deb [signed-by=$VM_KEYRING] $(vm_mirror "$ROW_PLACE") $ROW_PLACE main" \
		2>&1) || {
		tail -n 5 <<<"$output" >&2
		vm_unavailable "mmdebstrap cannot make a root of $ROW_PLACE"
	}
	chmod 755 "$scratch"
	mv -T "$scratch" "$ROOT"
}

# vm_in_root DIR... -- COMMAND...: runs COMMAND in the root, with the
# directories where they are outside.  The mounts are of a mount namespace that
# ends with the command.
vm_in_root()
{
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --propagation private bash -ec '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount --bind /dev "$root/dev"
		while [[ $1 != -- ]]; do
			mkdir -p "$root$1"
			mount --bind "$1" "$root$1"
			shift
		done
		shift
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			LANG=C.UTF-8 chroot "$root" "$@"' bash "$ROOT" "$@"
}
