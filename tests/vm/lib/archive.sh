# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Downloads from Debian's archive through apt, with a separate state directory.
# It does not change the host's apt, and installs nothing. apt decides which
# packages exist, which version is the newest, and whether a file is genuine.

VM_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
VM_INDEX_MINUTES=1440

# vm_mirror SUITE: prints the mirror of the suite, from the mirrors of this machine.
vm_mirror()
{
	local own=${TASKMAP_MIRROR:-} security='' targets

	if [[ $1 == *-security ]]; then
		own=${TASKMAP_SECURITY_MIRROR:-}
		security=y
	fi
	if [[ -n $own ]]; then
		echo "$own"
		return
	fi
	# shellcheck disable=SC2016 # these are for apt
	targets=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian')
	# apt does not know the origin before its first update.
	# shellcheck disable=SC2016 # these are for apt
	[[ -n $targets ]] || targets=$(apt-get indextargets \
		--format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages')
	# The names of Debian's suites are plain words, with or without -security.
	awk -v security="$security" '
		$1 ~ /^[a-z]+-security$/ { if (security) { print $2; exit } }
		$1 ~ /^[a-z]+$/ { if (!security) { print $2; exit } }' \
		<<<"$targets"
}

vm_sources()
{
	local suite mirror

	for suite in ${ROW_SUITES//,/ }; do
		mirror=$(vm_mirror "$suite")
		[[ -n $mirror ]] || vm_unavailable \
			"no mirror known for $suite (set TASKMAP_MIRROR and TASKMAP_SECURITY_MIRROR)"
		echo "deb [signed-by=$VM_KEYRING] $mirror $suite main"
	done
}

# vm_apt PROGRAM ARG...: runs apt-get or apt-cache with the separate state. A
# name means the package of this machine's architecture, as for build programs,
# and if there is none the package of the chosen row's architecture.
vm_apt()
{
	local program=$1 dir=$VM_CACHE/apt/$ROW_INDEX foreign=''

	shift
	! vm_foreign || foreign=,$ROW_ARCH
	"$program" \
		-o Dir::State="$dir/state" \
		-o Dir::State::status="$dir/status" \
		-o Dir::Cache="$dir/cache" \
		-o Dir::Etc::sourcelist="$dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o APT::Architecture=amd64 \
		-o APT::Architectures="amd64$foreign" \
		-o APT::Sandbox::User=root \
		-o Acquire::Languages=none \
		-o Acquire::Retries=1 \
		-o Acquire::http::Timeout=20 \
		"$@"
}

# vm_index_fresh DIR: whether the index is recent, or an update was tried a few
# minutes ago. So without a network, not every call waits.
vm_index_fresh()
{
	[[ -e $1/stamp ]] || return 1
	case ${TASKMAP_REFRESH:-} in
	0)	return 0 ;;
	1)	[[ ${VM_REFRESHED:-} == *" $ROW_INDEX "* ]]; return ;;
	esac
	[[ -n $(find "$1/stamp" -mmin -$VM_INDEX_MINUTES) ||
		-n $(find "$1" -name tried -mmin -10) ]]
}

# vm_index_get: prints errors of apt on stdout. The security suite of a minor
# architecture can disagree with its own list for a long time; its kernels are
# also in the release's next update.
vm_index_get()
{
	local output

	if output=$(vm_apt apt-get -q update --error-on=any 2>&1); then
		return
	fi
	if vm_foreign && [[ $output == *"Mirror sync in progress"* ]]; then
		vm_say "${ROW_SUITES#*,} is inconsistent: using only ${ROW_SUITES%%,*}"
		ROW_SUITES=${ROW_SUITES%%,*} vm_sources \
			>"$VM_CACHE/apt/$ROW_INDEX/sources.list"
		output=$(vm_apt apt-get -q update --error-on=any 2>&1) &&
			return
	fi
	echo "$output"
	return 1
}

vm_index_update()
{
	local dir=$VM_CACHE/apt/$ROW_INDEX output

	# Another process may have updated the index while this one waited.
	! vm_index_fresh "$dir" || return 0
	vm_need apt-get apt
	[[ -r $VM_KEYRING ]] || vm_unavailable \
		"$VM_KEYRING not found: install debian-archive-keyring"
	mkdir -p "$dir"/state/lists/partial "$dir"/cache/archives/partial
	: >>"$dir/status"
	vm_sources >"$dir/sources.list"
	vm_say "updating the package index of ${ROW_SUITES//,/ }"
	if output=$(vm_index_get); then
		rm -f "$dir"/pick-* "$dir/tried"
		touch "$dir/stamp"
	elif [[ -e $dir/stamp ]]; then
		touch "$dir/tried"
		vm_say "cannot update the index: using that of $(date -r "$dir/stamp" +%F)"
	else
		grep -E '^[EW]:' <<<"$output" | head -n 5 >&2 || true
		vm_unavailable "cannot get the package index of ${ROW_SUITES//,/ }"
	fi
}

