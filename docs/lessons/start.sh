# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Functions that hold programs while you look at their tasks. Read this file into the
# shell that you type in:
#
#	. docs/lessons/start.sh
#
#	start PROGRAM...   runs PROGRAM until all its tasks exist, and prints its lines
#	                   about them. A line "threads 301 302" puts 302, the task,
#	                   into $threads; the next such line fills ${threads[1]} and
#	                   so on. Characters other than a-z0-9 become "_".
#	next [WORD...]     lets the last program continue until it is ready again
#	finish             ends every program that start started
#
# PROGRAM prints lines on its standard output, and "ready" when it waits for a line of
# input. It ends at the end of its input. taskmap-zoo behaves like this.

start_directory=() start_keeper=() start_out=()

# start_told PROGRAM: prints its lines until it is ready.
start_told()
{
	local line

	while read -r line <&"${start_out[-1]}"; do
		[[ $line != ready ]] || return 0
		echo "$line"
	done
	echo "$1 ended before it was ready" >&2
	return 1
}

# start_name LINE: puts the task in LINE into the variable of its name.
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

# The program reads from a FIFO. Only a keeper process has the other end open, because
# every background job would inherit it from this shell, and the FIFO would never reach
# its end. The keeper ends with this shell. The redirections hide messages of bash about
# jobs.
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
	# Threads print in any order.
	while read -r line; do
		[[ -z $line ]] || echo "$line"
		start_name "$line"
	done < <(sort -s -k 3,3n <<<"$told")
	return "$status"
}

next()
{
	echo "$@" >"${start_directory[-1]}/in"
	start_told "the program"
}

finish()
{
	local out

	while [[ ${#start_out[@]} -gt 0 ]]; do
		out=${start_out[-1]}
		kill "${start_keeper[-1]}"
		# Ends with the last task of the program.
		cat <&"$out" >/dev/null
		exec {out}<&-
		rm -r "${start_directory[-1]}"
		unset 'start_out[-1]' 'start_keeper[-1]' 'start_directory[-1]'
	done
}
