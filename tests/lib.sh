# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Functions that all tests written in shell share. Tests print TAP: a line per
# test, and a plan at the end. The last line has the counts, which other scripts
# add up.

passed=0
failed=0
skipped=0
tap_lines=0

pass()
{
	passed=$((passed + 1))
	tap_lines=$((tap_lines + 1))
	echo "ok - $1"
}

# fail NAME [FILE]: FILE contains the reason.
fail()
{
	failed=$((failed + 1))
	tap_lines=$((tap_lines + 1))
	echo "not ok - $1"
	[[ -z ${2:-} ]] || sed 's/^/# /' "$2"
}

skip()
{
	skipped=$((skipped + 1))
	tap_lines=$((tap_lines + 1))
	echo "ok - $1 # SKIP $2"
}

# try NAME COMMAND...: passes if the command does and prints nothing.
try()
{
	local name=$1 log status=0
	shift
	log=$(mktemp)
	"$@" >"$log" 2>&1 || status=$?
	if [[ $status -eq 0 && ! -s $log ]]; then
		pass "$name"
	else
		echo "exit status $status" >>"$log"
		fail "$name" "$log"
	fi
	rm -f "$log"
}

counts()
{
	echo "1..$tap_lines"
	echo "$passed passed, $failed failed, $skipped skipped"
	[[ $failed -eq 0 ]]
}

# table_row WORD...: adds a row to the table at the end; the first row is its head.
table=''
table_row()
{
	local IFS=$'\t'
	table+="$*"$'\n'
}

# column(1) would do this, but is missing on small systems.
table_show()
{
	echo
	printf %s "$table" | awk -F '\t' '
		{
			for (i = 1; i <= NF; i++) {
				cell[NR, i] = $i
				if (length($i) > width[i])
					width[i] = length($i)
			}
			if (NF > columns)
				columns = NF
		}
		END {
			for (row = 1; row <= NR; row++) {
				line = "#"
				for (i = 1; i <= columns; i++)
					line = line sprintf(" %-*s", width[i] + 1,
						cell[row, i])
				sub(/ +$/, "", line)
				print line
			}
		}'
}

# part NAME LOG COMMAND...: runs another test script, whose counts add to ours.
part()
{
	local name=$1 log=$2 status=0
	shift 2
	"$@" 2>&1 | tee "$log" | sed -u '/^1\.\.[0-9]*$/d' || status=$?
	tap_lines=$((tap_lines + $(grep -acE '^(not )?ok ' "$log" || true)))
	add_counts "$name" "$log" "$status"
}

# add_counts NAME LOG STATUS: adds the counts in another script's output LOG to
# ours, and sets more_passed, more_failed and more_skipped. A LOG without
# counts, or an exit status STATUS that reports a failure which the counts do
# not, is one failure.
add_counts()
{
	local line

	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$2" |
		tail -n 1) || true
	IFS=' ,' read -r more_passed _ more_failed _ more_skipped _ \
		<<<"${line:-0 passed, 0 failed, 0 skipped}"
	passed=$((passed + more_passed))
	failed=$((failed + more_failed))
	skipped=$((skipped + more_skipped))
	[[ -z $line || ( $3 -ne 0 && $more_failed -eq 0 ) ]] || return 0
	more_failed=$((more_failed + 1))
	fail "$1: no result, exit status $3"
}

# Jobs: independent commands that run side by side. The weight of a job is the
# number of CPUs that it needs. Each job takes as many tokens from a pool, and
# returns them when it ends. A pool has $JOBS tokens, or one more than there are CPUs,
# because most jobs also wait. A job gets its weight as its own $JOBS, so jobs within
# jobs do not multiply. A job that only starts others has weight 0. Output goes to
# $job_logs/NAME.log, and to stdout with the name before each line.
job_logs=build/log
job_names=()
job_pids=()
job_all=${JOBS:-$(($(nproc) + 1))}
job_pool=''

# job_open: opens the pool, which is a pipe with a byte per token. Scripts that
# run at the same time share the pool at the path $TASKMAP_POOL. Each of them
# needs at least as many tokens as its heaviest job.
job_open()
{
	local path=${TASKMAP_POOL:-} tokens

	[[ -z $job_pool ]] || return 0
	if [[ -n $path ]]; then
		exec {job_pool}<>"$path"
		return
	fi
	path=$(mktemp -u)
	# Without /proc, "mkfifo -m" cannot set permissions.
	(umask 077 && mkfifo "$path")
	exec {job_pool}<>"$path"
	rm "$path"
	printf -v tokens '%*s' "$job_all" ''
	printf %s "$tokens" >&"$job_pool"
}

