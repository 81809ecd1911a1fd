# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernels that are known: one row each.
#
# shellcheck disable=SC2034 # for those who source this
#
# suites:   where packages are looked for; the first names the package index.
# series:   the beginning of the version, "*" for any.
# compiler: the one that builds modules.
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
trixie  trixie,trixie-security,trixie-backports   6.12  gcc-14  trixie
newest  trixie,trixie-security,trixie-backports   *     gcc-14  trixie
'

# What may stand behind a kernel's name and a "-", and the end of the release of
# the packages that it means; none is the standard image.
VM_VARIANTS='
cloud  cloud-amd64
rt     rt-amd64
'

# vm_flavour VARIANT: prints the end of the release, nothing if there is no such
# variant.
vm_flavour()
{
	if [[ -z $1 ]]; then
		echo amd64
	else
		awk -v want="$1" '$1 == want { print $2 }' <<<"$VM_VARIANTS"
	fi
}

# vm_row KERNEL[-VARIANT]: sets ROW_*, or dies.  A series that has no row of its
# own (7.3) is looked for where "newest" is.
vm_row()
{
	local want=${1%%-*} variant='' flavour name suites series compiler place

	[[ $1 != *-* ]] || variant=${1#*-}
	flavour=$(vm_flavour "$variant")
	[[ -n $flavour ]] || vm_unavailable "unknown kernel '$1'"
	while read -r name suites series compiler place; do
		[[ $name == "$want" || ( $name == newest &&
			$want =~ ^[0-9]+\.[0-9]+$ ) ]] || continue
		[[ $name == "$want" ]] || series=$want
		ROW_NAME=$1
		ROW_FLAVOUR=$flavour
		ROW_SUITES=$suites
		ROW_INDEX=${suites%%,*}
		ROW_SERIES=$series
		ROW_COMPILER=$compiler
		ROW_PLACE=$place
		ROW_FRAGMENT=$VM_DIR/kernels/$name
		[[ -e $ROW_FRAGMENT ]] || ROW_FRAGMENT=''
		[[ -z $ROW_FRAGMENT || -z $variant ]] ||
			vm_unavailable "there is only one $want"
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
