# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# The known kernels, one per row.
#
# shellcheck disable=SC2034 # used by scripts that source this
#
# suites:   where to look for packages; the first suite names the package index.
# series:   the beginning of the version, "*" for any.
# compiler: the compiler for modules. clang also uses the linker and tools of its
#           version.
# place:    "host", or the suite of the root for builds: build programs of a newer
#           kernel need a newer C library than the host's.
#
# A row with a file of its name in kernels/ is a sanitizer kernel. It is built
# from Debian's linux-source of the series, with the options of this file
# (source.sh).
VM_TABLE='
5.10    bullseye,bullseye-security                5.10  gcc-12  host
6.1     bookworm,bookworm-security                6.1   gcc-12  host
6.12    bookworm,bookworm-security                6.12  gcc-12  host
kasan   bookworm,bookworm-security                6.12  gcc-12  host
kcsan   bookworm,bookworm-security                6.12  gcc-12  host
kcfi    bookworm,bookworm-security                6.12  clang-19  host
trixie  trixie,trixie-security,trixie-backports   6.12  gcc-14  trixie
newest  trixie,trixie-security,trixie-backports   *     gcc-14  trixie
'

# Variants: the suffix of a kernel's name after a "-", the end of the release in
# names of its packages, and its architecture. A name without a suffix means
# "standard".
VM_VARIANTS='
standard  amd64        amd64
cloud     cloud-amd64  amd64
rt        rt-amd64     amd64
arm64     arm64        arm64
s390x     s390x        s390x
armhf     armmp-lpae   armhf
i386      686-pae      i386
'

# Architectures, by Debian's names.
#
# kbuild:   ARCH of the kernel's build.
# cross:    the prefix of the compiler's programs, "-" for this machine's own.
# qemu:     the program and its package.
# machine, cpu: options of qemu. The CPU has the feature that keeps a kernel from
#           accessing user memory by mistake (SMAP, PAN), if the architecture has it.
# image:    vmlinux if qemu can start it (by PVH), which needs no unpacking.
# console:  the kernel's name for the console.
# bus:      the bus of virtio devices.
# append:   the rest of the row is appended to the kernel's command line.
VM_ARCHITECTURES='
amd64  x86_64  -                     qemu-system-x86_64   qemu-system-x86   q35              max,la57=off             vmlinux  ttyS0     pci  no_timer_check lpj=4000000
i386   i386    i686-linux-gnu-       qemu-system-i386     qemu-system-x86   q35              max,vendor=GenuineIntel  vmlinux  ttyS0     pci  no_timer_check lpj=4000000
arm64  arm64   aarch64-linux-gnu-    qemu-system-aarch64  qemu-system-arm   virt             neoverse-n1              vmlinuz  ttyAMA0   pci
armhf  arm     arm-linux-gnueabihf-  qemu-system-arm      qemu-system-arm   virt             cortex-a15               vmlinuz  ttyAMA0   pci
s390x  s390    s390x-linux-gnu-      qemu-system-s390x    qemu-system-misc  s390-ccw-virtio  max                      vmlinuz  ttysclp0  ccw
'

# vm_variant VARIANT: sets ROW_* from the rows of the variant and its
# architecture. Fails if there is no such variant.
vm_variant()
{
	read -r ROW_FLAVOUR ROW_ARCH < <(awk -v want="${1:-standard}" \
		'$1 == want { print $2, $3 }' <<<"$VM_VARIANTS") || return 1
	read -r ROW_KBUILD ROW_CROSS ROW_QEMU ROW_QEMU_PACKAGE ROW_MACHINE \
		ROW_CPU ROW_BOOTS ROW_CONSOLE ROW_BUS ROW_APPEND < <(
		awk -v want="$ROW_ARCH" '$1 == want { $1 = ""; print }' \
			<<<"$VM_ARCHITECTURES") || return 1
	ROW_CROSS=${ROW_CROSS#-}
}

# vm_foreign: whether the chosen row's kernel is for another architecture than
# this machine's programs.
vm_foreign()
{
	[[ -n $ROW_CROSS ]]
}

# vm_row KERNEL[-VARIANT]: sets ROW_*, or exits. A series without a row (7.3) is
# looked up in the suites of "newest".
vm_row()
{
	local want=${1%%-*} variant='' name suites series compiler place

	[[ $1 != *-* ]] || variant=${1#*-}
	vm_variant "$variant" || vm_unavailable "unknown kernel '$1'"
	while read -r name suites series compiler place; do
		[[ $name == "$want" || ( $name == newest &&
			$want =~ ^[0-9]+\.[0-9]+$ ) ]] || continue
		[[ $name == "$want" ]] || series=$want
		ROW_NAME=$1
		ROW_SUITES=$suites
		ROW_INDEX=${suites%%,*}
		! vm_foreign || ROW_INDEX+=-$ROW_ARCH
		ROW_SERIES=$series
		ROW_COMPILER=$compiler
		ROW_PLACE=$place
		ROW_FRAGMENT=$VM_DIR/kernels/$name
		[[ -e $ROW_FRAGMENT ]] || ROW_FRAGMENT=''
		[[ -z $ROW_FRAGMENT || -z $variant ]] ||
			vm_unavailable "$want has no variants"
		[[ $place == host ]] || ! vm_foreign || vm_unavailable \
			"$want has no other architectures: its root has no cross compiler"
		return
	done < <(sed '/^$/d' <<<"$VM_TABLE")
	vm_unavailable "unknown kernel '$1'"
}

# vm_release_pattern: prints an extended regular expression for releases of the
# chosen row, like 6.1.0-56-amd64 or 7.3.4+deb13-cloud-amd64. For sanitizer
# kernels they end in the id of the fragment, like
# 6.12.117-1~deb12u1-kasan-0123456789ab.
vm_release_pattern()
{
	local series='[0-9]+\.[0-9]+'

	if [[ -n $ROW_FRAGMENT ]]; then
		printf '%s\.[^-]+-[^-]+-%s-%s' "${ROW_SERIES//./\\.}" \
			"$ROW_NAME" "$(vm_fragment_id)"
		return
	fi
	[[ $ROW_SERIES == '*' ]] || series=${ROW_SERIES//./\\.}
	printf '%s\\.[^-]+(-[0-9][^-]*)?-%s' "$series" "$ROW_FLAVOUR"
}
