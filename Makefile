# `make` without a target lists the targets. Every target may be run twice.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps libtorch openvino runtime engine build install uninstall plugins test test-all sanitize fuzz demo docs lint format clean
MAKEFLAGS += --no-print-directory

# The manifest looks for libtorch on disk, which SwiftPM's cache of evaluated manifests does not notice.
swift_build := swift build --manifest-cache none
# One thread for operators, as for the golden features: with more, the last bits differ.
swift_test := OMP_NUM_THREADS=1 swift test --manifest-cache none
# The same without SwiftPM, of which only one can run at a time.
run_tests := OMP_NUM_THREADS=1 .build/debug/xylemPackageTests.xctest --testing-library swift-testing --no-parallel

# These draw random numbers from the process's state, which other tests check, or they compare the process's state or
# memory: they run in a separate process, one after another. So do those that register operators, which other tests
# expect to be missing. The models' take as long as the rest: each have a process, and these run at once.
model_tests := ^XylemModelsTests\.
stateful_tests := ^(XylemNNTests|XylemTrainingTests|XylemProgramTests)\.|ModelsCommandTests|DetectionTests|WitnessTests|SeededModelTests|StateTests|EffectsTests|loadingAgainAndAgain|Engine[A-Za-z]*Tests

# The linker would resolve a relative path from another folder.
ifneq ($(XYLEM_LIBTORCH),)
export XYLEM_LIBTORCH := $(abspath $(XYLEM_LIBTORCH))
endif
ifneq ($(XYLEM_OPENVINO),)
export XYLEM_OPENVINO := $(abspath $(XYLEM_OPENVINO))
endif

# The target of `make install`; DESTDIR, for packagers, is prepended to it.
PREFIX ?= /usr/local
export DESTDIR

