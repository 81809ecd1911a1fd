# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Tests completion as a user types it. Sourced by check.

for shell in bash zsh fish; do
	name="completion in $shell on a terminal"
	if ! command -v python3 >/dev/null; then
		skip "$name" "python3 not found: install python3"
	elif ! command -v "$shell" >/dev/null; then
		skip "$name" "$shell not found: install $shell"
	else
		try "$name" tests/install/completion.py "$shell" userspace \
			userspace/completion
	fi
done
