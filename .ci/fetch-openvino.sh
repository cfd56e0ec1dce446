#!/usr/bin/env bash
# Provides OpenVINO, the engine: unpacks it once into the user's cache, from the openvino wheel that pip finds, and creates
# a link `.openvino` in this checkout. Optional: without it libtorch computes everything. Safe to run twice, from two
# checkouts at once, and to interrupt.
#
#   fetch-openvino.sh           for this checkout
#   fetch-openvino.sh --cache   for the user; no link is created or checked
#
# XYLEM_OPENVINO=FOLDER (with include/ and lib/) is used directly: nothing is fetched and no link is created.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

case "${1:-}" in
'') cd "$scripts/.."; wants_link=1 ;;
--cache) wants_link= ;;
*) fail "fetch-openvino.sh knows '--cache', not '$1'" ;;
esac

link=.openvino
home="$libtorch_cache/openvino-$openvino_version"

if [ -n "${XYLEM_OPENVINO:-}" ]; then
  is_openvino "$XYLEM_OPENVINO" ||
    fail "XYLEM_OPENVINO is '$XYLEM_OPENVINO', which lacks include/openvino/openvino.hpp or lib/libopenvino.so" \
      "name the folder of an unpacked OpenVINO $openvino_version, or unset XYLEM_OPENVINO to have one fetched"
  say "using OpenVINO from XYLEM_OPENVINO: $XYLEM_OPENVINO"
  exit 0
fi
if [ -n "$wants_link" ] && is_openvino "$link"; then
  say "OpenVINO $openvino_version is available: $(readlink -f "$link")"
  exit 0
fi
if [ -n "$wants_link" ] && [ -e "$link" ] && [ ! -L "$link" ]; then
  fail "$PWD/$link is neither a link nor OpenVINO $openvino_version" "move it away, then run the same command again"
fi
[ "$(uname -m)" = x86_64 ] || fail "OpenVINO's CPU plugin is used on x86-64 alone, not on $(uname -m)" \
  "nothing is to be done: libtorch computes everything"

fetch() {
  bash "$scripts/deps.sh" python
  python=$(find_pip) || fail "no python3 with a working pip was found" "install python3-pip, then run the same command again"
  partial=$(mktemp -d "$libtorch_cache/.partial-XXXXXX")
  say "downloading OpenVINO $openvino_version (59 MB)"
  local log=$partial/pip.log
  "$python" -m pip download --no-cache-dir --progress-bar off --disable-pip-version-check --only-binary=:all: --no-deps \
    --python-version=3.11 -d "$partial/wheel" "openvino==$openvino_version" >"$log" 2>&1 </dev/null || {
    tail -n 5 "$log" >&2
    fail "pip could not download openvino $openvino_version" \
      "check the network, then run the same command again; without OpenVINO libtorch computes everything"
  }
  "$python" "$scripts/unpack_wheel.py" "$partial"/wheel/openvino-*.whl "$partial/openvino" || fail "OpenVINO can't be unpacked"
  # The linker looks for names without a version.
  local library
  for library in "$partial/openvino/lib/"*.so.[0-9]*; do ln -s "${library##*/}" "${library%.so.*}.so"; done
  is_openvino "$partial/openvino" || fail "the wheel of openvino $openvino_version lacks its headers or libraries"
  [ ! -e "$home" ] || mv "$home" "$partial/replaced"
  mv -T "$partial/openvino" "$home"
  rm -rf "$partial"
}

mkdir -p "$libtorch_cache" 2>/dev/null || fail "$libtorch_cache can't be created" "choose another folder with XDG_CACHE_HOME"
partial=
trap '[ -z "$partial" ] || rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
exec 9>"$libtorch_cache/.lock"
flock 9
is_openvino "$home" || fetch
flock -u 9
[ -z "$wants_link" ] || replace_link "$home" "$link"
say "OpenVINO $openvino_version is available: $home"
