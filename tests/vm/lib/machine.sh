# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The command line of qemu.
#
# shellcheck disable=SC2054 # these commas are for qemu

# A comma ends a value unless it is doubled.
vm_value()
{
	printf '%s' "${1//,/,,}"
}

# vm_machine IMAGE SCRATCH CONSOLE ACCEL: sets MACHINE.
vm_machine()
{
	local image=$1 scratch append
	scratch=$(vm_value "$2")

	# oops=panic and -no-reboot: a broken kernel ends the run at once.
	append="console=ttyS0 panic=-1 oops=panic mitigations=off cryptomgr.notests no_timer_check"
	MACHINE=(qemu-system-x86_64 -nodefaults -no-user-config -no-reboot
		-display none -m "$OPT_MEMORY" -smp "$OPT_CPUS")
	if [[ -n $OPT_ICOUNT ]]; then
		# Guest time counts instructions.  erms and fsrm would make a
		# whole string instruction one for each byte.
		MACHINE+=(-machine q35,accel=tcg -icount shift=1,sleep=off
			-cpu max,la57=off,erms=off,fsrm=off)
		append+=" lpj=4000000 clocksource=tsc tsc=reliable"
	elif [[ $4 == kvm ]]; then
		MACHINE+=(-machine q35,accel=kvm -cpu host)
	else
		# A lesser processor boots some 0.3 s faster, but without SMAP
		# a module's stray access to user memory goes unnoticed.
		MACHINE+=(-machine q35 -accel tcg -cpu max,la57=off)
		append+=" lpj=4000000"
	fi
	MACHINE+=(-kernel "$image/vmlinux" -initrd "$2/initrd.cpio"
		-append "$append${OPT_APPEND:+ $OPT_APPEND}"
		-chardev "file,id=console,path=$(vm_value "$3")"
		-serial chardev:console
		-device virtio-serial-pci
		-chardev "file,id=output,path=$scratch/output"
		-device virtserialport,chardev=output,name=taskmap.output
		-chardev "file,id=status,path=$scratch/status.fifo"
		-device virtserialport,chardev=status,name=taskmap.status)
	[[ -z $OPT_SHELL ]] || MACHINE+=(-chardev stdio,id=tty,signal=off
		-device virtconsole,chardev=tty)
}
