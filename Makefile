# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# For people. What the kernel's build and DKMS read is Kbuild; "make help" says
# what there is.

VERSION_OF := sed -n 's/^\#define TASKMAP_VERSION.*"\(.*\)"$$/\1/p'
VERSION := $(shell $(VERSION_OF) module/uapi/taskmap.h)
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
O :=

# A word of the shell, whatever is in it.
sh = '$(subst ','\'',$(1))'
# For the reader's make, which is in another directory.
OUTSIDE = $(if $(O),O=$(call sh,$(if $(filter /%,$(firstword $(O))),,$(subst \
	$$,$$$$,$(CURDIR))/)$(value O)))

# kbuild fails in a directory whose name has one of these, or builds in another.
UNFIT := ' " \# $$ % & ( ) * , : ; < = > ? [ \ ` |
ifneq ($(filter all modules demo shell,$(or $(MAKECMDGOALS),all)),)
ifneq ($(word 2,-$(CURDIR)-)$(strip $(foreach c,$(UNFIT),$(findstring $c,$(CURDIR)))),)
$(error taskmap: kbuild cannot work in a directory with a blank or one of \
	$(UNFIT) in its path; "make reader" can)
endif
endif

# What each job needs of Debian, beside make and a shell.
READER_PACKAGES := gcc libc6-dev pkg-config libsmartcols-dev libjson-c-dev
VM_PACKAGES := qemu-system-x86 busybox-static util-linux python3
KERNEL_PACKAGES := debian-archive-keyring kmod xz-utils zstd
MODULE_PACKAGES := gcc-12 libelf1
DEMO_PACKAGES := $(READER_PACKAGES) $(VM_PACKAGES) $(KERNEL_PACKAGES) \
	$(MODULE_PACKAGES)
# What is typed in "make shell", beside what the module and the reader bring.
SHELL_PACKAGES := $(DEMO_PACKAGES) procps man-db
JDK_PACKAGES := openjdk-17-jdk-headless
# To build a kernel from source, for check-sanitizer and check-soak.
SOURCE_PACKAGES := flex bison bc libelf-dev
# The compiler of the kernel kcfi, and of the module for it.
KCFI_PACKAGES := clang-19 lld-19 llvm-19
# Compilers for many configurations of the kernel.
CONFIG_PACKAGES := $(SOURCE_PACKAGES) clang lld llvm $(KCFI_PACKAGES) \
	gcc-12-arm-linux-gnueabihf
# For other architectures.
FOREIGN_PACKAGES := qemu-system-arm qemu-system-misc gcc-12-aarch64-linux-gnu \
	gcc-12-arm-linux-gnueabihf gcc-12-i686-linux-gnu gcc-12-s390x-linux-gnu

# What each part of the tests needs, and nothing else: what is not there, and
# would only add to them, is skipped and said to be.
NEED_unit := $(READER_PACKAGES) libcmocka-dev
NEED_fuzz := $(NEED_unit) clang libclang-rt-dev
NEED_abi := gcc g++ clang libc6-dev
NEED_static := $(READER_PACKAGES) shellcheck groff patch
NEED_install := $(SHELL_PACKAGES) git musl-tools
NEED_headers := $(KERNEL_PACKAGES) $(MODULE_PACKAGES) sparse pahole mmdebstrap
NEED_live := $(DEMO_PACKAGES) procps bsdutils bsdextrautils
NEED_vm := $(VM_PACKAGES) $(NEED_headers) procps bsdutils
NEED_plain := $(KERNEL_PACKAGES) mmdebstrap git
NEED_packages := $(NEED_vm) bsdextrautils git
NEED_kernels := $(NEED_live) $(NEED_headers)
NEED_architectures := $(NEED_kernels) $(FOREIGN_PACKAGES)
# To look at the page of "taskmap graph".
NEED_page := $(READER_PACKAGES) chromium python3-websocket fonts-dejavu-core
NEED_watched := $(NEED_live) $(NEED_fuzz) patch
NEED_sanitizer := $(NEED_watched) $(KCFI_PACKAGES)
NEED_soak := $(NEED_watched) stress-ng
NEED_broken := $(NEED_sanitizer)
NEED_configs := $(NEED_headers) $(CONFIG_PACKAGES)
NEED_runner := coreutils
NEED_lessons := $(SHELL_PACKAGES) $(JDK_PACKAGES) mmdebstrap
# Of "make check", with what the unit tests draw with.
NEED_check := $(sort $(foreach part,unit fuzz abi static install headers live, \
	$(NEED_$(part))) graphviz gnuplot-nox)
