#!/usr/bin/env bash
# Runs the tests of the targets without tensors, and of the plugin host, under AddressSanitizer and ThreadSanitizer.
#
#     .ci/sanitize.sh [address] [thread]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/say.sh

targets='^(XylemErrorsTests|XylemGraphTests|XylemFilesTests|XylemDiffTests|XylemReportTests|XylemImageTests|XylemLeafTests|XylemPluginsTests)\.'
# Damaged plugins end their process on purpose, some with more memory than a sanitizer leaves.
skipped='MisbehavingTests|SDKCompileTests'
export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}" TSAN_OPTIONS="suppressions=$PWD/.ci/tsan.txt:${TSAN_OPTIONS:-}"

for kind in "${@:-address thread}"; do
  for sanitizer in $kind; do
    say "building the tests with the $sanitizer sanitizer"
    swift build --manifest-cache none --build-tests --sanitize="$sanitizer" --scratch-path ".build-$sanitizer"
    say "running the tests with the $sanitizer sanitizer"
    OMP_NUM_THREADS=1 swift test --manifest-cache none --skip-build --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" \
      --filter "$targets" --skip "$skipped"
  done
done