bench := $(wildcard .ci/bench.sh)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / && ($$1 != "bench" || "$(bench)" != "") { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install missing Debian packages
	@bash .ci/deps.sh

libtorch: ## fetch libtorch into the user's cache and link it
	@bash .ci/fetch-libtorch.sh

runtime: deps libtorch ## build the tensor runtime (libxylem-torch.so), release
	@echo '==> building the tensor runtime (release): C++ against libtorch, minutes the first time'
	@$(swift_build) -c release --product xylem-torch

openvino: ## fetch OpenVINO, the optional engine, into the user's cache and link it
	@bash .ci/fetch-openvino.sh

engine: deps ## build the engine (libxylem-openvino.so), release
	@if bash .ci/fetch-openvino.sh; then \
	  echo '==> building the engine OpenVINO (release)'; \
	  $(swift_build) -c release --product xylem-openvino; \
	else \
	  echo '==> no OpenVINO (see above): libtorch computes everything'; \
	fi

build: runtime engine ## build the executable and the runtime, release
	@echo '==> building xylem (release)'
	@$(swift_build) -c release --product xylem
	@$(swift_build) -c release --product xylem-scan
	@$(swift_build) -c release --product DetectionOps
	@echo '==> built: .build/release/xylem'

install: build ## install xylem, the runtime, completions and the manual to PREFIX (/usr/local)
	@$(swift_build) -c release --product generate-manual
	@bash .ci/install.sh install .build/release '$(PREFIX)'

uninstall: ## remove the installation in PREFIX
	@bash .ci/install.sh uninstall '$(PREFIX)'

plugins: deps ## build the example plugins, release
	@echo '==> building the example plugins (release)'
	@for plugin in SamePadding DetectionOps GatedUnit; do $(swift_build) -c release --product $$plugin; done
	@echo '==> built: .build/release/libSamePadding.so, libDetectionOps.so, libGatedUnit.so'

test: deps ## build and run all tests, debug
	@if bash .ci/fetch-libtorch.sh; then \
	  echo '==> building the tensor runtime (debug): C++ against libtorch, minutes the first time'; \
	  $(swift_build) --product xylem-torch; \
	else \
	  echo '==> no libtorch (see above): skipping the tests that compute with tensors'; \
	fi
	@if bash .ci/fetch-openvino.sh; then \
	  echo '==> building the engine OpenVINO (debug)'; \
	  $(swift_build) --product xylem-openvino; \
	else \
	  echo '==> no OpenVINO (see above): skipping the tests of engines'; \
	fi
	@echo '==> building the tests (debug)'
	@$(swift_build) --build-tests
	@echo '==> running the tests'
	@$(swift_test) --skip-build --skip '$(model_tests)|$(stateful_tests)'
	@echo '==> running the tests that need a separate process, in two processes'
	@$(run_tests) --filter '$(model_tests)' >.build/model-tests.log 2>&1 & models=$$!; \
	result=0; \
	$(run_tests) --filter '$(stateful_tests)' || result=1; \
	wait $$models || result=1; \
	echo "==> the models' tests, from their process"; \
	cat .build/model-tests.log; \
	exit $$result

test-all: export XYLEM_TEST_ALL := 1
test-all: test sanitize ## run all tests in their long form, the sanitizers, and the tests with Ray and Spark
	@bash .ci/check-engines.sh .build/debug

# XYLEM_SANITIZER chooses thread or address. Continuous integration does not run it: each takes minutes to build.
sanitize: deps ## run the tests that need no tensor runtime with Swift's sanitizers
	@bash .ci/sanitize.sh $(XYLEM_SANITIZER)

# New inputs on each run; the same inputs for a given seed: make fuzz XYLEM_FUZZ_SEED=1
# XYLEM_FUZZ_KIND chooses programs, engines, archives, extractors, operators, exported or arrow.
fuzz: export XYLEM_FUZZ_SEED := $(or $(XYLEM_FUZZ_SEED),$(shell date +%s))
fuzz: export XYLEM_FUZZ_COUNT := $(or $(XYLEM_FUZZ_COUNT),10000)
fuzz: deps ## test random programs and damaged files, ten thousand of each kind
	@bash .ci/fetch-libtorch.sh
	@echo '==> building the tensor runtime and the tests (debug)'
	@$(swift_build) --product xylem-torch
	@if bash .ci/fetch-openvino.sh; then $(swift_build) --product xylem-openvino; fi
	@$(swift_build) --build-tests
	@case "$$XYLEM_FUZZ_KIND" in ''|programs) \
	  echo "==> $$XYLEM_FUZZ_COUNT random programs from seed $$XYLEM_FUZZ_SEED"; \
	  $(swift_test) --skip-build --filter RandomProgramTests ;; \
	esac
	@case "$$XYLEM_FUZZ_KIND" in ''|engines) \
	  echo "==> $$XYLEM_FUZZ_COUNT random programs with an engine, from seed $$XYLEM_FUZZ_SEED"; \
	  $(run_tests) --filter EngineProgramTests ;; \
	esac
	@case "$$XYLEM_FUZZ_KIND" in programs|engines) ;; *) \
	  echo "==> $$XYLEM_FUZZ_COUNT damaged files of each kind from seed $$XYLEM_FUZZ_SEED"; \
	  .build/debug/MutationFuzz ;; \
	esac

demo: build plugins ## extract features of a photograph with a trained model
	@bash .ci/demo.sh

# The plugin that builds documentation is a dependency only while this variable is set.
docs: ## build the documentation to .build/documentation; warnings are errors
	@echo '==> building the documentation'
	@rm -rf .build/documentation && mkdir -p .build/documentation
	@XYLEM_DOCUMENTATION=1 swift package --manifest-cache none --allow-writing-to-directory .build/documentation \
	  generate-documentation --target Xylem --warnings-as-errors --output-path .build/documentation
	@echo '==> built: .build/documentation'

lint: ## check the format and the house rules
	@bash .ci/lint.sh

format: ## format the Swift files
	@echo '==> formatting'
	@swift format --in-place --configuration .swift-format -r Sources Tests Plugins Fixtures/dependency Package.swift

clean: ## remove the build; keep the shared libtorch
	@echo '==> removing .build, the builds of the sanitizers and demo-output'
	@rm -rf .build .build-thread .build-address demo-output

ifneq ($(bench),)
.PHONY: bench
bench: build ## measure tracing, extraction, training, plugin calls and diffs
	@$(swift_build) -c release --product PluginBenchmarks
	@.build/release/PluginBenchmarks
	@$(swift_build) -c release --product DiffBenchmarks
	@.build/release/DiffBenchmarks
	@$(swift_build) -c release --product TrainingBenchmarks
	@bash $(bench)
endif
