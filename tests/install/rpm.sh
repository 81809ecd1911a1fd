# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Builds the packages for RPM and for Arch Linux from the archive of "make dist",
# and checks which files they have. Sourced by check.

# Documents, licenses and what the tools add are not compared.
package_only()
{
	local directory=$1
	shift
	rm -rf "$directory"/usr/share/{doc,licenses} "$directory"/usr/lib/.build-id \
		"$directory"/.[A-Z]*
	gzip -dqr "$directory/usr/share/man" 2>/dev/null || true
	only "$directory" "$@"
}

# packages_only: compares the unpacked packages with what "make install" and
# "make dkms-install" create.
packages_only()
{
	mapfile -t expected < <(reader_files usr)
	package_only "$scratch/package" "${expected[@]}"
	mapfile -t expected < <(dkms_files)
	package_only "$scratch/package-dkms" "${expected[@]}"
}

unpack_rpm()
{
	mkdir -p "$2"
	(cd "$2" && rpm2cpio "$1" | cpio -id --quiet)
}

rpm_packages()
{
	local top=$scratch/rpm

	rm -rf "$scratch"/package*
	rpmbuild -bb --nodeps --quiet --define "_topdir $top" \
		--define "_sourcedir $scratch" contrib/rpm/taskmap.spec \
		>"$scratch/log" 2>&1 || { cat "$scratch/log"; return 1; }
	unpack_rpm "$top"/RPMS/noarch/taskmap-dkms-*.rpm "$scratch/package-dkms"
	unpack_rpm "$top"/RPMS/*/taskmap-"$version"-*.rpm "$scratch/package"
	packages_only
	rm -rf "$top"
}

# makepkg refuses to run as root. Without pacman it cannot look for dependencies.
arch_packages()
{
	local top=$scratch/arch nobody=()

	rm -rf "$scratch"/package*
	install -d -m 755 "$top" "$scratch/package" "$scratch/package-dkms"
	cp contrib/arch/PKGBUILD "$scratch/$archive" "$top"
	if [[ $EUID -eq 0 ]]; then
		chmod 711 "$scratch"
		chown -R nobody "$top"
		nobody=(setpriv --reuid=nobody --clear-groups)
	fi
	(cd "$top" && "${nobody[@]}" env HOME="$top" PACMAN=true CARCH=x86_64 \
		PKGEXT=.pkg.tar makepkg --nodeps --nocheck) \
		>"$scratch/log" 2>&1 || { cat "$scratch/log"; return 1; }
	tar -xf "$top"/taskmap-dkms-*.pkg.tar -C "$scratch/package-dkms"
	tar -xf "$top"/taskmap-"$version"-*.pkg.tar -C "$scratch/package"
	packages_only
	rm -rf "$top"
}

if [[ ! -f $scratch/$archive ]]; then
	skip "packages for RPM and Arch Linux" "there is no archive of this checkout"
else
	if command -v rpmbuild cpio >/dev/null; then
		try "the packages for RPM have the same files" rpm_packages
	else
		skip "the packages for RPM have the same files" "install rpm and cpio"
	fi
	if command -v makepkg >/dev/null; then
		try "the packages for Arch Linux have the same files" arch_packages
	else
		skip "the packages for Arch Linux have the same files" "install makepkg"
	fi
fi
