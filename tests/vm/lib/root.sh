# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Roots of Debian releases, which are made once and kept in the cache.

# vm_root NAME VARIANT[/ARCHITECTURE] PACKAGES SUITE...: sets ROOT, the
# directory of a root that mmdebstrap makes from the suites, as VARIANT with
# PACKAGES (separated by commas). Each combination of arguments has its own
# root.
vm_root()
{
	local id

	id=$(cksum <<<"$*" | cut -d' ' -f1)
	ROOT=$VM_CACHE/roots/$1-$id
	[[ -d $ROOT ]] || vm_locked "root-$1" vm_root_make "$@"
}

vm_root_make()
{
	local name=$1 variant=${2%/*} packages=$3 suite scratch output sources=()
	local options=()

	[[ ! -d $ROOT ]] || return 0
	vm_need mmdebstrap mmdebstrap
	scratch=$(vm_scratch "$VM_CACHE/roots")
	# shellcheck disable=SC2064 # the directory is known now
	trap "rm -rf --one-file-system '$scratch'" EXIT
	vm_say "making a root of $name (about a minute)"
	for suite in "${@:4}"; do
		sources+=("deb [signed-by=$VM_KEYRING] $(vm_mirror "$suite") $suite main")
	done
	[[ $2 != */* ]] || options=(--architectures="${2#*/}")
	output=$(mmdebstrap --quiet --variant="$variant" "${options[@]}" \
		--include="$packages" "$4" "$scratch" "${sources[@]}" 2>&1) || {
		tail -n 5 <<<"$output" >&2
		vm_unavailable "mmdebstrap cannot make a root of $name"
	}
	chmod 755 "$scratch"
	mv -T "$scratch" "$ROOT"
}

# vm_build_root: sets ROOT to a root for builds for a newer kernel. Its build
# programs (modpost, objtool, resolve_btfids) and compiler options are too new
# for the host.
vm_build_root()
{
	vm_root "$ROW_PLACE" essential \
		"$ROW_COMPILER,make,libelf1t64,libssl3t64,zlib1g,pahole,sparse" \
		"$ROW_PLACE"
}

# The root for a kernel of another architecture has the packages that the live
# tests run there, and the libraries with which their programs and the reader
# are built here.
VM_FOREIGN_PACKAGES=python3,kmod,mount,util-linux,bsdutils,procps,coreutils,grep,dash
VM_FOREIGN_PACKAGES+=,libc6-dev,libsmartcols-dev,libjson-c-dev,libsqlite3-dev

# vm_foreign_root: sets ROOT to this root, or to nothing if the chosen row's
# kernel can run this machine's programs. Its packages are not configured,
# because that would run their programs.
vm_foreign_root()
{
	ROOT=''
	! vm_foreign || vm_root "$ROW_INDEX" "extract/$ROW_ARCH" \
		"$VM_FOREIGN_PACKAGES" "${ROW_SUITES%%,*}"
}

# vm_cross: prints the environment in which make builds for this root, one
# variable per line.
vm_cross()
{
	local libraries

	vm_foreign || return 0
	vm_need_compiler
	vm_foreign_root
	# The directory of libraries is not always named after the compiler.
	libraries=("$ROOT"/usr/lib/*/pkgconfig)
	echo "CC=$ROW_CROSS$ROW_COMPILER --sysroot=$ROOT"
	echo "PKG_CONFIG_SYSROOT_DIR=$ROOT"
	echo "PKG_CONFIG_LIBDIR=${libraries[0]}:$ROOT/usr/share/pkgconfig"
}

# vm_in_root DIR... -- COMMAND...: runs COMMAND in the root, with the
# directories at the same paths as outside. The mounts are in a mount namespace
# that ends with the command.
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
