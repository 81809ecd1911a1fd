# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# The guest's initramfs: busybox, the modules needed for the root file system,
# the two scripts of guest/, and the job, which says what to run and where.

# vm_quote WORD...: quotes for any shell, including busybox.
vm_quote()
{
	[[ $# -eq 0 ]] || printf ' %q' "$@"
}

# vm_job DIR IMAGE: writes the job described by OPT_*.
vm_job()
{
	local dir=$1 image=$2 release n environment rows columns

	release=$(<"$image/release")
	mkdir "$dir"
	{
		printf 'modules=%q\n' "$image/lib/modules/$release"
		! vm_foreign || echo foreign=y
		printf 'shell=%s\n' "$OPT_SHELL"
		printf 'transport=%s\n' "$TRANSPORT"
	} >"$dir/settings"
	for n in "${!OPT_SHARES[@]}"; do
		printf '%s %s\n' "${OPT_MODES[n]}" "${OPT_SHARES[n]}" \
			>"$dir/share$n"
	done
	# Without an absolute path, busybox would run its own env.
	environment=$(vm_quote /usr/bin/env -i \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root "TERM=${TERM:-dumb}" LANG=C.UTF-8 TASKMAP_VM=1 \
		"${OPT_ENV[@]}")
	{
		[[ -n $OPT_ROOT ]] || printf 'cd %q || exit\n' "$PWD"
		if [[ -n $OPT_SHELL ]]; then
			read -r rows columns < <(stty size) || true
			# Some terminals report 0 rows and columns.
			[[ ${rows:-0} -eq 0 ]] || printf \
				'stty rows %d cols %d\n' "$rows" "$columns"
			[[ ${#OPT_COMMAND[@]} -eq 0 ]] ||
				printf '%s%s\n' "$environment" \
					"$(vm_quote "${OPT_COMMAND[@]}")"
			printf 'exec%s bash -i\n' "$environment"
		else
			printf 'exec%s%s\n' "$environment" \
				"$(vm_quote "${OPT_COMMAND[@]}")"
		fi
	} >"$dir/command"
}

# vm_initrd FILE IMAGE SCRATCH: writes the initramfs to FILE.
vm_initrd()
{
	local file=$1 image=$2 dir=$3/initrd busybox

	busybox=$(command -v busybox) ||
		vm_unavailable "busybox not found: install busybox-static"
	! grep -aq /ld-linux "$busybox" || vm_unavailable \
		"busybox is not static: install busybox-static"
	[[ -d $image/boot ]] || vm_unavailable \
		"$(<"$image/release") cannot run here: it has neither 9p nor virtiofs"
	mkdir -p "$dir/bin"
	# Kernels of another architecture have their own busybox.
	[[ ! -e $image/busybox ]] || busybox=$image/busybox
	cp "$busybox" "$dir/bin/busybox"
	cp -r "$image/boot" "$dir/modules"
	cp "$VM_DIR/guest/init" "$VM_DIR/guest/start" "$dir"
	chmod 755 "$dir/init"
	vm_job "$dir/job" "$image"
	(cd "$dir" && find . | busybox cpio -o -H newc 2>/dev/null) >"$file"
}
