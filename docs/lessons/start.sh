# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Holds programs while one looks at their tasks. To be read by the shell that one
# types in:
#
#	. docs/lessons/start.sh
#
#	start PROGRAM...   runs it until all its tasks are there, and shows what it
#	                   tells of them. Of a line "threads 301 302" 302, the task,
#	                   goes into $threads; of more such lines into ${threads[1]}
#	                   and so on; other characters than a-z0-9 become "_".
#	next [WORD...]     lets what was started last go on, until it is ready again
#	finish             ends all that was started
#
# A program tells by lines on its standard output, and says "ready" when it waits
# for a line of input; at the end of the input it ends. So does taskmap-zoo.

start_directory=() start_keeper=() start_out=()

# start_told PROGRAM: shows what it tells, until it is ready.
start_told()
{
	local line

	while read -r line <&"${start_out[-1]}"; do
		[[ $line != ready ]] || return 0
		echo "$line"
	done
	echo "$1 has ended before it was ready" >&2
	return 1
}

# start_name LINE: puts the task that a line names where it can be used.
start_name()
{
	local name task

	read -r name _ task _ <<<"$1"
	[[ $name == [a-z]* && $task =~ ^[0-9]+$ ]] || return 0
	local -n list=${name//[^a-z0-9]/_}
	[[ -n ${start_seen[$name]:-} ]] || list=()
	start_seen[$name]=y
	list+=("$task")
}

# The program reads from a FIFO whose other end only a keeper has, and not this
# shell: whatever one runs in the background would have it, too, and then there
# would be no end. The keeper ends with this shell. The redirections are for what
# bash says of jobs.
start()
{
	local directory out line told status=0
	local -A start_seen=()

	directory=$(mktemp -d)
	mkfifo "$directory/in" "$directory/out"
	{
		tail --pid=$$ -f /dev/null <>"$directory/in" >/dev/null &
		start_keeper+=($!)
		disown
		"$@" <"$directory/in" >"$directory/out" 2>&3 3>&- &
		disown
	} 3>&2 2>/dev/null
	exec {out}<"$directory/out"
	start_directory+=("$directory") start_out+=("$out")
	told=$(start_told "$1") || status=$?
	# Threads tell in any order.
	while read -r line; do
		[[ -z $line ]] || echo "$line"
		start_name "$line"
	done < <(sort -s -k 3,3n <<<"$told")
	return "$status"
}

next()
{
	echo "$@" >"${start_directory[-1]}/in"
	start_told "what was started"
}

finish()
{
	local out

	while [[ ${#start_out[@]} -gt 0 ]]; do
		out=${start_out[-1]}
		kill "${start_keeper[-1]}"
		# The last of its tasks that ends ends this.
		cat <&"$out" >/dev/null
		exec {out}<&-
		rm -r "${start_directory[-1]}"
		unset 'start_out[-1]' 'start_keeper[-1]' 'start_directory[-1]'
	done
}
