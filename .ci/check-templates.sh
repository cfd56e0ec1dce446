#!/usr/bin/env bash
# Checks that the plugins of `xylem plugin new` build and pass `xylem plugin check`, in every language. Usage: check-templates.sh FOLDER
# FOLDER contains the built executables, xylem and xylem-scan.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/say.sh"

xylem=$(cd "${1:?usage: check-templates.sh FOLDER}" 2>/dev/null && pwd)/xylem || fail "there is no folder '$1'"
[ -x "$xylem" ] || fail "there is no executable $xylem" "swift build --product xylem && swift build --product xylem-scan"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check LANGUAGE LIBRARY COMMAND…: writes a template, builds it with the command in its folder, and checks the library.
check() {
  local language=$1 library=$2 options=()
  shift 2
  # A plugin in Swift depends on this package; one in C or C++ includes the headers that it needs.
  [ "$language" != swift ] || options=(--xylem "$here/..")
  say "templates: $language"
  "$xylem" plugin new --language "$language" Rounding --output "$work/$language" ${options[@]+"${options[@]}"} >/dev/null ||
    fail "the template in $language can't be written"
  (cd "$work/$language" && "$@") >"$work/log" 2>&1 ||
    fail "the template in $language doesn't build: $(tail -n 20 "$work/log")"
  "$xylem" plugin check "$work/$language/$library" || fail "the template in $language doesn't pass the check"
}

check c libRounding.so make
check swift .build/debug/libRounding.so swift build
