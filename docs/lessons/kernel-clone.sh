#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Runs a program, and prints a line for each time that it entered kernel_clone(), the
# kernel's function that creates a task. The line names the caller in the kernel.
#
#	kernel-clone.sh PROGRAM...
set -eu
tracing=/sys/kernel/debug/tracing

end()
{
	echo nop >"$tracing/current_tracer"
	echo >"$tracing/set_ftrace_pid"
	echo >"$tracing/set_ftrace_filter"
}

trap end EXIT
echo kernel_clone >"$tracing/set_ftrace_filter"
sh -c 'echo $$ >"$0/set_ftrace_pid"; echo function >"$0/current_tracer"; exec "$@"' \
	"$tracing" "$@" </dev/null >/dev/null
sed -n 's/.*: \(kernel_clone <-\)/\1/p' "$tracing/trace"
