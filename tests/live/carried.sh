# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Snapshots carried from one architecture to another: to be read there as at home
# where the byte order is the same, and else to be refused. Sourced, never run,
# after boots.sh.
#
# What is carried lies in a directory that the guest may write to: HOME.taskmap,
# a snapshot, and HOME.raw and HOME.json, what the reader at home said of it;
# HOME is "here" or "there".

# What the reader says of one of the other byte order, and its status then.
OTHER_ORDER="written on a machine with the other byte order: read it there"
CANNOT_READ=3

# listings HOME SUFFIX: what this machine's reader says of a snapshot. The path
# is the same everywhere, should a listing name it.
listings()
{
	userspace/taskmap -i "$carried/$1.taskmap" -r --full-ids \
		>"$carried/$1.raw$2" &&
		userspace/taskmap -i "$carried/$1.taskmap" -J \
			>"$carried/$1.json$2"
}

# carry_here: a snapshot of this machine's architecture, of the same kernel.
carry_here()
{
	local standard=${kernel%%-*} module reader
	# shellcheck disable=SC2034 # build_here() sets it
	local programs

	build_here && module=$(tests/build-module "$standard") || return
	# shellcheck disable=SC2016 # for the inner shell
	tests/vm/run --kernel "$standard" --share "$carried" -- sh -ec '
		insmod "$1"
		"$2" save "$3/here.taskmap"' \
		sh "$module" "$reader" "$carried" || return
	listings here ''
}

# read_here: what came back is read like at home.
read_here()
{
	listings there .here || return
	cmp "$carried/there.raw" "$carried/there.raw.here"
	cmp "$carried/there.json" "$carried/there.json.here"
}

refused_here()
{
	local status=0 said file=$carried/there.taskmap

	said=$(userspace/taskmap -i "$file" 2>&1) || status=$?
	[[ $status -eq $CANNOT_READ && $said == "taskmap: $file: $OTHER_ORDER" ]] || {
		echo "$said"
		echo "exit status $status"
	}
}

# big_endian: whether the kernel is.
big_endian()
{
	local image

	image=$(tests/vm/kernel image "$kernel")
	grep -qx CONFIG_CPU_BIG_ENDIAN=y "$image/config"
}

# carry: there and back, for the kernel of build_for, which is of another
# architecture.
carry()
{
	carried=$top/build/cross/$kernel/carried
	rm -rf "$carried"
	mkdir -p "$carried"
	if carry_here >"$log" 2>&1; then
		pass "a snapshot to be carried to $kernel"
	else
		fail "a snapshot to be carried to $kernel" "$log"
	fi
	live "snapshots carried" --share "$carried" \
		--env "TASKMAP_CARRIED=$carried" -- test_carried
	if big_endian; then
		try "one of $kernel is refused here" refused_here
	else
		try "one of $kernel reads here as there" read_here
	fi
}
