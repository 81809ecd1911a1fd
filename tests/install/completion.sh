# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Tests completion as a user types it. Sourced by check.

name="completion in a bash on a terminal"
if command -v python3 >/dev/null; then
	try "$name" tests/install/completion.py userspace userspace/completion
else
	skip "$name" "python3 not found: install python3"
fi
