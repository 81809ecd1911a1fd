# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
#
# Targets to build, install and test taskmap; "make help" lists them. The
# kernel's build system and DKMS read Kbuild instead.

VERSION_OF := sed -n 's/^\#define TASKMAP_VERSION.*"\(.*\)"$$/\1/p'
VERSION := $(shell $(VERSION_OF) module/uapi/taskmap.h)
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
O :=

# Quote $(1) as one word for the shell, whatever characters it has.
sh = '$(subst ','\'',$(1))'
# O= for the reader's make, which runs in another directory
OUTSIDE = $(if $(O),O=$(call sh,$(if $(filter /%,$(firstword $(O))),,$(subst \
	$$,$$$$,$(CURDIR))/)$(value O)))

# With one of these in the path, kbuild fails or builds in another directory.
UNFIT := ' " \# $$ % & ( ) * , : ; < = > ? [ \ ` |
ifneq ($(filter all modules demo shell,$(or $(MAKECMDGOALS),all)),)
ifneq ($(word 2,-$(CURDIR)-)$(strip $(foreach c,$(UNFIT),$(findstring $c,$(CURDIR)))),)
$(error taskmap: kbuild cannot work if the path has a blank or one of \
	$(UNFIT): move the directory, or use "make reader")
endif
endif

# Debian packages that each job needs, besides make and a shell
READER_PACKAGES := gcc libc6-dev pkg-config libsmartcols-dev libjson-c-dev libsqlite3-dev
VM_PACKAGES := qemu-system-x86 busybox-static util-linux python3
KERNEL_PACKAGES := debian-archive-keyring kmod xz-utils zstd
MODULE_PACKAGES := gcc-12 libelf1
DEMO_PACKAGES := $(READER_PACKAGES) $(VM_PACKAGES) $(KERNEL_PACKAGES) \
	$(MODULE_PACKAGES)
# Commands to type in "make shell", besides those of the project
SHELL_PACKAGES := $(DEMO_PACKAGES) procps man-db
JDK_PACKAGES := openjdk-17-jdk-headless
# To build a kernel from source, for check-sanitizer and check-soak
SOURCE_PACKAGES := flex bison bc libelf-dev
# Compiler of the kcfi kernel and of the module for it
KCFI_PACKAGES := clang-19 lld-19 llvm-19
# Compilers for the kernel configurations of check-configs
CONFIG_PACKAGES := $(SOURCE_PACKAGES) clang lld llvm $(KCFI_PACKAGES) \
	gcc-12-arm-linux-gnueabihf
# For other architectures
FOREIGN_PACKAGES := qemu-system-arm qemu-system-misc gcc-12-aarch64-linux-gnu \
	gcc-12-arm-linux-gnueabihf gcc-12-i686-linux-gnu gcc-12-s390x-linux-gnu

# To make handouts and slides of the lessons
CLASS_PACKAGES := pandoc

# Packages that each part of the tests requires. Tests that could use more
# packages report SKIP without them.
NEED_unit := $(READER_PACKAGES) libcmocka-dev
NEED_fuzz := $(NEED_unit) clang libclang-rt-dev
NEED_abi := gcc g++ clang libc6-dev
NEED_static := $(READER_PACKAGES) shellcheck groff patch python3 $(CLASS_PACKAGES)
NEED_install := $(SHELL_PACKAGES) git musl-tools zsh fish rpm cpio makepkg libarchive-tools
NEED_headers := $(KERNEL_PACKAGES) $(MODULE_PACKAGES) sparse pahole mmdebstrap
NEED_live := $(DEMO_PACKAGES) python3-jsonschema procps bsdutils bsdextrautils
NEED_vm := $(VM_PACKAGES) $(NEED_headers) procps bsdutils
NEED_plain := $(KERNEL_PACKAGES) mmdebstrap git
NEED_packages := $(NEED_vm) bsdextrautils git
NEED_kernels := $(NEED_live) $(NEED_headers)
NEED_architectures := $(NEED_kernels) $(FOREIGN_PACKAGES)
# To validate JSON
NEED_json := $(READER_PACKAGES) python3-jsonschema
# To render the page of "taskmap graph"
NEED_page := $(NEED_unit) chromium firefox-esr python3-websocket fonts-dejavu-core
NEED_watched := $(NEED_live) $(NEED_fuzz) patch
NEED_sanitizer := $(NEED_watched) $(KCFI_PACKAGES)
NEED_soak := $(NEED_watched) stress-ng
NEED_broken := $(NEED_sanitizer)
NEED_grade := $(NEED_live) sparse patch
NEED_configs := $(NEED_headers) $(CONFIG_PACKAGES)
# To scrape machines with a real Prometheus
NEED_fleet := $(NEED_live) prometheus prometheus-node-exporter python3-prometheus-client
# To read a dump of a virtual machine
NEED_vmcore := $(NEED_live) python3-drgn
# To enroll a key with Secure Boot
NEED_mok := $(NEED_vm) openssl cpio
NEED_runner := coreutils python3
NEED_lessons := $(SHELL_PACKAGES) $(JDK_PACKAGES) mmdebstrap
# For "make check"; the last two are for the unit tests that draw
NEED_check := $(sort $(foreach part,unit json fuzz abi static headers live, \
	$(NEED_$(part))) graphviz gnuplot-nox)