# job_take WEIGHT: waits for tokens. One script takes at a time, because two that
# have a part of what they need would wait for each other.
job_take()
{
	flock "$job_pool"
	IFS='' read -rN "$1" -u "$job_pool" _
	flock -u "$job_pool"
}

# job_run NAME WEIGHT COMMAND...: writes exit status and elapsed seconds to
# NAME.status, and the CPU seconds used to NAME.cpu. Then returns the tokens.
job_run()
{
	local name=$1 weight=$2 status=0 began=$SECONDS TIMEFORMAT='%U %S' tokens
	shift 2
	printf -v tokens '%*s' "$weight" ''
	# shellcheck disable=SC2064 # expands now
	trap "printf '$tokens' >&$job_pool" EXIT
	{
		time JOBS=$weight TASKMAP_POOL='' "$@" 2>&1 </dev/null \
			{job_pool}>&- |
			tee "$job_logs/$name.log" | sed -u "s|^|$name: |" ||
			status=$?
	} 2>"$job_logs/$name.cpu"
	echo "$status $((SECONDS - began))" >"$job_logs/$name.status"
}

# job_start WEIGHT NAME COMMAND...: waits for WEIGHT tokens and starts the job.
job_start()
{
	local weight=$1 name=$2
	shift 2

	[[ $weight -le $job_all ]] || weight=$job_all
	mkdir -p "$job_logs"
	rm -f "$job_logs/$name".{log,status,cpu}
	job_open
	job_take "$weight"
	echo "==> $name: $*"
	job_run "$name" "$weight" "$@" &
	job_pids+=($!)
	job_names+=("$name")
}

# job_count NAME: adds the job's counts to ours, and a row to the table. A job
# can print a line "# about: ..." for the last column, such as a kernel's
# release.
job_count()
{
	local log=$job_logs/$1.log status=1 seconds=0 cpu about

	read -r status seconds <"$job_logs/$1.status" || true
	cpu=$(awk '{ printf "%.0f", $1 + $2 }' "$job_logs/$1.cpu")
	about=$(sed -n 's/^# about: //p' "$log" | head -n 1)
	add_counts "$1" "$log" "$status"
	if [[ $more_failed -eq 0 ]]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
	fi
	tap_lines=$((tap_lines + 1))
	table_row "$1" "$more_passed" "$more_failed" "$more_skipped" \
		"$seconds" "$cpu" "$about"
}

# job_end: waits for all jobs, then shows failed and skipped tests and the table.
job_end()
{
	local name

	wait "${job_pids[@]}" || true
	table_row job passed failed skipped seconds "CPU seconds" about
	for name in "${job_names[@]}"; do
		job_count "$name"
	done
	for name in "${job_names[@]}"; do
		# A job of jobs repeats these lines at its end.
		grep -aE '# SKIP |^([^ ]+: )*not ok ' "$job_logs/$name.log" |
			awk '!seen[$0]++' | sed "s|^|$name: |" || true
	done
	table_show
}

# one_at_a_time PATH COMMAND...: holds the lock of PATH while it runs COMMAND,
# so that only one job builds there at a time.
one_at_a_time()
{
	local path=$1
	shift
	mkdir -p "$(dirname "$path")"
	(
		flock 9
		"$@" 9>&-
	) 9>"$path.lock"
}

# copy_module DIRECTORY: copies the module's sources, to build them there. They
# keep their times, so make compiles only changed files. Objects are not copied,
# because they may be for another kernel. Runs in the top directory.
copy_module()
{
	mkdir -p "$1/module"
	cp -p Kbuild "$1/"
	cp -pr module/Kbuild module/*.[ch] module/uapi "$1/module/"
}

# copy_window DIRECTORY: adds the modules that live tests use to the build there.
copy_window()
{
	cp -pr tests/live/window "$1/"
	echo 'obj-m += window/' >>"$1/Kbuild"
}

# copy_reader DIRECTORY: copies the sources of the reader, and the module's header.
copy_reader()
{
	mkdir -p "$1/module" "$1/userspace"
	cp -pr module/uapi "$1/module/"
	cp -pr userspace/Makefile userspace/*.[ch] \
		userspace/{core,output,command,zoo} "$1/userspace/"
}
