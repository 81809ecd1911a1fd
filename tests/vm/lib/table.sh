# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# The kernels that are known: one row each.
#
# shellcheck disable=SC2034 # for those who source this
#
# suites:   where packages are looked for; the first names the package index.
# series:   the beginning of the version, "*" for any.
# compiler: the one that builds modules. clang brings its linker and so on, of
#           the same version.
# place:    "host", or the suite of a root made for building: a newer kernel's
#           build programs want a newer C library than the host's.
#
# A row that has a file of its name in kernels/ is no kernel of Debian's but is
# built from its linux-source of the series, after that file (source.sh).
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

# What may stand behind a kernel's name and a "-", the end of the release of the
# packages that it means, and the architecture that it is of; "standard" is meant
# where nothing stands there.
VM_VARIANTS='
standard  amd64        amd64
cloud     cloud-amd64  amd64
rt        rt-amd64     amd64
arm64     arm64        arm64
s390x     s390x        s390x
armhf     armmp-lpae   armhf
i386      686-pae      i386
'

# The architectures of those, as Debian calls them.
#
# kbuild:   ARCH of the kernel's build.
# cross:    what the names of the compiler's programs begin with, "-" for this
#           machine's own.
# qemu:     the program, and the package that it is in.
# machine, cpu: for qemu. The processors have what keeps a kernel from touching
#           user memory by mistake (SMAP, PAN) wherever the architecture has it.
# image:    vmlinux where qemu can start it (by PVH), which saves unpacking.
# console:  as the kernel calls it.
# bus:      of the virtio devices.
# append:   more for the kernel's command line, to the end of the line.
VM_ARCHITECTURES='
amd64  x86_64  -                     qemu-system-x86_64   qemu-system-x86   q35              max,la57=off             vmlinux  ttyS0     pci  no_timer_check lpj=4000000
i386   i386    i686-linux-gnu-       qemu-system-i386     qemu-system-x86   q35              max,vendor=GenuineIntel  vmlinux  ttyS0     pci  no_timer_check lpj=4000000
arm64  arm64   aarch64-linux-gnu-    qemu-system-aarch64  qemu-system-arm   virt             neoverse-n1              vmlinuz  ttyAMA0   pci
armhf  arm     arm-linux-gnueabihf-  qemu-system-arm      qemu-system-arm   virt             cortex-a15               vmlinuz  ttyAMA0   pci
s390x  s390    s390x-linux-gnu-      qemu-system-s390x    qemu-system-misc  s390-ccw-virtio  max                      vmlinuz  ttysclp0  ccw
'

# vm_variant VARIANT: sets what its row and that of its architecture say; fails
# if there is no such variant.
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

# vm_foreign: whether the chosen row's kernel is of another architecture than
# this machine's programs.
vm_foreign()
{
	[[ -n $ROW_CROSS ]]
}

# vm_row KERNEL[-VARIANT]: sets ROW_*, or dies.  A series that has no row of its
# own (7.3) is looked for where "newest" is.
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
			vm_unavailable "there is only one $want"
		[[ $place == host ]] || ! vm_foreign || vm_unavailable \
			"$want is built in a root, where no cross compiler is"
		return
	done < <(sed '/^$/d' <<<"$VM_TABLE")
	vm_unavailable "unknown kernel '$1'"
}

# vm_release_pattern: an extended regular expression for the releases of the
# chosen row, like 6.1.0-56-amd64 or 7.3.4+deb13-cloud-amd64; for those built
# from source like 6.12.117-1~deb12u1-kasan-0123456789ab, after the fragment.
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
