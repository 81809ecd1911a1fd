# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Tests the manual, completion and shared files in "make shell". Sourced by check.

# in_shell: tests what the welcome says about files, manuals, completion, and that the
# host has the files which the guest wrote.
in_shell()
{
	local shared=$PWD/build/shell

	rm -f "$shared"/test.{html,taskmap}
	# shellcheck disable=SC2016 # for the inner shell
	tests/demo/shell sh -c '
		for page in taskmap taskmap.5 taskmap-zoo; do
			man -P cat "$page" | grep -c "^NAME"
		done
		bash -ic "complete -p taskmap taskmap-zoo" 2>/dev/null
		taskmap graph --html >build/shell/test.html
		taskmap save build/shell/test.taskmap
		' >"$scratch/log" 2>&1 || cat "$scratch/log"
	grep -q "$shared, which is the same directory on the host" "$scratch/log" ||
		echo "the welcome does not name $shared"
	diff - <(sed '1,/exit   /d' "$scratch/log" | sed 1d) <<-'SEEN' || true
	1
	1
	1
	complete -F _taskmap taskmap
	complete -F _taskmap taskmap-zoo
	SEEN
	grep -q "</html>" "$shared/test.html" || echo "no page on the host"
	userspace/taskmap -i "$shared/test.taskmap" -p 1 >/dev/null
	rm -f "$shared"/test.{html,taskmap}
}

name="man taskmap, completion and shared files in make shell"
status=0
module=$(tests/build-module "$KERNEL" 2>"$scratch/log") || status=$?
if [[ $status -eq $UNAVAILABLE ]]; then
	skip "$name" "$(tail -n 1 "$scratch/log")"
elif [[ $status -ne 0 ]]; then
	fail "$name" "$scratch/log"
elif ! command -v qemu-system-x86_64 >/dev/null; then
	skip "$name" "qemu-system-x86_64 not found: install qemu-system-x86"
elif ! command -v man >/dev/null; then
	skip "$name" "man not found: install man-db"
else
	try "$name" in_shell
fi
