# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Tests snapshots that are carried from one architecture to another. They must
# read the same there if the byte order is the same, and must be refused
# otherwise. Sourced, never run, after boots.sh.
#
# The files are in a directory that the guest can write to: HOME.taskmap, a
# snapshot, and HOME.raw and HOME.json, the reader's output for it on its own
# machine. HOME is "here" or "there".

# The reader's error for the other byte order, and its exit status.
OTHER_ORDER="written on a machine with the other byte order: read it there"
CANNOT_READ=3

# listings HOME SUFFIX: writes this machine's output for a snapshot. The path is
# the same everywhere, in case the output contains it.
listings()
{
	userspace/taskmap -i "$carried/$1.taskmap" -r --full-ids \
		>"$carried/$1.raw$2" &&
		userspace/taskmap -i "$carried/$1.taskmap" -J \
			>"$carried/$1.json$2"
}

# carry_here: saves a snapshot of the same kernel for this machine's architecture.
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

# read_here: a snapshot from there reads the same here.
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

# big_endian: whether the kernel is big-endian.
big_endian()
{
	local image

	image=$(tests/vm/kernel image "$kernel")
	grep -qx CONFIG_CPU_BIG_ENDIAN=y "$image/config"
}

# carry: carries snapshots in both directions, for the kernel of build_for,
# which is of another architecture.
carry()
{
	carried=$top/build/cross/$kernel/carried
	rm -rf "$carried"
	mkdir -p "$carried"
	if carry_here >"$log" 2>&1; then
		pass "a snapshot for $kernel is saved here"
	else
		fail "a snapshot for $kernel is saved here" "$log"
	fi
	live "snapshots carried" 1 --share "$carried" \
		--env "TASKMAP_CARRIED=$carried" -- test_carried
	if big_endian; then
		try "a snapshot of $kernel is refused here" refused_here
	else
		try "a snapshot of $kernel reads the same here" read_here
	fi
}
