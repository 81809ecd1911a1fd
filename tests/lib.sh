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

# table_row WORD...: a row of the table that stands at the end, the first its head.
table=''
table_row()
{
	local IFS=$'\t'
	table+="$*"$'\n'
}

table_show()
{
	echo
	printf %s "$table" | column -t -s $'\t' | sed 's/^/# /'
}

# add_counts NAME LOG STATUS: what another script counted in the LOG of what it
# said, to what is counted here; sets more_passed, more_failed and more_skipped.
# Without a line of counts, or if its exit status alone tells of a failure, one
# failed.
add_counts()
{
	local line

	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$2" |
		tail -n 1) || true
	IFS=' ,' read -r more_passed _ more_failed _ more_skipped _ \
		<<<"${line:-0 passed, 0 failed, 0 skipped}"
	passed=$((passed + more_passed))
	failed=$((failed + more_failed))
	skipped=$((skipped + more_skipped))
	[[ -z $line || ( $3 -ne 0 && $more_failed -eq 0 ) ]] || return 0
	more_failed=$((more_failed + 1))
	fail "$1: no result, exit status $3"
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

# copy_reader DIRECTORY: the same of the reader and of what it wants of the module.
copy_reader()
{
	mkdir -p "$1/module" "$1/userspace"
	cp -pr module/uapi "$1/module/"
	cp -pr userspace/Makefile userspace/*.{c,h,html} userspace/zoo "$1/userspace/"
}
