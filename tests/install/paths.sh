# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Names with all that make and the shell take for their own: of the checkout, of
# DESTDIR, PREFIX and O. Sourced by check.

odd=$'un  usual, o\'clock: $5 "x" \\n;*'
checkout=$scratch/$odd/top

# of_make WORD: as make's command line wants it.
of_make()
{
	printf %s "${1//\$/\$\$}"
}

# state DIRECTORY: whatever a build could change there.
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
	# Where a name would end that was taken apart.
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

# What was built outside is installed from there, and not built once more.
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

# Both packages, and what was built is gone again afterwards.
odd_package()
{
	local before
	before=$(files "$checkout")
	make -s -C "$checkout" -f debian/rules override_dh_auto_install \
		CFLAGS=-O0 >/dev/null
	mapfile -t expected < <(reader_files usr)
	only "$checkout/debian/taskmap" "${expected[@]}"
	mapfile -t expected < <(dkms_files)
	only "$checkout/debian/taskmap-dkms" "${expected[@]}"
	rm -r "$checkout/debian/taskmap" "$checkout/debian/taskmap-dkms"
	mkdir -p "$checkout/build" "$checkout/tests/unit/build"
	touch "$checkout"/{build,tests/unit/build,module}/x.o
	odd_make clean
	diff <(echo "$before") <(files "$checkout") || true
}

# refused MAKE-ARGUMENT...: in one line, and nothing is put anywhere.
refused()
{
	if odd_make "$@" 2>"$scratch/log"; then
		echo "no complaint"
	fi
	grep -q '\*\*\* taskmap: .*must be absolute' "$scratch/log" ||
		cat "$scratch/log"
	find "$checkout" -name stage -o -name '~'
}

# With a kernel tree that makes something, if it is asked to.
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
			echo "no complaint about $directory"
		fi
		[[ $(wc -l <"$scratch/log") -eq 1 &&
			$(<"$scratch/log") == *"taskmap: kbuild cannot work"* ]] ||
			cat "$scratch/log"
	done
	[[ ! -e $scratch/kdir/made ]] || echo "kbuild was run"
}

make_checkout
try "the reader is built in another directory, and nothing is written here" \
	built_outside
try "odd names: make install puts the same there" odd_install
try "odd names: make uninstall, and nothing else is touched" odd_uninstall
try "odd names: make dkms-install and dkms-uninstall" odd_dkms
try "odd names: the packages' files, and make clean" odd_package
try "a relative DESTDIR is refused" refused install DESTDIR=stage
try "a relative PREFIX is refused" refused uninstall PREFIX='~/.local'
try "a relative DESTDIR of DKMS is refused" \
	refused dkms-install DESTDIR=stage
try "where kbuild cannot work, one line says so" unfit_for_kbuild
