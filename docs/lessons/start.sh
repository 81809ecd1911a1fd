# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
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

start_in=() start_out=()

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

start()
{
	local directory in out line told status=0
	local -A start_seen=()

	directory=$(mktemp -d)
	mkfifo "$directory/in" "$directory/out"
	# The redirection is for what bash says of a job. The program must not
	# have the other ends of these pipes.
	{
		(
			for in in "${start_in[@]}" "${start_out[@]}"; do
				exec {in}>&-
			done
			exec "$@" <"$directory/in" >"$directory/out" 2>&3 3>&-
		) &
	} 3>&2 2>/dev/null
	disown
	exec {in}>"$directory/in" {out}<"$directory/out"
	rm -r "$directory"
	start_in+=("$in") start_out+=("$out")
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
	echo "$@" >&"${start_in[-1]}"
	start_told "what was started"
}

finish()
{
	local in out

	while [[ ${#start_in[@]} -gt 0 ]]; do
		in=${start_in[-1]} out=${start_out[-1]}
		unset 'start_in[-1]' 'start_out[-1]'
		exec {in}>&-
		# The last of its tasks that ends ends this.
		cat <&"$out" >/dev/null
		exec {out}<&-
	done
}
