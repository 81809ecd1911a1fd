# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
# shellcheck shell=bash
#
# Directories of the host in the guest. They use 9p, which qemu itself serves.
# Kernels without 9p use virtiofs, which needs a process for each directory, and
# memory that the process shares with qemu.
#
# shellcheck disable=SC2054 # these commas are for qemu

VM_VIRTIOFSD=(/usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd)

# vm_share_start SCRATCH: appends the root and the shares of OPT_* to MACHINE,
# also the modules of a kernel of another architecture, and started processes to
# DAEMONS.
vm_share_start()
{
	local scratch=$1 n

	DAEMONS=()
	[[ $TRANSPORT == 9p ]] || MACHINE+=(
		-object "memory-backend-memfd,id=memory,size=${OPT_MEMORY}M,share=on"
		-numa node,memdev=memory)
	"vm_share_$TRANSPORT" root "${OPT_ROOT:-/}" readonly "$scratch"
	! vm_foreign || "vm_share_$TRANSPORT" modules \
		"$IMAGE/lib/modules/$(<"$IMAGE/release")" readonly "$scratch"
	for n in "${!OPT_SHARES[@]}"; do
		"vm_share_$TRANSPORT" "share$n" "${OPT_SHARES[n]}" \
			"${OPT_MODES[n]#rw}" "$scratch"
	done
}

# vm_share_TRANSPORT TAG DIR READONLY SCRATCH: READONLY is empty for a writable share.

vm_share_9p()
{
	MACHINE+=(-fsdev "local,id=$1,path=$(vm_value "$2"),security_model=none,multidevs=remap${3:+,readonly=on}"
		-device "virtio-9p-$ROW_BUS,fsdev=$1,mount_tag=$1")
}

# The guest mounts the root read-only. It is also read-only for the daemon,
# except file systems that are mounted below it.
vm_share_virtiofs()
{
	local tag=$1 dir=$2 socket=$4/$1.socket daemon='' path _

	for path in "${VM_VIRTIOFSD[@]}"; do
		[[ ! -x $path ]] || daemon=$path
	done
	[[ -n $daemon ]] || vm_unavailable \
		"virtiofsd not found: install qemu-system-common or virtiofsd"
	mkdir "$4/$tag"
	# shellcheck disable=SC2016 # for the inner shell
	child unshare --mount --propagation private sh -ec '
		mount --rbind "$1" "$4"
		[ -z "$5" ] || mount -o remount,bind,ro "$4"
		exec "$2" --socket-path="$3" -o source="$4",cache=auto,log_level=err
		' sh "$dir" "$daemon" "$socket" "$4/$tag" "$3" \
		>"$4/$tag.log" 2>&1 &
	DAEMONS+=($!)
	for _ in {1..100}; do
		[[ ! -S $socket ]] || break
		sleep 0.05
	done
	[[ -S $socket ]] || vm_unavailable "virtiofsd: $(tail -n 1 "$4/$tag.log")"
	MACHINE+=(-chardev "socket,id=$tag,path=$(vm_value "$socket")"
		-device "vhost-user-fs-$ROW_BUS,chardev=$tag,tag=$tag")
}
