#!/usr/bin/env bash
# Checks that an installed xylem works outside the checkout, and can be removed completely. Usage: check-install.sh BUILD
# BUILD holds the built executables and the runtime, such as .build/release.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

build=$(cd "${1:?usage: check-install.sh BUILD}" 2>/dev/null && pwd) || fail "there is no folder '$1'"
photo="$scripts/../Fixtures/images/chelsea.png"
photo=$(realpath "$photo")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/prefix" "$work/home" "$work/stage"

# Runs the installed program with another cache and without Xylem's variables.
xylem() {
  (cd "$work/home" && env -u XYLEM_RUNTIME -u XYLEM_LIBTORCH -u XYLEM_SCANNER HOME="$work/home" XDG_CACHE_HOME="$work/home/.cache" \
    "$work/prefix/bin/xylem" "$@")
}

say "install: to an empty folder"
bash "$scripts/install.sh" install "$build" "$work/prefix"
[ "$(xylem nodes resnet50 | tail -n 1)" = fc ] || fail "the installed xylem does not list the nodes of resnet50"
xylem doctor | grep -q "library  $work/prefix/lib/xylem/libxylem-torch.so" || fail "the installed xylem does not use the installed runtime"
xylem extract resnet18 --return layer1 --input "$photo" --resize 32 --crop 32 -o "$work/home/layer1.npy" >"$work/table"
grep -q '\[1, 64, 8, 8\]' "$work/table" || fail "the installed xylem extracts the wrong shape: $(cat "$work/table")"
# The first eight bytes of the file: numpy's magic string, and version 1.0.
[ "$(od -An -N8 -tx1 "$work/home/layer1.npy" | tr -d ' \n')" = 934e554d50590100 ] || fail "layer1.npy is not a numpy file"

say "install: completions and the manual"
bash -n "$work/prefix/share/bash-completion/completions/xylem"
xylem ---completion nodes -- positional@0 1 6 xylem resnet | grep -qx resnet50 || fail "resnet50 is not offered for 'resnet'"
for file in zsh/site-functions/_xylem fish/vendor_completions.d/xylem.fish man/man1/xylem.1; do
  [ -s "$work/prefix/share/$file" ] || fail "share/$file is missing or empty"
done
grep -q '^\.Dt XYLEM 1' "$work/prefix/share/man/man1/xylem.1" || fail "xylem.1 is not a manual page"

say "install: again, then uninstall"
printf 'of others\n' >"$work/prefix/bin/other"
bash "$scripts/install.sh" install "$build" "$work/prefix" >/dev/null
bash "$scripts/install.sh" uninstall "$work/prefix"
[ "$(cd "$work/prefix" && find . -mindepth 1 | sort | tr '\n' ' ')" = './bin ./bin/other ' ] ||
  fail "uninstalling left: $(cd "$work/prefix" && find . -mindepth 1)"
! bash "$scripts/install.sh" uninstall "$work/prefix" >/dev/null 2>&1 || fail "uninstalling twice succeeds"
DESTDIR="$work/stage" bash "$scripts/install.sh" install "$build" /opt/xylem >/dev/null
[ -x "$work/stage/opt/xylem/bin/xylem" ] || fail "DESTDIR is not honoured"
DESTDIR="$work/stage" bash "$scripts/install.sh" uninstall /opt/xylem
[ -z "$(find "$work/stage" -mindepth 1)" ] || fail "uninstalling left: $(find "$work/stage" -mindepth 1)"
