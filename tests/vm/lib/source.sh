# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Sanitizer kernels, built from Debian's source with a fragment of kernels/. A
# build makes a kit of three files: bzImage, config, and build.tar.zst, the tree
# that modules are built against. A kit from elsewhere works as well, if its
# configuration has every line of the fragment.
#
# shellcheck disable=SC2034 # used by scripts that source this

# vm_fragment: prints the lines that the chosen row's configuration must have.
vm_fragment()
{
	grep -h '^CONFIG_' "$VM_DIR/kernels/common" "$ROW_FRAGMENT"
}

vm_fragment_id()
{
	vm_fragment | sha256sum | cut -c 1-12
}

# vm_lacking CONFIG: prints the lines of the fragment that the file does not have.
vm_lacking()
{
	vm_fragment | grep -vxFf "$1" || true
}

# vm_prebuilt: sets KIT and PICK if TASKMAP_KERNELS has a usable kit. Otherwise
# REFUSED can contain the reason. The kit can have any local version, and any
# update of its series: an update does not matter to the tests, and a new one in
# the archive is no reason to build for ten minutes.
vm_prebuilt()
{
	local kit=${TASKMAP_KERNELS:-}/$ROW_NAME file version lacking

	REFUSED=''
	[[ -n ${TASKMAP_KERNELS:-} && -d $kit ]] || return 1
	for file in bzImage config build.tar.zst; do
		[[ -r $kit/$file ]] || {
			REFUSED="$kit has no $file"
			return 1
		}
	done
	version=$(sed -n '3s|^# Linux/x86 \([^ ]*\) Kernel Configuration$|\1|p' \
		"$kit/config")
	if [[ $version != "$ROW_SERIES".* ]]; then
		REFUSED="$kit is for Linux ${version:-unknown} instead of $ROW_SERIES"
		return 1
	fi
	lacking=$(vm_lacking "$kit/config" | grep -v '^CONFIG_LOCALVERSION=') ||
		true
	if [[ -n $lacking ]]; then
		REFUSED="$kit does not have ${lacking//$'\n'/ }"
		return 1
	fi
	KIT=$kit
	PICK=$version-$ROW_NAME-$(cd "$kit" && sha256sum bzImage config \
		build.tar.zst | sha256sum | cut -c 1-12)
}

# vm_release_of VMLINUZ: prints the release in it (kernel_version in
# Documentation/arch/x86/boot.rst).
vm_release_of()
{
	local offset

	offset=$(($(vm_le "$1" 526 2) + 512))
	tail -c "+$((offset + 1))" "$1" | head -z -n 1 | cut -d ' ' -f 1 -z |
		tr -d '\0'
}

vm_need_to_build_kernel()
{
	vm_need make make
	vm_need_compiler
	vm_need flex flex
	vm_need bison bison
	vm_need bc bc
	vm_need zstd zstd
	vm_need xz xz-utils
	"$ROW_COMPILER" -E -include gelf.h -x c /dev/null >/dev/null 2>&1 ||
		vm_unavailable "gelf.h not found: install libelf-dev"
}

# vm_make_in TREE ARGUMENT...: runs make with an empty environment, because the
# caller may be another make.
vm_make_in()
{
	local tree=$1

	shift
	env -i PATH="$PATH" HOME="$tree" LANG=C.UTF-8 \
		KBUILD_BUILD_USER=taskmap KBUILD_BUILD_HOST=taskmap \
		KBUILD_BUILD_TIMESTAMP=2026-01-01 \
		make -C "$tree" -j"$(nproc)" CC="$ROW_COMPILER" \
		HOSTCC="$ROW_COMPILER" LLVM="$(vm_llvm)" "$@" >>"$tree.log" 2>&1 || {
		grep -E '(error|Error|\*\*\*|not found)' "$tree.log" |
			head -n 10 >&2 || tail -n 10 "$tree.log" >&2
		vm_die 1 "building $ROW_NAME from linux-source failed"
	}
}

