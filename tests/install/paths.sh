# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Tests directories whose names have every character that is special to make or
# the shell: the checkout, DESTDIR, PREFIX and O. Sourced by check.

odd=$'un  usual, o\'clock: $5 "x" \\n;*'
checkout=$scratch/$odd/top

# of_make WORD: escapes it for make's command line.
of_make()
{
	printf %s "${1//\$/\$\$}"
}

# state DIRECTORY: lists everything that a build could change there.
state()
{
	find "$1" -printf '%P %y %s %T@\n' | LC_ALL=C sort
}

make_checkout()
{
	copy_reader "$checkout"
	copy_module "$checkout"
	mkdir -p "$checkout/debian" "$checkout/tests/unit"
	cp -p Makefile dkms.conf "$checkout/"
	cp -p debian/rules "$checkout/debian/"
	cp -p tests/unit/Makefile "$checkout/tests/unit/"
	cp -pr userspace/completion userspace/man "$checkout/userspace/"
	# If make split the name at its blanks, it would overwrite or remove this file.
	echo theirs >"$scratch/un"
}

odd_make()
{
	make -s -C "$checkout" CFLAGS=-O0 "$@" >/dev/null
}

built_outside()
{
	local before
	before=$(state "$checkout")
	odd_make reader O="$(of_make "../out $odd")"
	diff <(echo "$before") <(state "$checkout") || true
	"$scratch/$odd/out $odd/taskmap" --version >/dev/null
	"$scratch/$odd/out $odd/taskmap-zoo" --version >/dev/null
}

# Programs built in another directory are installed from there, and not built again.
odd_install()
{
	local before
	before=$(state "$checkout")
	odd_make install O="$(of_make "../out $odd")" PREFIX="/$(of_make "$odd")" \
		DESTDIR="$(of_make "$scratch/stage $odd")"
	mapfile -t expected < <(reader_files "$odd")
	only "$scratch/stage $odd" "${expected[@]}"
	diff <(echo "$before") <(state "$checkout") || true
}

odd_uninstall()
{
	odd_make uninstall PREFIX="/$(of_make "$odd")" \
		DESTDIR="$(of_make "$scratch/stage $odd")"
	files "$scratch/stage $odd"
	diff <(echo theirs) "$scratch/un" || true
}

odd_dkms()
{
	odd_make dkms-install DESTDIR="$(of_make "$scratch/stage $odd")"
	mapfile -t expected < <(dkms_files)
	only "$scratch/stage $odd" "${expected[@]}"
	odd_make dkms-uninstall DESTDIR="$(of_make "$scratch/stage $odd")"
	files "$scratch/stage $odd"
	diff <(echo theirs) "$scratch/un" || true
}

# Installs the files of both packages. Then make clean removes all built files.
odd_package()
{
	local before
	before=$(files "$checkout")
	make -s -C "$checkout" -f debian/rules override_dh_auto_install \
		CFLAGS=-O0 >/dev/null
	mapfile -t expected < <(reader_files usr vendor-completions)
	only "$checkout/debian/taskmap" "${expected[@]}"
	mapfile -t expected < <(dkms_files)
	only "$checkout/debian/taskmap-dkms" "${expected[@]}"
	rm -r "$checkout/debian/taskmap" "$checkout/debian/taskmap-dkms"
	mkdir -p "$checkout/build" "$checkout/tests/unit/build"
	touch "$checkout"/{build,tests/unit/build,module}/x.o
	odd_make clean
	diff <(echo "$before") <(files "$checkout") || true
}

# refused MAKE-ARGUMENT...: make fails with one line, and creates nothing.
refused()
{
	if odd_make "$@" 2>"$scratch/log"; then
		echo "make did not fail"
	fi
	grep -q '\*\*\* taskmap: .*must be absolute' "$scratch/log" ||
		cat "$scratch/log"
	find "$checkout" -name stage -o -name '~'
}

# Uses a fake kernel tree that leaves a file if kbuild runs.
unfit_for_kbuild()
{
	local unfit character directory
	mkdir "$scratch/kdir"
	echo 'modules: ; touch made' >"$scratch/kdir/Makefile"
	read -ra unfit < <(sed -n 's/^UNFIT := \(.*\)/\1/p' Makefile |
		sed 's/\\#/#/; s/\$\$/$/; s/\\/\\\\/g')
	for character in ' ' $'\t' "${unfit[@]}"; do
		directory="$scratch/unfit/a${character}b"
		mkdir -p "$directory/module"
		cp Makefile "$directory/"
		cp -r module/uapi "$directory/module/"
		if make -s -C "$directory" modules KDIR="$scratch/kdir" \
			>"$scratch/log" 2>&1; then
			echo "make did not fail in $directory"
		fi
		[[ $(wc -l <"$scratch/log") -eq 1 &&
			$(<"$scratch/log") == *"taskmap: kbuild cannot work"* ]] ||
			cat "$scratch/log"
	done
	[[ ! -e $scratch/kdir/made ]] || echo "kbuild was run"
}

make_checkout
try "the reader builds in another directory and writes nothing here" \
	built_outside
try "odd names: make install installs the same files" odd_install
try "odd names: make uninstall removes only its own files" odd_uninstall
try "odd names: make dkms-install and dkms-uninstall" odd_dkms
try "odd names: the files of the packages, and make clean" odd_package
try "a relative DESTDIR is refused" refused install DESTDIR=stage
try "a relative PREFIX is refused" refused uninstall PREFIX='~/.local'
try "a relative DESTDIR is refused for DKMS" \
	refused dkms-install DESTDIR=stage
try "in a directory where kbuild cannot work, make fails with one line" unfit_for_kbuild
