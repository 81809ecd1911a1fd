# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# What the tests written in shell have in common. They print TAP: a line per test,
# and a plan at the end. Below it is a line of counts, which other scripts add up.

passed=0
failed=0
skipped=0
tap_lines=0	# of TAP

pass()
{
	passed=$((passed + 1))
	tap_lines=$((tap_lines + 1))
	echo "ok - $1"
}

# fail NAME [FILE]: the file says why.
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

# table_row WORD...: a row of the table that stands at the end, the first its head.
table=''
table_row()
{
	local IFS=$'\t'
	table+="$*"$'\n'
}

# Not by column(1), which a small system lacks.
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

# part NAME LOG COMMAND...: runs another script of tests as a part of this one.
part()
{
	local name=$1 log=$2 status=0
	shift 2
	"$@" 2>&1 | tee "$log" | sed -u '/^1\.\.[0-9]*$/d' || status=$?
	tap_lines=$((tap_lines + $(grep -acE '^(not )?ok ' "$log" || true)))
	add_counts "$name" "$log" "$status"
}

# add_counts NAME LOG STATUS: what another script counted in the LOG of what it
# said, to what is counted here; sets more_passed, more_failed and more_skipped.
# Without a line of counts, or if its exit status alone tells of a failure, one
# failed.
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

# Jobs: independent commands that run side by side, as many as there are
# processors, or as $JOBS says. A job that needs several processors to itself has
# that weight. It is told its weight as its own $JOBS, so jobs within jobs do not
# multiply. Output goes to $job_logs/NAME.log, and to stdout with the name before
# each line.
job_logs=build/log
job_names=()
declare -A job_weights=()
job_free=${JOBS:-$(nproc)}
job_all=$job_free

# job_wait_one: until one of the running jobs has ended.
job_wait_one()
{
	local pid

	wait -n -p pid "${!job_weights[@]}" || true
	job_free=$((job_free + job_weights[$pid]))
	unset "job_weights[$pid]"
}

# job_run NAME WEIGHT COMMAND...: leaves NAME.status, with the exit status and the
# seconds that passed, and NAME.cpu, with the processor seconds used.
job_run()
{
	local name=$1 weight=$2 status=0 began=$SECONDS TIMEFORMAT='%U %S'
	shift 2
	{
		time JOBS=$weight "$@" 2>&1 </dev/null |
			tee "$job_logs/$name.log" | sed -u "s|^|$name: |" ||
			status=$?
	} 2>"$job_logs/$name.cpu"
	echo "$status $((SECONDS - began))" >"$job_logs/$name.status"
}

# job_start WEIGHT NAME COMMAND...: as soon as there is room for it.
job_start()
{
	local weight=$1 name=$2
	shift 2

	[[ $weight -le $job_all ]] || weight=$job_all
	while [[ $job_free -lt $weight ]]; do
		job_wait_one
	done
	mkdir -p "$job_logs"
	rm -f "$job_logs/$name".{log,status,cpu}
	echo "==> $name: $*"
	job_run "$name" "$weight" "$@" &
	job_weights[$!]=$weight
	job_free=$((job_free - weight))
	job_names+=("$name")
}

# job_count NAME: adds what the job counted, and gives it a row of the table. A job
# can say what it is about (a kernel's release) in a line "# about: ...".
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

# job_end: waits for all, shows what failed, what was skipped and why, and the
# table.
job_end()
{
	local name

	while [[ ${#job_weights[@]} -gt 0 ]]; do
		job_wait_one
	done
	table_row job passed failed skipped seconds "CPU seconds" about
	for name in "${job_names[@]}"; do
		job_count "$name"
	done
	for name in "${job_names[@]}"; do
		grep -aE '# SKIP |^not ok ' "$job_logs/$name.log" |
			sed "s|^|$name: |" || true
	done
	table_show
}

# one_at_a_time PATH COMMAND...: other jobs that build there wait.
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

# copy_module DIRECTORY: the sources of the module, to be built there, with
# their times, so that only what changed is compiled again. What was built
# beside them stays behind: it may be for another kernel. From the top.
copy_module()
{
	mkdir -p "$1/module"
	cp -p Kbuild "$1/"
	cp -pr module/Kbuild module/*.[ch] module/uapi "$1/module/"
}

# copy_window DIRECTORY: the module of tests/live/test_window, to be built there
# along with the other.
copy_window()
{
	cp -pr tests/live/window "$1/"
	echo 'obj-m += window/' >>"$1/Kbuild"
}

# copy_reader DIRECTORY: the same of the reader and of what it wants of the module.
copy_reader()
{
	mkdir -p "$1/module" "$1/userspace"
	cp -pr module/uapi "$1/module/"
	cp -pr userspace/Makefile userspace/*.[ch] \
		userspace/{core,output,command,zoo} "$1/userspace/"
}
