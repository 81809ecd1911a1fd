# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests written in shell have in common. They tell what they found in a
# line each, and the counts in the last line.

passed=0
failed=0
skipped=0

pass()
{
	passed=$((passed + 1))
	echo "ok - $1"
}

# fail NAME [FILE]: the file says why.
fail()
{
	failed=$((failed + 1))
	echo "not ok - $1"
	[[ -z ${2:-} ]] || sed 's/^/# /' "$2"
}

skip()
{
	skipped=$((skipped + 1))
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
	echo "$passed passed, $failed failed, $skipped skipped"
	[[ $failed -eq 0 ]]
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