NEED_ci := $(sort $(foreach part,check install watched lessons vm page,$(NEED_$(part))))
NEED_all := $(sort $(foreach part,ci sanitizer soak grade plain configs architectures packages fleet vmcore, \
	$(NEED_$(part))))
NEED_demo := $(DEMO_PACKAGES)
NEED_handouts := $(CLASS_PACKAGES)
NEED_slides := $(CLASS_PACKAGES)
NEED_shell := $(SHELL_PACKAGES)

# For the programs that "make bench" compares with, and for its charts
BENCH_PACKAGES := clang libbpf-dev bpftool gnuplot-nox patch procps

all: reader modules

help:
	@echo 'Targets that run a throwaway virtual machine. They need Debian 12 and'
	@echo 'root, install the packages they need, and never load anything into the'
	@echo 'running kernel:'
	@echo '  make demo       build everything and show what taskmap does'
	@echo '  make shell      start a shell with the module loaded'
	@echo '  make check      run the tests that every change must pass'
	@echo '  make check-PART run one part of them: unit json fuzz abi static headers'
	@echo '                  live; or one test, as in check-unit-drift and check-live-drift'
	@echo '  make check-all  run all tests, which takes some hours, and print a table'
	@echo '                  of what each job cost. Parts besides those above:'
	@echo '                  vm         the program that runs virtual machines'
	@echo '                  install    what is installed, archived and packaged'
	@echo '                  plain      the parts above, with few packages installed'
	@echo '                  kernels    the live tests on all Debian kernels, or on'
	@echo '                             KERNELS="6.1-rt newest"'
	@echo '                  architectures  the live tests on arm64, s390x, armhf, i386'
	@echo '                  packages   the Debian packages and DKMS on each Debian'
	@echo '                             release, or on RELEASES="trixie"'
	@echo '                  configs    the module compiled for many kernel'
	@echo '                             configurations, or for CONFIGS="quick"'
	@echo '                  sanitizer  the live tests on sanitizer kernels'
	@echo '                  mok        a key enrolled with Secure Boot, which check-all'
	@echo '                             leaves out'
	@echo '                  broken     whether those kernels report deliberate bugs'
	@echo '                  grade      whether "make grade" finds known mistakes'
	@echo '                  soak       the live tests for longer; ROUNDS=8 for a night'
	@echo '                  page       the page of "taskmap graph", in Chromium'
	@echo '                  vmcore     contrib/vmcore.py on the dump of a virtual machine'
	@echo '                  lessons    the output that docs/lessons shows, and'
	@echo '                             docs/threads-and-processes.md and docs/fleet.md'
	@echo '  make lessons-update   update the output in docs/lessons; review it'
	@echo '                  before you commit it'
	@echo '  make pictures-snapshot   make the snapshot of docs/pictures anew, and its'
	@echo '                  pages'
	@echo '  make grade MODULE=DIR   mark the module of docs/exercise in DIR, out of 30'
	@echo '  make coverage   measure what the tests reach; make coverage-PART for'
	@echo '                  reader corpus module'
	@echo '  make bench      measure what taskmap and the alternatives cost; takes'
	@echo '                  an hour or two; SIZES="1000 10000" selects sizes'
	@echo
	@echo 'Targets that only use this machine:'
	@echo '  make            build the reader, and the module for this kernel'
	@echo '  make reader     build the reader and taskmap-zoo, but no module; O=DIR'
	@echo '                  builds them in DIR and writes nothing here'
	@echo '  make modules    build the module for KVER=$(KVER)'
	@echo '  make pictures   draw the pages of docs/pictures anew'
	@echo '  make handouts   make a handout of each lesson in build/handouts, to print'
	@echo '  make slides     make slides of the lessons: build/slides/slides.html'
	@echo '  make install    install the reader and taskmap-zoo with man pages, bash'
	@echo '                  completion and the header of the format, to DESTDIR and'
	@echo '                  PREFIX; make uninstall removes them'
	@echo '  make dkms-install   install the sources of the module, to DESTDIR, for'
	@echo '                  "dkms install taskmap/$(VERSION)"; make'
	@echo '                  dkms-uninstall removes them'
	@echo '  make dist       archive the current commit as'
	@echo '                  build/taskmap-$(VERSION).tar.xz'
	@echo '  make dist-students   the same as build/taskmap-$(VERSION)-students.tar.xz,'
	@echo '                  without the solution of docs/exercise'
	@echo '  make release-check  check that all files have the same version'
	@echo '  make clean      remove what was built'

