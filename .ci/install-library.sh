#!/usr/bin/env bash
# Installs one of Xylem's native libraries into the user's cache, where every program of that user that links Xylem finds it.
# `xylem doctor --install` runs this after what the library needs was fetched.
#
#   install-library.sh LIBRARY VERSION        compiles it, for Xylem's version VERSION
#   install-library.sh LIBRARY VERSION FILE   copies one that is already built
#
# LIBRARY: torch (the tensor runtime), openvino (the engine) or detection-ops (the operators of detectors).
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

kind=${1:-}
version=${2:?usage: install-library.sh torch|openvino|detection-ops VERSION [FILE]}
library=${3:-}
sources="$scripts/../Sources"

# What the library needs, its name, its sources, and how they are compiled and linked: the flags of Package.swift.
flags=(-std=c++20 -O2 -fPIC -fvisibility=hidden -I"$sources/CXylem/include")
case "$kind" in
torch)
  name=libxylem-torch.so what='the tensor runtime' folder="$sources/XylemTorch"
  needed=${XYLEM_LIBTORCH:-$libtorch_cache/libtorch-$libtorch_version}
  is_libtorch "$needed" || fail "$needed is not an unpacked libtorch" "run: xylem doctor --install"
  needed=$(cd "$needed" && pwd)
  flags+=(-isystem "$needed/include" -isystem "$needed/include/torch/csrc/api/include")
  links=(-Wl,--no-as-needed -Wl,-z,defs -ltorch_cpu -lc10 -ltorch -lm)
  place='$ORIGIN/../libtorch-'$libtorch_version/lib
  [ -z "${XYLEM_LIBTORCH:-}" ] || place="$needed/lib"
  ;;
openvino)
  name=libxylem-openvino.so what='the engine OpenVINO' folder="$sources/XylemOpenVINO"
  needed=${XYLEM_OPENVINO:-$libtorch_cache/openvino-$openvino_version}
  is_openvino "$needed" || fail "$needed is not an unpacked OpenVINO" "run: xylem doctor --install"
  needed=$(cd "$needed" && pwd)
  flags+=(-isystem "$needed/include")
  links=(-Wl,-z,defs -lopenvino -lopenvino_pytorch_frontend)
  place='$ORIGIN/../openvino-'$openvino_version/lib
  [ -z "${XYLEM_OPENVINO:-}" ] || place="$needed/lib"
  ;;
detection-ops)
  name=libDetectionOps.so what='the operators of detectors' folder="$scripts/../Plugins/DetectionOps"
  needed='' place=''
  flags=(-std=c++17 -O3 -fPIC -fvisibility=hidden -I"$sources/CXylem/include")
  links=()
  ;;
*) fail "install-library.sh knows torch, openvino and detection-ops, not '$kind'" ;;
esac

target="$libtorch_cache/runtime-$version/$name"
mkdir -p "$(dirname "$target")"
partial=$(mktemp -d "$libtorch_cache/.partial-$kind-XXXXXX")
trap 'rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

compile() {
  [ -d "$folder" ] || fail "the sources are not here: $folder" \
    "run it in a checkout of Xylem, or in a package that depends on it: swift run xylem doctor --install"
  local compiler
  compiler=$(command -v clang++ || command -v g++) || fail "no C++ compiler on the PATH" "Swift's toolchain has clang++ next to swift"
  say "compiling $what with $compiler"
  [ ! -d "$folder/include" ] || flags+=(-I"$folder/include")
  printf '%s\0' "${flags[@]}" >"$partial/flags"
  export compiler partial
  printf '%s\n' "$folder"/*.cpp | xargs -P "$(nproc)" -I '{}' bash -c '
    mapfile -d "" -t flags <"$partial/flags"
    "$compiler" "${flags[@]}" -c "$1" -o "$partial/$(basename "$1").o"' bash '{}' ||
    fail "$what can not be compiled" "see the lines above"
  "$compiler" -shared -o "$partial/$name" "$partial"/*.o ${needed:+-L"$needed/lib"} ${place:+"-Wl,-rpath,$place"} \
    "${links[@]}" || fail "$what can not be linked" "see the lines above"
}

if [ -n "$library" ]; then
  cp "$library" "$partial/$name"
else
  compile
fi
mv -T "$partial/$name" "$target"
lacking=$(ldd "$target" | awk '/not found/ { print $1 }')
[ -z "$lacking" ] || { rm "$target"; fail "$what does not find" $lacking; }
say "installed: $what, $target"
