# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Messages, exit statuses, the cache and locks, for every script of this
# directory. Sourced, never run.
#
# shellcheck disable=SC2034 # used by scripts that source this

# Not every user's PATH has depmod and modprobe.
PATH=$PATH:/usr/sbin:/sbin

# 69 is EX_UNAVAILABLE of sysexits.h, but usage errors are 2, as elsewhere.
VM_EX_USAGE=2
VM_EX_UNAVAILABLE=69

VM_NAME=${0##*/}
VM_CACHE=${TASKMAP_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/taskmap}

vm_say()
{
	printf '%s: %s\n' "$VM_NAME" "$*" >&2
}

# vm_die STATUS MESSAGE...: exits. The message is the last line on stderr, which
# callers can use as the reason for a SKIP.
vm_die()
{
	local status=$1

	shift
	vm_say "$*"
	exit "$status"
}

vm_unavailable()
{
	vm_die "$VM_EX_UNAVAILABLE" "$@"
}

# vm_need PROGRAM PACKAGE: exits if the program is not installed.
vm_need()
{
	command -v "$1" >/dev/null ||
		vm_unavailable "$1 not found: install $2"
}

vm_make_cache()
{
	mkdir -p "$VM_CACHE"/{apt,kernels,roots,locks} ||
		vm_unavailable "cannot make the cache $VM_CACHE"
}

# vm_locked NAME COMMAND...: runs COMMAND in only one process at a time. If it
# fails, the script fails, because inherit_errexit is set.
vm_locked()
{
	local name=$1

	shift
	vm_make_cache
	(
		flock 9
		"$@"
	) 9>"$VM_CACHE/locks/$name"
}

# vm_scratch DIRECTORY: makes a temporary directory in it, so that the result
# can be renamed. Removes old ones that killed processes left behind.
vm_scratch()
{
	find "$1" -mindepth 1 -maxdepth 1 -name '.making.*' -mmin +360 \
		-exec rm -rf {} +
	mktemp -d "$1/.making.XXXXXX"
}
