# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Functions for scripts that run the live tests in virtual machines. Sourced,
# never run, from the top, with $top; after lib.sh.
#
# A boot passes by the exit status from the virtual machine and the last line of
# the tests. A boot that ends without one of them has failed.

UNAVAILABLE=69
TURNS=()	# options that make CPUs take turns

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# build_here: builds the programs and the reader for this machine, whose root
# the guest also has. Sets reader and programs.
build_here()
{
	reader=$top/userspace/taskmap
	programs=$top/build/live
	one_at_a_time "$top/build/programs" make -s -C tests/live &&
		one_at_a_time "$top/build/reader" make -s -C userspace
}

build_programs_there()
{
	copy_reader "$built" &&
		env "${environment[@]}" make -s -C "$built/userspace" &&
		env "${environment[@]}" make -s -C tests/live BUILD="$programs"
}

# build_there: does the same for a kernel of another architecture, in its own directory.
build_there()
{
	local built=$top/build/cross/$kernel environment

	reader=$built/userspace/taskmap
	programs=$built/live
	environment=$(tests/vm/kernel cross "$kernel") || return
	mapfile -t environment <<<"$environment"
	mkdir -p "$built"
	one_at_a_time "$built" build_programs_there
}

# build_all: builds everything. Also sets guest, the runner's options for its root.
build_all()
{
	root=$(tests/vm/kernel root "$kernel") || return
	if [[ -z $root ]]; then
		guest=()
		build_here || return
	else
		guest=(--root "$root" --share-ro "$top")
		build_there || return
	fi
	module=$(tests/build-module "$kernel")
}

# build_for KERNEL: builds the programs, the reader and the module for it, and
# sets kernel. If that is not possible, counts a skipped or failed test and
# fails.
build_for()
{
	local status=0

	kernel=$1
	build_all >"$log" 2>&1 || status=$?
	if [[ $status -eq $UNAVAILABLE ]]; then
		skip "live tests on $kernel" "$(tail -n 1 "$log")"
	elif [[ $status -ne 0 ]]; then
		fail "building for $kernel" "$log"
	fi
	return "$status"
}

# live NAME CPUS OPTION... -- TEST-MODULE...: runs one boot and adds its counts.
live()
{
	local name="$1 on $kernel" options=() saved='' variable

	# GOLDEN makes test_said write its texts instead of comparing them.
	[[ -z ${GOLDEN:-} ]] || mkdir -p tests/live/said
	[[ -z ${GOLDEN:-} ]] || options+=(--env "GOLDEN=$GOLDEN" \
		--share "$top/tests/live/said")

	for variable in TASKMAP_SEED TASKMAP_FORESTS; do
		[[ -z ${!variable:-} ]] ||
			options+=(--env "$variable=${!variable}")
	done
	# What test_family saves there is graded by the reader of this machine.
	if [[ -z ${root:-} && " $* " == *" test_family "* ]]; then
		saved=$top/build/graded/$kernel
		rm -rf "$saved"
		mkdir -p "$saved"
		options+=(--share "$saved" --env "TASKMAP_SAVED=$saved")
	fi
	shift
	# tests/vm/run can do this for kernels of this machine's architecture.
	[[ $1 != icount || -z ${root:-} ]] || set -- 1 "${@:2}"
	if [[ $1 == icount ]]; then
		options+=(--icount --env TASKMAP_ICOUNT=1)
	else
		options+=(--cpus "$1" "${TURNS[@]}")
	fi
	shift
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	echo "# $name: $*"
	part "$name" "$log" tests/vm/run --kernel "$kernel" --timeout "$LIMIT" \
		--env "TASKMAP_EFFORT=${EFFORT:-check}" \
		--env "TASKMAP_MODULE=$module" \
		--env "TASKMAP_READER=$reader" \
		--env "TASKMAP_PROGRAMS=$programs" \
		"${guest[@]}" "${options[@]}" -- "$top/tests/live/run" "$@"
	[[ -z $saved ]] || part "graded: $name" "$log" \
		tests/live/grade.py "$reader" "$saved"
}

# only_named TESTS NAME...: prints the tests of a row that NAME, without "test_", names.
only_named()
{
	local test
	for test in $1; do
		[[ " ${*:2} " != *" ${test#test_} "* ]] || echo "$test"
	done
}

# boot_table KERNEL [BOOT...]: runs the named boots of $BOOTS, or all. If BOOT
# is the name of a test, the first boot with this test runs it alone. A row is a
# boot:
#
#	NAME KERNEL CPUS MEMORY APPEND TEST-MODULE...
#
# "-" as KERNEL means the argument KERNEL. "icount" as CPUS means one CPU and a clock
# that counts its instructions, so that a busy machine does not look like a slow kernel.
# APPEND is appended to the kernel's command line; "-" means nothing. If the first BOOT is
# "--boots", it only prints the names, and with "--cpus" each name and the number of CPUs.
# Rows of one kernel must be consecutive, because the module is built when the kernel
# changes.
boot_table()
{
	local default=$1 name next cpus memory append tests current='' usable=''
	local names only

	shift
	if [[ ${1:-} == --boots ]]; then
		awk 'NF { print $1 }' <<<"$BOOTS"
		exit
	fi
	if [[ ${1:-} == --cpus ]]; then
		awk 'NF { print $1, $3 == "icount" ? 1 : $3 }' <<<"$BOOTS"
		exit
	fi
	for name in "$@"; do
		[[ $BOOTS == *$'\n'"$name "* || $BOOTS == *" test_$name"[$' \n']* ]] || {
			echo "taskmap: unknown boot or test '$name'" >&2
			exit 2
		}
	done
	names=" $* "
	while read -r name next cpus memory append tests; do
		if [[ $# -gt 0 && $names != *" $name "* ]]; then
			# shellcheck disable=SC2086 # words
			tests=$(only_named "$tests" $names | paste -sd ' ')
			for only in $tests; do
				names=${names/" ${only#test_} "/ }
			done
		fi
		[[ -n $name && -n $tests ]] || continue
		[[ $next != - ]] || next=$default
		if [[ $next != "$current" ]]; then
			current=$next
			usable=y
			build_for "$next" || usable=''
		fi
		[[ -n $usable ]] || continue
		read -ra tests <<<"$tests"
		read -ra append <<<"${append//,/ }"
		live "$name" "$cpus" --memory "$memory" \
			--append "${append[*]#-}" -- "${tests[@]}" </dev/null
	done <<<"$BOOTS"
}
