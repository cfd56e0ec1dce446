#!/usr/bin/env bash
# Runs the tests that need no tensor runtime with Swift's sanitizers. Usage: sanitize.sh [thread|address]…
# Without names both run, one after the other. Each has its own build, in .build-thread and .build-address.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/say.sh

chosen=("$@")
[ ${#chosen[@]} -gt 0 ] || chosen=(thread address)
for sanitizer in "${chosen[@]}"; do
  case $sanitizer in
  thread | address) ;;
  *) fail "unknown sanitizer '$sanitizer': sanitize.sh takes 'thread' and 'address'" ;;
  esac
done

# The manifest keeps only the tests that need no runtime, and what they depend on.
export XYLEM_SANITIZE=1
# libtorch is not built with sanitizers.
export XYLEM_LIBTORCH=$PWD/.ci
# Plugins that crash are tested: their signals are not a sanitizer's to report.
signals=handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:handle_abort=0
export TSAN_OPTIONS=$signals:halt_on_error=0
# Swift's runtime never frees its metadata.
export ASAN_OPTIONS=$signals:detect_leaks=0

# What libraries need of the thread sanitizer, and its part in an executable does not offer by itself.
offered=()
for symbol in external_write external_read ignore_thread_begin ignore_thread_end; do
  offered+=(-Xlinker "--export-dynamic-symbol=__tsan_$symbol")
done

failed=()
for sanitizer in "${chosen[@]}"; do
  scratch=.build-$sanitizer log=.build-$sanitizer/test.log start=$SECONDS
  options=(--manifest-cache none --scratch-path "$scratch" --sanitize="$sanitizer")
  [ "$sanitizer" != thread ] || options+=("${offered[@]}")
  say "building the tests with the $sanitizer sanitizer"
  mkdir -p "$scratch"
  swift build "${options[@]}" --build-tests
  say "running the tests with the $sanitizer sanitizer; built in $((SECONDS - start)) s"
  start=$SECONDS
  { swift test "${options[@]}" --skip-build 2>&1 | tee "$log" &&
    bash .ci/check-tests.sh "$log"; } || failed+=("$sanitizer")
  note "the tests took $((SECONDS - start)) s"
done
[ ${#failed[@]} -eq 0 ] || fail "found by the sanitizers: ${failed[*]}" "each report in the output begins with WARNING: or ERROR:"
