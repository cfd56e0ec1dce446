#!/usr/bin/env bash
# Tests that every CI check passes a good sample and fails a bad one, in a temporary folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/say.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# State is kept in files: much of the following runs in subshells of pipes.
: >"$work/wrong"
: >"$work/tested"
wrong() { printf 'selftest: %s\n' "$*" | tee -a "$work/wrong" >&2; }

# A small project that every lint check passes, in $work/good and again in $work/sample.
good="$work/good"
mkdir -p "$good/Sources/Kernel" "$good/Sources/XylemGraph" "$good/Tests/KernelTests" "$good/.ci"
cat >"$good/Package.swift" <<'SWIFT'
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "sample", targets: [.target(name: "Kernel"), .target(name: "XylemGraph"), .testTarget(name: "KernelTests")])
SWIFT
cat >"$good/Sources/Kernel/Kernel.swift" <<'SWIFT'
/// The answer, see https://example.org/home/page and /usr/lib.
public let answer = 42
SWIFT
cat >"$good/Sources/XylemGraph/Graph.swift" <<'SWIFT'
internal import XylemErrors

/// A sum.
public let sum = 2
SWIFT
printf 'let tested = 1\n' >"$good/Tests/KernelTests/KernelTests.swift"
printf '# Imports.\nXylemErrors:\nKernel:\nXylemGraph: XylemErrors\n' >"$good/.ci/rooms.txt"
printf 'true\n' >"$good/.ci/good.sh"

# lint_fails CHECK FILE: with standard input appended to FILE the check fails and names the file; without it, it passes.
lint_fails() {
  local check=$1 file=$2 output
  printf '%s\n' "$check" >>"$work/tested"
  rm -rf "$work/sample"
  cp -r "$good" "$work/sample"
  output=$(bash "$here/lint.sh" --root "$work/sample" "$check" 2>&1) || wrong "'$check' fails a good sample: $output"
  mkdir -p "$work/sample/$(dirname "$file")"
  cat >>"$work/sample/$file"
  if output=$(bash "$here/lint.sh" --root "$work/sample" "$check" 2>&1); then
    wrong "'$check' passes a bad $file"
  elif [[ $output != *"${file%/*}"* ]]; then
    wrong "'$check' fails a bad $file without naming it: $output"
  fi
}

say "selftest: lint"
printf 'public let   wide=1\n' | lint_fails format Sources/Kernel/Kernel.swift
printf '\npublic let undocumented = 1\n' | lint_fails format Sources/Kernel/Kernel.swift
printf '// line\n%.0s' {1..700} | lint_fails length Sources/Kernel/Kernel.swift
printf '# line\n%.0s' {1..701} | lint_fails length .ci/good.sh
for place in home root Users work; do
  printf '// see /%s/someone/file\n' "$place" | lint_fails paths Sources/Kernel/Kernel.swift
done
printf 'lies in `/%s`\n' work | lint_fails paths docs/README.md
printf '{"path": "/%s/x"}\n' root | lint_fails paths Fixtures/golden.json
for word in TO:DO FIX:ME X:XX HA:CK W:IP T:BD 'FILL :IN'; do
  printf '// %s: later\n' "${word/:/}" | lint_fails unfinished Tests/KernelTests/KernelTests.swift
done
printf 'pip install --index-%s=x\n' url | lint_fails hosts .ci/good.sh
printf 'https://py%s.org/simple\n' pi | lint_fails hosts docs/README.md
printf '<<<<<<%s HEAD\n' '<' | lint_fails conflicts docs/README.md
printf '>>>>>>%s branch\n' '>' | lint_fails conflicts Sources/Kernel/Kernel.swift
printf 'internal import Foundation\n' | lint_fails pure Sources/XylemGraph/Graph.swift
printf 'public import XylemTrace\n' | lint_fails pure Sources/XylemGraph/Graph.swift
printf 'import struct XylemTensor.Tensor\n' | lint_fails pure Sources/XylemGraph/Graph.swift
printf 'public import XylemErrors\n' | lint_fails rooms Sources/Kernel/Kernel.swift
printf '@testable import Kernel\n' | lint_fails rooms Sources/XylemGraph/Graph.swift
printf 'internal import struct Kernel.Answer\n' | lint_fails rooms Sources/XylemGraph/Graph.swift
printf 'let orphan = 1\n' | lint_fails rooms Sources/Orphan/Orphan.swift
printf 'Above: Later\nLater:\n' | lint_fails rooms .ci/rooms.txt
printf 'if true; then\n' | lint_fails scripts .ci/good.sh
printf 'let orphan = 1\n' | lint_fails manifest Sources/Orphan/Orphan.swift
printf 'let orphan = 1\n' | lint_fails manifest Tests/OrphanTests/OrphanTests.swift
for check in $(bash "$here/lint.sh" --list); do
  grep -qx "$check" "$work/tested" || wrong "the lint check '$check' has no bad sample here"
done
! bash "$here/lint.sh" --root "$good" nonsense >/dev/null 2>&1 || wrong "lint passes for a check that does not exist"

