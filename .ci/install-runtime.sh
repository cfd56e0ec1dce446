#!/usr/bin/env bash
# Installs libxylem-torch.so into the user's cache, where every program of that user that links Xylem finds it. `xylem doctor --install` runs
# this after fetch-libtorch.sh.
#
#   install-runtime.sh VERSION           compiles it, for Xylem's version VERSION
#   install-runtime.sh VERSION LIBRARY   copies one that is already built
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

version=${1:?usage: install-runtime.sh VERSION [LIBRARY]}
library=${2:-}
target="$libtorch_cache/runtime-$version/libxylem-torch.so"
libtorch=${XYLEM_LIBTORCH:-$libtorch_cache/libtorch-$libtorch_version}
is_libtorch "$libtorch" || fail "$libtorch is not an unpacked libtorch" "run: xylem doctor --install"
libtorch=$(cd "$libtorch" && pwd)

partial=$(mktemp -d "$libtorch_cache/.partial-runtime-XXXXXX")
trap 'rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The flags are those of Package.swift.
compile() {
  local sources="$scripts/../Sources" compiler
  [ -d "$sources/XylemTorch" ] || fail "the runtime's sources are not here: $sources/XylemTorch" \
    "run it in a checkout of Xylem, or in a package that depends on it: swift run xylem doctor --install"
  compiler=$(command -v clang++ || command -v g++) || fail "no C++ compiler on the PATH" "Swift's toolchain has clang++ next to swift"
  say "compiling the tensor runtime with $compiler; this takes minutes"
  export compiler partial libtorch sources
  printf '%s\n' "$sources"/XylemTorch/*.cpp | xargs -P "$(nproc)" -I '{}' bash -c '
    "$compiler" -std=c++20 -O2 -fPIC -fvisibility=hidden -c "$1" -o "$partial/$(basename "$1").o" \
      -I"$sources/XylemTorch/include" -I"$sources/CXylem/include" \
      -isystem "$libtorch/include" -isystem "$libtorch/include/torch/csrc/api/include"' bash '{}' ||
    fail "the tensor runtime does not compile" "see the lines above"
  local found='$ORIGIN/../libtorch-'$libtorch_version/lib
  [ -z "${XYLEM_LIBTORCH:-}" ] || found="$libtorch/lib"
  "$compiler" -shared -o "$partial/libxylem-torch.so" "$partial"/*.o -L"$libtorch/lib" "-Wl,-rpath,$found" \
    -Wl,--no-as-needed -Wl,-z,defs -ltorch_cpu -lc10 -ltorch -lm || fail "the tensor runtime does not link" "see the lines above"
}

if [ -n "$library" ]; then
  cp "$library" "$partial/libxylem-torch.so"
else
  compile
fi
mkdir -p "$(dirname "$target")"
mv -T "$partial/libxylem-torch.so" "$target"
lacking=$(ldd "$target" | awk '/not found/ { print $1 }')
[ -z "$lacking" ] || { rm "$target"; fail "the runtime does not find" $lacking; }
say "the tensor runtime is installed: $target"