NEED_ci := $(sort $(foreach part,check watched lessons vm page,$(NEED_$(part))))
NEED_all := $(sort $(foreach part,ci sanitizer soak plain configs architectures packages, \
	$(NEED_$(part))))
NEED_demo := $(DEMO_PACKAGES)
NEED_shell := $(SHELL_PACKAGES)

# What "make bench" compares with, and draws with.
BENCH_PACKAGES := clang libbpf-dev bpftool gnuplot-nox patch procps

all: reader modules

help:
	@echo 'In a throwaway virtual machine, on Debian 12, as root; these install'
	@echo 'what they need and never load anything into this kernel:'
	@echo '  make demo       builds all and shows what it does'
	@echo '  make shell      a prompt, with the module loaded'
	@echo '  make check      what every change has to pass; make check-PART for'
	@echo '                  one part: unit fuzz abi static install headers live;'
	@echo '                  check-unit-drift and check-live-drift for one test'
	@echo '  make check-all  everything there is, in some hours, with a table of'
	@echo '                  what each job cost; the parts beside those above:'
	@echo '                  vm         the virtual machine itself'
	@echo '                  plain      the parts above where little is installed'
	@echo '                  kernels    the live tests on every kernel of Debian,'
	@echo '                             or KERNELS="6.1-rt newest"'
	@echo '                  architectures  the same on arm64, s390x, armhf, i386'
	@echo '                  packages   the Debian packages and DKMS, in a root'
	@echo '                             of each release, or RELEASES="trixie"'
	@echo '                  configs    the module compiled for many configurations of'
	@echo '                             the kernel, or CONFIGS="quick"'
	@echo '                  sanitizer  on kernels that watch themselves'
	@echo '                  broken     that those kernels would report bugs'
	@echo '                  soak       for longer; ROUNDS=8 for a night'
	@echo '                  page       the page of "taskmap graph", in Chromium'
	@echo '                  lessons    all that docs/lessons shows'
	@echo '  make lessons-update   makes docs/lessons show what is seen; after a'
	@echo '                  change, and to be read before it is committed'
	@echo '  make coverage   what the tests reach; make coverage-PART for'
	@echo '                  reader corpus module'
	@echo '  make bench      what it costs, and what others cost; an hour or'
	@echo '                  two, or SIZES="1000 10000"'
	@echo
	@echo 'On this machine:'
	@echo '  make            the reader, and the module for this kernel'
	@echo '  make reader     the reader and the zoo, and no module; with O=DIR they'
	@echo '                  are built in DIR, and nothing is written here'
	@echo '  make modules    the module, for KVER=$(KVER)'
	@echo '  make install    the reader and the zoo, with man pages, completion and'
	@echo '                  the header of the format, to DESTDIR and PREFIX; make'
	@echo '                  uninstall removes them'
	@echo '  make dkms-install   the sources of the module, to DESTDIR, for'
	@echo '                  "dkms install taskmap/$(VERSION)"; make'
	@echo '                  dkms-uninstall removes them'
	@echo '  make dist       build/taskmap-$(VERSION).tar.xz, of what is committed'
	@echo '  make release-check  whether all files agree on the version'
	@echo '  make clean      removes what was built'

reader:
	@$(MAKE) $(if $(filter 1,$(V)),,-s) -C userspace $(OUTSIDE)

# Headers are needed for the module alone, so their absence stops only that.
modules:
	@if [ -d $(call sh,$(KDIR)) ]; then \
		$(MAKE) -C $(call sh,$(KDIR)) M="$(CURDIR)" $(if $(O),O=) modules; \
	else \
		echo "taskmap: no headers of Linux $(KVER), so no module;" \
		     "apt-get install linux-headers-$(KVER)" >&2; \
		[ "$(filter modules,$(MAKECMDGOALS))" = "" ]; \
	fi

install uninstall:
	@$(MAKE) -C userspace --no-print-directory $(OUTSIDE) $@