reader:
	@$(MAKE) $(if $(filter 1,$(V)),,-s) -C userspace $(OUTSIDE)

# Only the module needs kernel headers, so "make" without them still succeeds.
modules:
	@if [ -d $(call sh,$(KDIR)) ]; then \
		$(MAKE) -C $(call sh,$(KDIR)) M="$(CURDIR)" $(if $(O),O=) modules; \
	else \
		echo "taskmap: no headers for Linux $(KVER), module not built:" \
		     "run \"apt-get install linux-headers-$(KVER)\"" >&2; \
		[ "$(filter modules,$(MAKECMDGOALS))" = "" ]; \
	fi

install uninstall:
	@$(MAKE) -C userspace --no-print-directory $(OUTSIDE) $@

# The files that DKMS needs, without the *.mod.c that kernel builds generate.
# Uninstalling requires "dkms remove" first.
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
		echo "taskmap: DKMS still uses the sources:" \
		     "run \"dkms remove taskmap/$(VERSION) --all\" first" >&2; \
		exit 1; \
	fi
	rm -rf $(call sh,$(DKMS_DIR))

# The same commit gives the same bytes, whatever git's configuration, attributes
# and environment say: git runs in an empty repository that only borrows the
# objects. A pipe would hide a failure of git, so there is none. Tests make it side by
# side, so it appears when it is complete.
dist-students: SUFFIX := -students
dist-students: LEFT_OUT := -- . ':(exclude)tests/grade/solution' \
	':(exclude)tests/grade/wrong'
dist dist-students:
	@mkdir -p build
	@set -e; \
	commit=$$(git --git-dir=.git rev-parse --verify 'HEAD^{commit}'); \
	objects=$$(git --git-dir=.git rev-parse --git-path objects); \
	objects=$$(realpath "$$objects"); \
	bare() { \
		env -i PATH="$$PATH" HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 \
			GIT_ATTR_NOSYSTEM=1 GIT_OBJECT_DIRECTORY="$$objects" \
			git --git-dir="$$new" "$$@"; \
	}; \
	new=$$(mktemp -d build/dist.XXXXXX); \
	trap 'rm -rf "$$new"' EXIT; \
	bare init -q --bare --template=; \
	bare show "$$commit:module/uapi/taskmap.h" >"$$new/header"; \
	name=taskmap-$$($(VERSION_OF) "$$new/header"); \
	bare -c tar.umask=0022 archive --format=tar --prefix="$$name/" \
		--output="$$new/$$name$(SUFFIX).tar" "$$commit" $(LEFT_OUT); \
	XZ_DEFAULTS= XZ_OPT= xz -9 -T1 "$$new/$$name$(SUFFIX).tar"; \
	mv "$$new/$$name$(SUFFIX).tar.xz" build; \
	echo "  DIST    build/$$name$(SUFFIX).tar.xz"

release-check:
	@tests/static/release && echo "taskmap $(VERSION): all files have this version"

demo: need-demo

shell: need-shell

demo shell:
	@$(MAKE) -s -C userspace
	@tests/demo/$@

check: need-check reader
	@tests/check $(PARTS)

check-%: need-%
	@tests/check $*

check-unit-%: need-unit
	@$(MAKE) -s -C tests/unit check-$*

check-live-%: need-live reader
	@tests/live/check 6.1 $*

# Several jobs use the reader, side by side.
check-all: reader

lessons-update: need-java reader
	@tests/lessons/check --update

pictures: reader
	@tests/pictures/draw docs/pictures

handouts slides: %: need-%
	@docs/lessons/class/make $@ build/$@

pictures-snapshot: need-shell reader
	@tests/pictures/save
	@tests/pictures/draw docs/pictures

grade: need-grade need-kernel-kasan reader
	@$(MAKE) -s -C tests/live
	@tests/grade/grade $(call sh,$(MODULE))

coverage: coverage-reader

coverage-%: need-check
	@tests/setup lcov
	@tests/coverage/run $*

bench: need-bench
	@tests/bench/run $(SIZES)

NEEDS := $(patsubst NEED_%,need-%,$(filter NEED_%,$(.VARIABLES)))
$(NEEDS): need-%:
	@tests/setup $(NEED_$*)

# Does nothing if the kernels are already built.
check-sanitizer check-soak check-broken check-all need-ci: \
	need-kernel-kasan need-kernel-kcsan
check-grade: need-kernel-kasan
check-sanitizer check-broken check-all: need-kernel-kcfi
need-kernel-%: need-watched
	@tests/vm/kernel ready $* || tests/setup $(SOURCE_PACKAGES)

check-lessons check-all need-ci: need-java
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
	dkms-uninstall dist dist-students release-check demo shell check grade coverage bench \
	lessons-update pictures pictures-snapshot handouts slides need-java need-bench $(NEEDS) clean