# vm_unpack_source WORK TREE: unpacks the source into TREE, and the package with
# it into WORK, which must be another directory.
vm_unpack_source()
{
	vm_need xz xz-utils
	vm_fetch "$1" "linux-source-$ROW_SERIES" || return 1
	mkdir -p "$2"
	tar -xf "$1/usr/src/linux-source-$ROW_SERIES.tar.xz" -C "$2" \
		--strip-components=1 || return 1
	rm -r "${1:?}/usr"
}

# vm_make_kit KIT PICK: ends the script if the kernel cannot be built.
vm_make_kit()
{
	local kit=$1 work=$1.work tree=$1.work/linux lacking

	vm_need_to_build_kernel
	[[ -z $REFUSED ]] || vm_say "$REFUSED"
	vm_say "building $2 (ten minutes with two CPUs, once)"
	mkdir "$kit"
	vm_unpack_source "$work" "$tree" || return 1
	vm_fragment >"$work/fragment"
	vm_make_in "$tree" KCONFIG_ALLCONFIG="$work/fragment" allnoconfig
	lacking=$(vm_lacking "$tree/.config")
	[[ -z $lacking ]] || vm_die 1 \
		"linux-source does not accept ${lacking//$'\n'/ }"
	vm_make_in "$tree" all
	# shellcheck disable=SC2016 # for make and its shell
	vm_make_in "$tree" run-command KBUILD_RUN_COMMAND='+$(srctree)/scripts/package/install-extmod-build ../build'
	cp "$tree/arch/x86/boot/bzImage" "$kit/" &&
		cp "$tree/.config" "$kit/config" &&
		tar -C "$work" -c build --owner=0 --group=0 | zstd -q -10 \
			>"$kit/build.tar.zst" || return 1
	rm -rf "$work" "$tree.log"
}

# The image of a sanitizer kernel contains the tree to build modules against,
# but no modules, because everything is built in.
vm_make_source_image()
{
	local image=$2 kit=${KIT:-$2/kit} release

	vm_need depmod kmod
	vm_need zstd zstd
	[[ -n $KIT ]] || vm_make_kit "$kit" "$1" || return 1
	vm_say "preparing $1"
	cp "$kit/bzImage" "$image/vmlinuz" &&
		cp "$kit/config" "$image/config" || return 1
	release=$(vm_release_of "$image/vmlinuz")
	echo "$release" >"$image/release"
	zstd -qdc <"$kit/build.tar.zst" | tar -x -C "$image" || return 1
	[[ -e $image/build/Module.symvers ]] ||
		vm_die 1 "$kit/build.tar.zst is not a tree to build modules against"
	vm_extract_vmlinux "$image/vmlinuz" "$image/vmlinux" ||
		vm_die 1 "cannot extract vmlinux of $kit/bzImage"
	mkdir -p "$image/boot" "$image/lib/modules/$release"
	echo 9p >"$image/transport"
	touch "$image/lib/modules/$release"/modules.{order,builtin,builtin.modinfo}
	depmod -b "$image" "$release"
}

vm_make_source()
{
	vm_unpack_source "$2/.package" "$2" && rmdir "$2/.package"
}

# vm_source: sets PART, the unpacked source of the chosen row's kernel, for
# builds outside its tree.
vm_source()
{
	[[ -n $ROW_FRAGMENT ]] ||
		vm_die "$VM_EX_USAGE" "$ROW_NAME is not built from source"
	vm_index
	PICK=linux-$(vm_newest)
	PART=$VM_CACHE/kernels/$PICK-source
	[[ -d $PART ]] || vm_locked "$PICK-source" vm_part_make source
	[[ ! -d $PART ]] || return 0
	# Without a network, an older source is used.
	PART=$(find "$VM_CACHE/kernels" -maxdepth 1 \
		-name "linux-$ROW_SERIES.*-source" | sort -V | tail -n 1)
	[[ -n $PART ]] ||
		vm_unavailable "cannot fetch the source of Linux $ROW_SERIES"
}
