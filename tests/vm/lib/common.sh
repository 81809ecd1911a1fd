# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# What every script of this directory uses: messages, exit statuses, the cache
# and locks.  Sourced, never run.
#
# shellcheck disable=SC2034 # for those who source this

# depmod and modprobe are not in every user's path.
PATH=$PATH:/usr/sbin:/sbin

# sysexits.h: EX_UNAVAILABLE; but usage errors are 2, as elsewhere.
VM_EX_USAGE=2
VM_EX_UNAVAILABLE=69

VM_NAME=${0##*/}
VM_CACHE=${TASKMAP_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/taskmap}

vm_say()
{
	printf '%s: %s\n' "$VM_NAME" "$*" >&2
}

# vm_die STATUS MESSAGE...: the message is the last line on stderr, callers
# may quote it as the reason for skipping.
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

# vm_need PROGRAM PACKAGE
vm_need()
{
	command -v "$1" >/dev/null ||
		vm_unavailable "$1 is missing (Debian package $2)"
}

vm_make_cache()
{
	mkdir -p "$VM_CACHE"/{apt,kernels,roots,locks} ||
		vm_unavailable "cannot make the cache $VM_CACHE"
}

# vm_locked NAME COMMAND...: only one process at a time runs COMMAND.  Its
# failure is the failure of the script, as inherit_errexit is on.
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

# vm_scratch DIRECTORY: a temporary directory beside the place where its
# result will be renamed to.  Those that a killed process left are removed.
vm_scratch()
{
	find "$1" -mindepth 1 -maxdepth 1 -name '.making.*' -mmin +360 \
		-exec rm -rf {} +
	mktemp -d "$1/.making.XXXXXX"
}
