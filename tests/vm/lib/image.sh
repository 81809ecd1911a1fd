# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# A kernel to boot. Its part in the cache contains:
#
# vmlinux, vmlinuz, release, config
# lib/modules	all modules
# boot		the modules needed for the root file system, unpacked, and named in the
#		order of loading
# transport	the type of the root file system: 9p or virtiofs
# build, kit	if it was built from source: the tree for modules, and the files that
#		vm_prebuilt() takes
# busybox	if it is for another architecture; then vmlinux exists only if it is
#		booted

VM_BOOT_MODULES=(virtio_console overlay)

# vm_decompress FILE: prints it decompressed, whatever compression kernels use.
vm_decompress()
{
	local magic

	magic=$(head -c 6 "$1" | od -An -tx1 | tr -d ' \n')
	case $magic in
	fd377a585a00)	vm_need xz xz-utils; xz -dc <"$1" ;;
	28b52ffd*)	vm_need zstd zstd; zstd -qdc <"$1" ;;
	1f8b*)		gzip -dc <"$1" ;;
	02214c18*)	vm_need lz4 lz4; lz4 -dc <"$1" ;;
	*)		cat "$1" ;;
	esac
}

vm_le()
{
	od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# vm_extract_vmlinux VMLINUZ VMLINUX: booting vmlinux (by PVH) needs no BIOS,
# and no unpacking on an emulated CPU. The boot protocol says where the payload
# is (Documentation/arch/x86/boot.rst). Its last four bytes are the size, which
# xz does not accept.
vm_extract_vmlinux()
{
	local sectors offset length

	sectors=$(vm_le "$1" 497 1)
	offset=$((($(vm_le "$1" 497 1) + 1) * 512 + $(vm_le "$1" 584 4)))
	length=$(($(vm_le "$1" 588 4) - 4))
	[[ $sectors -gt 0 && $length -gt 0 ]] || return 1
	tail -c "+$((offset + 1))" "$1" | head -c "$length" >"$2.packed" || true
	vm_decompress "$2.packed" >"$2" || return 1
	rm "$2.packed"
	# ELF
	[[ $(vm_le "$2" 0 4) -eq $((0x464c457f)) ]]
}

# vm_boot_list RELEASE IMAGE MODULE...: lists the modules to load, with dependencies.
vm_boot_list()
{
	local release=$1 image=$2 bus=()

	shift 2
	# On every kernel for ccw, its driver is built in.
	[[ $ROW_BUS != pci ]] || bus=(virtio_pci)
	modprobe -d "$image" -S "$release" --show-depends -a \
		"${bus[@]}" "${VM_BOOT_MODULES[@]}" "$@" 2>/dev/null
}

vm_boot_modules()
{
	local release=$1 image=$2 list file n=10

	# 9p needs no process on the host, but cloud images do not have it.
	if list=$(vm_boot_list "$@" 9pnet_virtio 9p); then
		echo 9p >"$image/transport"
	elif list=$(vm_boot_list "$@" virtiofs); then
		echo virtiofs >"$image/transport"
	else
		return 0
	fi
	mkdir "$image/boot"
	while read -r file; do
		vm_decompress "$file" \
			>"$image/boot/$n-$(basename "${file%%.ko*}").ko" ||
			return 1
		n=$((n + 1))
	done < <(awk '$1 == "insmod" && !seen[$2]++ { print $2 }' <<<"$list")
}

vm_make_image()
{
	local release=$1 image=$2 from=$2/unpacked dir busybox=()

	if [[ -n $ROW_FRAGMENT ]]; then
		vm_make_source_image "$@"
		return
	fi
	vm_need depmod kmod
	! vm_foreign || busybox=("busybox-static:$ROW_ARCH")
	vm_fetch "$from" "linux-image-$release" "${busybox[@]}" || return 1
	vm_say "preparing $release"
	! vm_foreign || mv "$from/bin/busybox" "$image/" || return 1
	mkdir -p "$image/lib/modules/$release"
	for dir in "$from/lib/modules/$release" "$from/usr/lib/modules/$release"; do
		[[ ! -d $dir ]] || cp -al "$dir/." "$image/lib/modules/$release/" ||
			return 1
	done
	# Since 7.x, vmlinuz and config are beside the modules.
	mv "$from/boot/vmlinuz-$release" "$image/vmlinuz" 2>/dev/null ||
		mv "$image/lib/modules/$release/vmlinuz" "$image/vmlinuz" ||
		return 1
	mv "$from/boot/config-$release" "$image/config" 2>/dev/null ||
		cp "$image/lib/modules/$release/config" "$image/config" || return 1
	echo "$release" >"$image/release"
	rm -rf "$from"
	[[ $ROW_BOOTS != vmlinux ]] ||
		vm_extract_vmlinux "$image/vmlinuz" "$image/vmlinux" || {
		vm_say "cannot extract vmlinux of $release"
		return 1
	}
	depmod -b "$image" "$release" || return 1
	vm_boot_modules "$release" "$image"
}
