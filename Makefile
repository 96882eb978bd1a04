# The project's front door; `make help` lists it.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION := $(shell sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
RID     := linux-$(shell uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
OUT     := out
BIN     := $(OUT)/bin
BENCH   ?=
DESTDIR ?=
PREFIX  ?= /usr
VM_SUITES ?= trixie bookworm
SOURCES := $(shell git ls-files -co --exclude-standard src proto shim 2>/dev/null | grep -E '\.(cs|csproj|proto)$$') Directory.Build.props Directory.Packages.props

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
export LC_ALL := C.UTF-8

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

deps: ## install what Debian provides (needs root): containerd, runc, CNI plugins, registry, compiler
	packaging/deps.sh

build: $(BIN)/containerd-shim-pods-v1 $(BIN)/podsd $(BIN)/pods $(BIN)/pause $(OUT)/pause.tar ## compile the programs ahead of time into out/bin

$(BIN)/containerd-shim-pods-v1: $(SOURCES)
	packaging/publish.sh shim containerd-shim-pods-v1 $(RID) $(BIN)

$(BIN)/podsd: $(SOURCES)
	packaging/publish.sh src/podsd podsd $(RID) $(BIN)

$(BIN)/pods: $(SOURCES)
	packaging/publish.sh src/pods pods $(RID) $(BIN)

$(BIN)/pause: shim/pause/pause.c Directory.Build.props
	mkdir -p $(BIN)
	gcc -Os -static -s -Wall -Wextra -Werror -DVERSION='"$(VERSION)"' -o $@ $<

$(OUT)/pause.tar: $(BIN)/pause packaging/pause-image.sh
	packaging/pause-image.sh $(BIN)/pause $@

test: deps build ## run all tests; ends with the line "N passed, N failed, N skipped"
	tests/fetch-newer.sh $(OUT)/newer || true
	tests/run.sh

demo: deps build ## set everything up in a scratch directory and run a real pod (needs root)
	examples/demo.sh

bench: build ## measure side by side with the stock shim, podman and CRI (needs root); BENCH="memory calls" for some of it
	tests/fetch-newer.sh $(OUT)/newer podman || true
	dotnet run --project tests/Pods.Bench -c Release -v q -- $(BENCH)

soak: build ## 10 000 execs and 1 000 containers in one group, 500 pods: fails if the shim grows or leaves anything (needs root, some minutes; PODS_SOAK=20: a fifth of it)
	dotnet run --project tests/Pods.Bench -c Release -v q -- soak churn

deb: build ## make out/pods_<version>_<arch>.deb
	packaging/build-deb.sh $(VERSION) $(OUT)

test-vm: build ## install, use, reboot, upgrade and purge the .deb in Debian 13 and 12 machines under QEMU (needs root, some minutes; PODS_VM_ALL_TESTS=1: with the end-to-end projects)
	packaging/deps.sh vm || true
	mkdir -p $(OUT)/next
	export PODS_DEB_SYMBOLS=no
	packaging/build-deb.sh $(VERSION) $(OUT)
	packaging/build-deb.sh $(VERSION)+next $(OUT)/next $(BIN)
	failed=
	for suite in $(VM_SUITES); do
	  tests/vm/run.sh $$suite $(OUT)/pods_$(VERSION)_$$(dpkg --print-architecture).deb $(OUT)/next/pods_$(VERSION)+next_$$(dpkg --print-architecture).deb || failed="$$failed $$suite"
	done
	[ -z "$$failed" ] || { echo "the machine failed:$$failed"; exit 1; }

test-clean: ## from a fresh clone in a minimal Debian 12 root with nothing but the .NET SDK: make demo, make test (needs root)
	tests/clean-root.sh demo test

check-deb: deb ## lintian on the packages, and two builds from two places compared byte by byte
	lintian --fail-on error,warning $(OUT)/pods_$(VERSION)_$$(dpkg --print-architecture).deb
	packaging/check-reproducible.sh $(VERSION)

install: build ## install below DESTDIR and PREFIX (what packaging calls)
	packaging/install.sh "$(DESTDIR)" "$(PREFIX)" $(BIN) $(OUT)

clean: ## remove what was built
	rm -rf $(OUT)
	find . -type d \( -name bin -o -name obj \) -not -path './.git/*' -prune -exec rm -rf {} +

.PHONY: help deps build test test-vm test-clean check-deb demo bench soak deb install clean
