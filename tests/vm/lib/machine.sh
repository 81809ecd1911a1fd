# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Builds the command line of qemu.
#
# shellcheck disable=SC2054 # these commas are for qemu

# vm_value TEXT: doubles commas, because a single comma ends a value.
vm_value()
{
	printf '%s' "${1//,/,,}"
}

# vm_machine IMAGE SCRATCH CONSOLE ACCEL: sets MACHINE, the command line.
vm_machine()
{
	local image=$1 scratch append
	scratch=$(vm_value "$2")

	# oops=panic and -no-reboot: after an oops, the run ends at once.
	append="console=$ROW_CONSOLE panic=-1 oops=panic mitigations=off cryptomgr.notests"
	# KASAN finds what the slabs' own checks find, with which everything takes half
	# as long again. A kit can have them on.
	[[ $OPT_KERNEL != kasan ]] || append+=" slab_debug=-"
	MACHINE=("$ROW_QEMU" -nodefaults -no-user-config -no-reboot
		-display none -m "$OPT_MEMORY" -smp "$OPT_CPUS")
	if [[ -n $OPT_ICOUNT ]]; then
		# Guest time counts instructions. With erms and fsrm, the kernel
		# would use string instructions that count one for each byte.
		MACHINE+=(-machine "$ROW_MACHINE,accel=tcg"
			-icount shift=1,sleep=off
			-cpu "$ROW_CPU,erms=off,fsrm=off")
		append+=" $ROW_APPEND clocksource=tsc tsc=reliable"
		[[ -z $OPT_PLUGIN ]] || MACHINE+=(-plugin "$OPT_PLUGIN")
	elif [[ $4 == kvm ]]; then
		MACHINE+=(-machine "$ROW_MACHINE,accel=kvm" -cpu host)
		append+=" no_timer_check"
	else
		MACHINE+=(-machine "$ROW_MACHINE" -cpu "$ROW_CPU"
			-accel "tcg${OPT_TURNS:+,thread=single}")
		append+=" $ROW_APPEND"
	fi
	MACHINE+=(-kernel "$image/$ROW_BOOTS" -initrd "$2/initrd.cpio"
		-append "$append${OPT_APPEND:+ $OPT_APPEND}"
		-chardev "file,id=console,path=$(vm_value "$3")"
		-serial chardev:console
		-device "virtio-serial-$ROW_BUS"
		-chardev "file,id=output,path=$scratch/output"
		-device virtserialport,chardev=output,name=taskmap.output
		-chardev "file,id=status,path=$scratch/status.fifo"
		-device virtserialport,chardev=status,name=taskmap.status)
	[[ -z $OPT_FORWARD ]] || MACHINE+=(-nic "user,model=virtio-net-$ROW_BUS,hostfwd=tcp:127.0.0.1:${OPT_FORWARD/:/-:}")
	[[ -z $OPT_QMP ]] || MACHINE+=(-chardev "socket,id=qmp,path=$(vm_value "$OPT_QMP")"
		-mon chardev=qmp,mode=control -device vmcoreinfo
		-device pvpanic -action panic=pause)
	[[ -z $OPT_SHELL ]] || MACHINE+=(-chardev stdio,id=tty,signal=off
		-device virtconsole,chardev=tty)
}