# What DKMS needs, and nothing else: no source that a build for some kernel
# generated. "dkms remove" comes before the removal.
DKMS_FILES := dkms.conf Kbuild module/Kbuild module/uapi/taskmap.h \
	$(filter-out %.mod.c,$(wildcard module/*.[ch]))
DKMS_DIR = $(if $(filter /%,$(firstword $(DESTDIR)/)),,$(error taskmap: \
	DESTDIR must be absolute))$(DESTDIR)/usr/src/taskmap-$(VERSION)

dkms-install:
	@$(foreach file,$(DKMS_FILES),install -D -m 644 $(file) \
		$(call sh,$(DKMS_DIR)/$(file)) &&) \
	printf '  INSTALL %s\n' $(call sh,$(DKMS_DIR))

dkms-uninstall:
	@if [ -z $(call sh,$(DESTDIR)) ] && command -v dkms >/dev/null && \
	    [ -n "$$(dkms status taskmap/$(VERSION))" ]; then \
		echo "taskmap: DKMS still has it;" \
		     "dkms remove taskmap/$(VERSION) --all" >&2; \
		exit 1; \
	fi
	rm -rf $(call sh,$(DKMS_DIR))

# The same commit gives the same bytes, whatever git is told by configuration,
# attributes and environment: it runs on a repository that borrows the objects
# and has nothing else. No pipe, which would hide that git failed.
dist:
	@mkdir -p build
	@set -e; \
	commit=$$(git --git-dir=.git rev-parse --verify 'HEAD^{commit}'); \
	objects=$$(git --git-dir=.git rev-parse --git-path objects); \
	objects=$$(realpath "$$objects"); \
	bare() { \
		env -i PATH="$$PATH" HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 \
			GIT_ATTR_NOSYSTEM=1 GIT_OBJECT_DIRECTORY="$$objects" \
			git --git-dir=build/dist.git "$$@"; \
	}; \
	rm -rf build/dist.git; \
	bare init -q --bare --template=; \
	bare show "$$commit:module/uapi/taskmap.h" >build/dist.git/header; \
	name=taskmap-$$($(VERSION_OF) build/dist.git/header); \
	bare -c tar.umask=0022 archive --format=tar --prefix="$$name/" \
		--output="build/$$name.tar" "$$commit"; \
	rm -rf build/dist.git; \
	XZ_DEFAULTS= XZ_OPT= xz -9 -T1 -f "build/$$name.tar"; \
	echo "  DIST    build/$$name.tar.xz"

release-check:
	@tests/static/release && echo "taskmap $(VERSION): all files agree"

demo: need-demo

shell: need-shell

demo shell:
	@$(MAKE) -s -C userspace
	@tests/demo/$@

check: need-check reader
	@tests/check

check-%: need-%
	@tests/check $*

check-unit-%: need-unit
	@$(MAKE) -s -C tests/unit check-$*

check-live-%: need-live reader
	@tests/live/check 6.1 $*

# Several of their jobs want it, side by side.
check-ci check-all: reader

lessons-update: need-java reader
	@tests/lessons/check --update

coverage: coverage-reader

coverage-%: need-check
	@tests/setup lcov
	@tests/coverage/run $*

bench: need-bench
	@tests/bench/run $(SIZES)

NEEDS := $(patsubst NEED_%,need-%,$(filter NEED_%,$(.VARIABLES)))
$(NEEDS): need-%:
	@tests/setup $(NEED_$*)

# Nothing, if the kernels are built already.
check-sanitizer check-soak check-broken check-ci check-all: \
	need-kernel-kasan need-kernel-kcsan
check-sanitizer check-broken check-all: need-kernel-kcfi
need-kernel-%: need-watched
	@tests/vm/kernel ready $* || tests/setup $(SOURCE_PACKAGES)

check-lessons check-ci check-all: need-java
need-java: need-lessons
	@tests/lessons/java21 make || [ $$? -eq 69 ]

need-bench:
	@tests/setup $(DEMO_PACKAGES) $(BENCH_PACKAGES)

clean:
	@$(MAKE) -C userspace --no-print-directory $(OUTSIDE) clean
	@$(MAKE) -C tests/unit --no-print-directory clean
	rm -rf build
	find . -path ./.git -prune -o \( -name '*.o' -o -name '*.ko' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name modules.order -o -name Module.symvers \) \
		-type f -exec rm -f {} +

.PHONY: all help reader modules install uninstall dkms-install \
	dkms-uninstall dist release-check demo shell check coverage bench \
	lessons-update need-java need-bench $(NEEDS) clean