vm_index()
{
	vm_index_fresh "$VM_CACHE/apt/$ROW_INDEX" || {
		vm_locked "apt-$ROW_INDEX" vm_index_update
		VM_REFRESHED="${VM_REFRESHED:-} $ROW_INDEX "
	}
}

# vm_newest: prints the newest release of the chosen row, or nothing if there is none.
vm_newest()
{
	local pattern names

	if [[ -n $ROW_FRAGMENT ]]; then
		vm_apt apt-cache madison "linux-source-$ROW_SERIES" |
			awk -F' *[|] *' '{ print $2 }' | sort -V | tail -n 1
		return
	fi
	pattern=$(vm_release_pattern)
	names=$(vm_apt apt-cache pkgnames linux-image- |
		grep -Ex "linux-image-$pattern") || return 0
	# Some names belong to packages that are only mentioned. Existing
	# packages have a version.
	# shellcheck disable=SC2086 # one argument each
	vm_apt apt-cache madison $names |
		awk -F' *[|] *' '{ print $2, $1 }' | sort -V | tail -n 1 |
		sed 's/.* linux-image-//; s/:.*//'
}

# vm_pick: sets PICK, the release that the chosen row means today, and KIT if
# there is a kit of it.
vm_pick()
{
	local file

	KIT=''
	[[ -z $ROW_FRAGMENT ]] || ! vm_prebuilt || return 0
	vm_index
	file=$VM_CACHE/apt/$ROW_INDEX/pick-$ROW_NAME
	if [[ ! -s $file ]]; then
		PICK=$(vm_newest)
		[[ -n $PICK ]] || vm_unavailable \
			"no kernel $ROW_NAME in ${ROW_SUITES//,/ }"
		echo "$PICK" >"$file.$$"
		mv "$file.$$" "$file"
	fi
	PICK=$(<"$file")
	[[ -z $ROW_FRAGMENT ]] || PICK+=-$ROW_NAME-$(vm_fragment_id)
}

# vm_closure PACKAGE...: prints the packages and the kernel packages on which
# they depend. It skips packages that are the same for every version
# (linux-base, linux-libc-dev), and images, on which headers depend since 6.12
# only for dkms. apt adds the architecture to the names of dependencies
# ("linux-kbuild-6.1:arm64", in angle brackets if there is no such package); sed
# removes it.
vm_closure()
{
	local queue=("$@") seen=' ' package

	while ((${#queue[@]})); do
		package=${queue[0]}
		queue=("${queue[@]:1}")
		[[ $seen != *" $package "* ]] || continue
		seen+="$package "
		echo "$package"
		mapfile -t -O ${#queue[@]} queue < <(
			vm_apt apt-cache depends --no-recommends --no-suggests \
				--no-conflicts --no-breaks --no-replaces \
				--no-enhances "$package" |
			sed -n 's/<\(.*\):.*>$/\1/; s/:[a-z0-9]*$//
				s/^ *|\?\(Pre\)\?Depends: \(linux-[a-z]*-.*[0-9].*\)$/\2/p' |
			grep -Ev '^linux-image-|^linux-libc-dev')
	done
}

# vm_fetch DIR PACKAGE...: downloads the packages and their kernel packages, and
# unpacks all of them in DIR.
vm_fetch()
{
	local dir=$1 packages size output deb

	shift
	vm_need dpkg-deb dpkg
	mapfile -t packages < <(vm_closure "$@")
	size=$(vm_apt apt-cache show --no-all-versions "${packages[@]}" |
		awk '/^Size: / { sum += $2 } END { printf "%.0f", sum / 1e6 }')
	vm_say "fetching $1 ($size MB)"
	mkdir -p "$dir.debs"
	output=$(cd "$dir.debs" &&
		vm_apt apt-get -q download "${packages[@]}" 2>&1) || {
		grep '^E:' <<<"$output" | head -n 5 >&2 || true
		rm -rf "$dir.debs"
		return 1
	}
	mkdir -p "$dir"
	for deb in "$dir.debs"/*.deb; do
		dpkg-deb -x "$deb" "$dir" || return 1
	done
	rm -rf "$dir.debs"
}
