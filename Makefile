# SPDX-License-Identifier: GPL-2.0-only
#
# For people. What the kernel's build and DKMS read is Kbuild; "make help" says
# what there is.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build

# What each job needs of Debian, beside make and a shell.
READER_PACKAGES := gcc libc6-dev pkg-config libsmartcols-dev libjson-c-dev
VM_PACKAGES := qemu-system-x86 busybox-static util-linux python3
KERNEL_PACKAGES := debian-archive-keyring kmod xz-utils zstd
MODULE_PACKAGES := gcc-12 libelf1
DEMO_PACKAGES := $(READER_PACKAGES) $(VM_PACKAGES) $(KERNEL_PACKAGES) \
	$(MODULE_PACKAGES)
CHECK_PACKAGES := $(DEMO_PACKAGES) g++ clang libcmocka-dev sparse shellcheck \
	groff mmdebstrap pahole procps bsdutils

all: reader modules

help:
	@echo 'In a throwaway virtual machine, on Debian 12, as root; these install'
	@echo 'what they need and never load anything into this kernel:'
	@echo '  make demo       builds all and shows what it does'
	@echo '  make shell      a prompt, with the module loaded'
	@echo '  make check      all tests; make check-PART for one part of'
	@echo '                  unit abi static headers live vm'
	@echo
	@echo 'On this machine:'
	@echo '  make            the reader, and the module for this kernel'
	@echo '  make reader     the reader alone'
	@echo '  make modules    the module, for KVER=$(KVER)'
	@echo '  make install    the reader, its man page and completion, to'
	@echo '                  DESTDIR and PREFIX; make uninstall removes them'
	@echo '  make clean      removes what was built'

reader:
	@$(MAKE) -s -C userspace

# Headers are needed for the module alone, so their absence stops only that.
modules:
	@if [ -d "$(KDIR)" ]; then \
		$(MAKE) -C "$(KDIR)" M="$(CURDIR)" modules; \
	else \
		echo "taskmap: no headers of Linux $(KVER), so no module;" \
		     "apt-get install linux-headers-$(KVER)" >&2; \
		[ "$(filter modules,$(MAKECMDGOALS))" = "" ]; \
	fi

install uninstall:
	@$(MAKE) -C userspace --no-print-directory $@

demo shell: need-demo
	@$(MAKE) -s -C userspace
	@$(MAKE) -s -C tests/live
	@tests/demo/$@

check: need-check reader
	@tests/check

check-%: need-check reader
	@tests/check $*

need-demo:
	@tests/setup $(DEMO_PACKAGES)

need-check:
	@tests/setup $(CHECK_PACKAGES)

clean:
	@$(MAKE) -C userspace --no-print-directory clean
	rm -rf build
	find . -path ./.git -prune -o \( -name '*.o' -o -name '*.ko' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name modules.order -o -name Module.symvers \) \
		-type f -exec rm -f {} +

.PHONY: all help reader modules install uninstall demo shell check need-demo \
	need-check clean
