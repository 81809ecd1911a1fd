# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Debian's archive through apt, with a state directory of its own: nothing of
# the host's apt is touched and nothing is installed.  Which packages exist,
# which is the newest and whether a file is genuine is always apt's answer.

VM_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
VM_INDEX_MINUTES=1440

# vm_mirror SUITE: where the suite is, after the mirrors that the machine uses.
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
	# Not yet updated, an apt knows no origin.
	# shellcheck disable=SC2016 # these are for apt
	[[ -n $targets ]] || targets=$(apt-get indextargets \
		--format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages')
	# A suite of Debian's is a plain word, with -security or without.
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

# vm_apt PROGRAM ARG...: apt-get or apt-cache upon the private state. Names
# mean packages of this machine's architecture, which programs that build are
# of, if there are such, and else of the chosen row's.
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

# vm_index_fresh DIR: recent enough, or at least tried a few minutes ago:
# without a network not every call shall wait for it.
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

# vm_index_get: what apt says goes to stdout. The security suite of a lesser
# architecture can be out of step with its own list for long; its kernels come
# with the release's next update, too.
vm_index_get()
{
	local output

	if output=$(vm_apt apt-get -q update --error-on=any 2>&1); then
		return
	fi
	if vm_foreign && [[ $output == *"Mirror sync in progress"* ]]; then
		vm_say "${ROW_SUITES#*,} is out of step, going on with ${ROW_SUITES%%,*} alone"
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

	# Another process may have done it while this one waited.
	! vm_index_fresh "$dir" || return 0
	vm_need apt-get apt
	[[ -r $VM_KEYRING ]] || vm_unavailable \
		"$VM_KEYRING is missing (Debian package debian-archive-keyring)"
	mkdir -p "$dir"/state/lists/partial "$dir"/cache/archives/partial
	: >>"$dir/status"
	vm_sources >"$dir/sources.list"
	vm_say "updating the package index of ${ROW_SUITES//,/ }"
	if output=$(vm_index_get); then
		rm -f "$dir"/pick-* "$dir/tried"
		touch "$dir/stamp"
	elif [[ -e $dir/stamp ]]; then
		touch "$dir/tried"
		vm_say "cannot update it, going on with the one of $(date -r "$dir/stamp" +%F)"
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

# vm_newest: the newest release of the chosen row, nothing if there is none.
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
	# Names alone may be of packages that are only mentioned; those that
	# exist have a version.
	# shellcheck disable=SC2086 # one argument each
	vm_apt apt-cache madison $names |
		awk -F' *[|] *' '{ print $2, $1 }' | sort -V | tail -n 1 |
		sed 's/.* linux-image-//; s/:.*//'
}

# vm_pick: sets PICK, the release that the chosen row means today, and KIT if
# that is already built elsewhere.
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

# vm_closure PACKAGE...: the packages and those of the kernel that they depend
# upon.  Not those of every version (linux-base, linux-libc-dev), and no image
# for headers, which is depended upon from 6.12 on for dkms alone. Of another
# architecture ("linux-kbuild-6.1:arm64", in angle brackets if there is none) is
# what depends, and nothing else.
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

# vm_fetch DIR PACKAGE...: downloads the packages with what they need and
# unpacks them all in DIR.
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
