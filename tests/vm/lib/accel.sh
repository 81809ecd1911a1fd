# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Whether KVM works. That /dev/kvm opens proves nothing: on some machines the
# guest then hangs. So a trial boot decides, once per boot of the host.

VM_TRIAL_SECONDS=20

# vm_accel RUNNER [OPTION...]: prints kvm or tcg.
vm_accel()
{
	local file id verdict=tcg

	case ${TASKMAP_ACCEL:-} in
	kvm | tcg)
		echo "$TASKMAP_ACCEL"
		return
		;;
	'') ;;
	*)
		vm_die "$VM_EX_USAGE" "invalid TASKMAP_ACCEL '$TASKMAP_ACCEL': use kvm or tcg"
		;;
	esac
	if [[ ! -r /dev/kvm || ! -w /dev/kvm ]]; then
		echo tcg
		return
	fi
	id=$(qemu-system-x86_64 --version |
		sed -n '1s/.*version \([0-9.]*\).*/\1/p')
	file=$VM_CACHE/accel-$(</proc/sys/kernel/random/boot_id)-$id
	if [[ ! -s $file ]]; then
		vm_say "trying KVM (at most $VM_TRIAL_SECONDS s, once)"
		if TASKMAP_ACCEL=kvm "$@" --timeout "$VM_TRIAL_SECONDS" \
			-- true >/dev/null 2>&1 </dev/null; then
			verdict=kvm
		fi
		vm_say "KVM ${verdict/tcg/does not work}"
		rm -f "$VM_CACHE"/accel-*
		echo "$verdict" >"$file.$$"
		mv "$file.$$" "$file"
	fi
	cat "$file"
}