say "selftest: tests"
log="$work/log"
passes() { bash "$here/check-tests.sh" "$log" >/dev/null 2>&1; }
printf 'noise\n✔ Test run with 12 tests in 3 suites passed after 0.5 seconds.\n' >"$log"
passes || wrong "check-tests fails a log of tests that passed"
printf '✘ Test run with 12 tests in 3 suites failed after 0.5 seconds with 1 issue.\n' >"$log"
! passes || wrong "check-tests passes a log of tests that failed"
printf '✔ Test run with 9 tests in 2 suites passed after 0.1 seconds.\n' >>"$log"
! passes || wrong "check-tests passes a log whose first run failed"
printf '✔ Test run with 0 tests in 0 suites passed after 0.1 seconds.\n' >"$log"
! passes || wrong "check-tests passes a log of no tests"
printf 'Building for debugging...\n' >"$log"
! passes || wrong "check-tests passes a log without a closing line"

say "selftest: demo"
demo="$work/demo"
demo_passes() { bash "$here/check-demo.sh" "$demo" >/dev/null 2>&1; }
# features SHAPE-OF-STAGE-3: a file with the demonstration's keys and no numbers.
features() {
  local json='{"logits":{"dtype":"F32","shape":[1,1000]},"stage1":{"shape":[1,16,112,112]},"stage2":{"shape":[1,24,56,56]},'
  json+='"stage3":{"shape":'$1'},"stage4":{"shape":[1,112,14,14]},"stage5":{"shape":[1,320,7,7]}}'
  { printf "\\x$(printf %x $((${#json} % 256)))\\x$(printf %x $((${#json} / 256)))\\0\\0\\0\\0\\0\\0"; printf '%s' "$json"; } >"$demo/features.safetensors"
}
mkdir -p "$demo/maps"
printf 'x\nblocks.0.0.conv_dw\n' >"$demo/nodes.txt"
for key in stage1 stage2 stage3 stage4 stage5 logits; do printf '\x89PNG\r\n\x1a\n' >"$demo/maps/$key.png"; done
# page PICTURES: a page with this many pictures.
page() {
  printf '<div id="drawing"></div>' >"$demo/page.html"
  for _ in $(seq "$1"); do printf '["iVBORw0KGgo="]' >>"$demo/page.html"; done
}
page 6
features '[1,40,28,28]'
demo_passes || wrong "check-demo fails a good folder: $(bash "$here/check-demo.sh" "$demo" 2>&1 || true)"
features '[1,40,14,14]'
! demo_passes || wrong "check-demo passes a feature with a different shape"
features '[1,40,28,28]'
page 5
! demo_passes || wrong "check-demo passes a page that lacks a picture"
page 6
printf 'text' >"$demo/maps/stage1.png"
! demo_passes || wrong "check-demo passes an invalid picture"
rm "$demo/maps/stage1.png"
! demo_passes || wrong "check-demo passes when a picture is missing"
rm -r "$demo"
! demo_passes || wrong "check-demo passes a folder that does not exist"

say "selftest: templates"
! bash "$here/check-templates.sh" "$work/nowhere" >/dev/null 2>&1 || wrong "check-templates passes without an executable"
mkdir -p "$work/bin"
printf '#!/bin/sh\nmkdir -p "$7" && printf "all:\\n\\tfalse\\n" >"$7/Makefile"\n' >"$work/bin/xylem"
chmod +x "$work/bin/xylem"
! bash "$here/check-templates.sh" "$work/bin" >"$work/templates" 2>&1 || wrong "check-templates passes a template that doesn't build"
grep -q "doesn't build" "$work/templates" || wrong "check-templates fails for another reason: $(cat "$work/templates")"

say "selftest: install"
! bash "$here/check-install.sh" "$work/nowhere" >/dev/null 2>&1 || wrong "check-install passes without a build"
! bash "$here/install.sh" install "$work/bin" "$work/prefix" >/dev/null 2>&1 || wrong "install passes without a runtime"
[ ! -e "$work/prefix" ] || wrong "a failed install leaves files"
! bash "$here/install.sh" uninstall "$work/prefix" >/dev/null 2>&1 || wrong "uninstall passes without an installation"
# A list of installed files, next to other files.
mkdir -p "$work/prefix/lib/xylem" "$work/prefix/bin"
touch "$work/prefix/bin/xylem" "$work/prefix/bin/other"
printf '%s\n' "$work/prefix/bin/" "$work/prefix/bin/xylem" "$work/prefix/lib/" "$work/prefix/lib/xylem/" >"$work/prefix/lib/xylem/installed"
bash "$here/install.sh" uninstall "$work/prefix" >/dev/null || wrong "uninstall fails"
[ "$(cd "$work/prefix" && find . -mindepth 1 | sort | tr '\n' ' ')" = './bin ./bin/other ' ] || wrong "uninstall does not remove exactly the installed files"
! bash "$here/check-dependency.sh" "$work/nowhere" >/dev/null 2>&1 || wrong "check-dependency passes without a build"

say "selftest: stages"
# stages COMMAND…: runs each as a stage, then the summary, and returns CI's exit status.
stages() {
  (
    set -euo pipefail
    . "$here/stages.sh"
    for command in "$@"; do stage "$command" bash -c "$command"; done
    finish
  ) >"$work/stages" 2>&1 </dev/null
}
stages true true || wrong "good stages fail"
! stages true false true || wrong "a stage that fails does not make CI fail"
grep -q 'failed: false' "$work/stages" || wrong "a stage that failed is not named at the end"
[ "$(grep -c '^==> stage true: ' "$work/stages")" = 2 ] || wrong "a stage's duration is missing, or a stage after a failure did not run"
! stages 'exit 3' || wrong "a last stage that fails does not make CI fail"
! stages 'false | cat; exit ${PIPESTATUS[0]}' || wrong "a pipe's failure is lost"

[ ! -s "$work/wrong" ] || fail "selftest: a check does not work"
