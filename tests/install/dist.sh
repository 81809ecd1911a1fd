# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Tests the archive of "make dist". Sourced by check.

archive=taskmap-$version.tar.xz
unpacked=$scratch/taskmap-$version

# committed: the names of all committed files.
committed()
{
	git --git-dir=.git ls-tree -r --name-only HEAD | LC_ALL=C sort
}

names()
{
	(cd "$1" && find . -name .git -prune -o ! -type d -printf '%P\n' |
		LC_ALL=C sort)
}

dist()
{
	make -s dist >/dev/null
	cp "build/$archive" "$scratch/"
	tar -xf "$scratch/$archive" -C "$scratch"
	diff <(committed) <(names "$unpacked") || true
}

# Makes the archive in a clone with every setting by which git can change bytes,
# and with uncommitted changes, one of them to the version.
dist_of_clone()
{
	local clone=$scratch/clone
	mkdir "$scratch/home"
	printf '* text eol=crlf export-subst ident\n' >"$scratch/home/attributes"
	cat >"$scratch/home/.gitconfig" <<-CONFIG
	[core]
		autocrlf = true
		eol = crlf
		abbrev = 4
		attributesFile = $scratch/home/attributes
	[tar]
		umask = 0077
	[safe]
		directory = *
	CONFIG
	HOME=$scratch/home git clone -q --shared . "$clone"
	diff -r --exclude=.git "$unpacked" "$clone" || true
	mkdir -p "$clone/.git/info"
	printf '*.md export-ignore\n* text eol=crlf\n' >"$clone/.git/info/attributes"
	sed -i 's/^\(#define TASKMAP_VERSION.*"\).*"/\19.9.9"/' \
		"$clone/module/uapi/taskmap.h"
	echo '*.c export-ignore' >"$clone/.gitattributes"
	(cd "$clone" && HOME=$scratch/home XZ_OPT=-1 TZ=Asia/Tokyo make -s dist) \
		>/dev/null
	find "$clone/build" -type f -printf '%f\n' | diff <(echo "$archive") - || true
	cmp "$scratch/$archive" "$clone/build/$archive"
}

# Students get everything but the answers.
dist_students()
{
	make -s dist-students >/dev/null
	mkdir "$scratch/students"
	tar -xf "build/${archive%.tar.xz}-students.tar.xz" -C "$scratch/students"
	diff <(committed | grep -v '^tests/grade/\(solution\|wrong\)/') \
		<(names "$scratch/students/taskmap-$version") || true
	committed | grep -qx 'tests/grade/solution/tasks.c' || echo "no solution to leave out"
}

dist_builds()
{
	make -s -C "$unpacked" reader CFLAGS=-O0 >/dev/null
	[[ $("$unpacked/userspace/taskmap" --version) == *" $version"* ]]
}

dist_clean()
{
	make -s -C "$unpacked" clean >/dev/null
	diff <(committed) <(names "$unpacked") || true
}

# An unpacked archive is no repository. It must fail, and make neither an empty
# archive nor one of the repository around it.
dist_of_nothing()
{
	git init -q "$scratch"
	! make -s -C "$unpacked" dist >"$scratch/log" 2>&1 ||
		echo "make dist did not fail"
	grep -q 'not a git repository' "$scratch/log" || cat "$scratch/log"
	rm -rf "$scratch/.git"
	find "$unpacked" -name '*.tar.xz'
}

if ! git --git-dir=.git rev-parse HEAD >"$scratch/log" 2>&1; then
	skip "make dist" "$(tail -n 1 "$scratch/log")"
else
	try "make dist: exactly the committed files" dist
	try "make dist: the same bytes with any configuration or change" \
		dist_of_clone
	try "make dist-students: all of them but the solution and the patches" dist_students
	try "the reader builds from the archive" dist_builds
	sources "the archive" "$unpacked"
	try "make clean leaves exactly the files of the archive" dist_clean
	try "make dist in an unpacked archive fails" dist_of_nothing
fi
