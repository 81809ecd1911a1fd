# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Tests the manual and completion in "make shell". Sourced by check.

# in_shell: starts the virtual machine like "make shell", but without a terminal.
in_shell()
{
	# shellcheck disable=SC2016 # for the inner shell
	tests/vm/run --kernel "$KERNEL" --env "PATH=$(tests/demo/path)" \
		-- sh -c 'tests/demo/welcome "$1" >/dev/null &&
			for page in taskmap taskmap.5 taskmap-zoo; do
				man -P cat "$page" | grep -c "^NAME"
			done &&
			bash -ic "complete -p taskmap taskmap-zoo" 2>/dev/null' \
		sh "$module" >"$scratch/log" 2>&1 || cat "$scratch/log"
	diff - "$scratch/log" <<-'SEEN' || true
	1
	1
	1
	complete -F _taskmap taskmap
	complete -F _taskmap_zoo taskmap-zoo
	SEEN
}

name="man taskmap and completion in make shell"
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
