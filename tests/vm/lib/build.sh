# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Builds a module outside the kernel's tree, in place. The output of make goes
# to stdout, because stderr is for messages of this script.

# Linux 7.x uses two features that sparse 0.6.4 does not have: a keyword, and
# strlen as a constant, for example in MODULE_LICENSE().
VM_SPARSE="sparse -D__typeof_unqual__=__typeof__ '-D__builtin_strlen(s)=(sizeof(s)-1)'"

# vm_llvm: prints the value of kbuild's LLVM= for the chosen row, such as "-19",
# or nothing if its compiler is gcc.
vm_llvm()
{
	[[ $ROW_COMPILER != clang* ]] || echo "${ROW_COMPILER#clang}"
}

vm_need_compiler()
{
	local cross=${ROW_CROSS%-}

	vm_need "$ROW_CROSS$ROW_COMPILER" "$ROW_COMPILER${cross:+-$cross}"
	[[ -z $(vm_llvm) ]] || {
		vm_need "ld.lld$(vm_llvm)" "lld$(vm_llvm)"
		vm_need "llvm-nm$(vm_llvm)" "llvm$(vm_llvm)"
	}
}

# Characters that kbuild cannot have in the path of a directory; as in the Makefile.
VM_UNFIT=$' \t\'"#$%&()*,:;<=>?[\\`|'

vm_build()
{
	local dir kdir top arg status=0

	dir=$(realpath -e -- "$1" 2>/dev/null) || vm_die "$VM_EX_USAGE" "no such directory: $1"
	shift
	[[ $dir != *["$VM_UNFIT"]* ]] || vm_unavailable \
		"kbuild cannot work in $dir: a blank, or one of ${VM_UNFIT#*$'\t'}"
	kdir=$(vm_kdir)
	local compiler=$ROW_CROSS$ROW_COMPILER
	local command=(make -C "$kdir" M="$dir" CC="$compiler"
		LLVM="$(vm_llvm)" -j"$(nproc)")

	! vm_foreign ||
		command+=(ARCH="$ROW_KBUILD" CROSS_COMPILE="$ROW_CROSS")

	if [[ $ROW_PLACE == host ]]; then
		vm_need make make
		vm_need_compiler
		# Since 6.12 the headers have a vmlinux for its BTF.
		[[ ! -e $kdir/vmlinux ]] || vm_need pahole pahole
		for arg in "$@"; do
			[[ $arg != C=[12] ]] || vm_need sparse sparse
		done
		"${command[@]}" "$@" 2>&1 || status=$?
	else
		[[ $EUID -eq 0 ]] || vm_unavailable \
			"only root can build in a root of $ROW_PLACE"
		vm_build_root
		# The module may include from elsewhere in its repository.
		top=$(git -C "$dir" rev-parse --show-toplevel 2>/dev/null) ||
			top=$dir
		vm_in_root "${kdir%/usr/src/*}" "$top" -- "${command[@]}" \
			CHECK="$VM_SPARSE" "$@" 2>&1 || status=$?
	fi
	# make fails with 2, which means a usage error here.
	[[ $status -eq 0 ]] || exit 1
}
