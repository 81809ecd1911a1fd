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

start_show()
{
	local line name task

	while read -r line <&"${start_out[-1]}"; do
		[[ $line != ready ]] || return 0
		echo "$line"
		read -r name _ task _ <<<"$line"
		[[ $name == [a-z]* && $task =~ ^[0-9]+$ ]] || continue
		local -n list=${name//[^a-z0-9]/_}
		[[ -n ${start_seen[$name]:-} ]] || list=()
		start_seen[$name]=y
		list+=("$task")
		local +n list
	done
	echo "$1 has ended before it was ready" >&2
	return 1
}

start()
{
	local directory in out
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
	start_show "$1"
}

next()
{
	local -A start_seen=()

	echo "$@" >&"${start_in[-1]}"
	start_show "it"
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
