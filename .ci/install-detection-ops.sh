#!/usr/bin/env bash
# Installs libDetectionOps.so, the compiled operators of detectors, into the user's cache, beside the tensor runtime. `xylem doctor --install`
# runs this.
#
#   install-detection-ops.sh VERSION           compiles it, for Xylem's version VERSION
#   install-detection-ops.sh VERSION LIBRARY   copies one that is already built
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

version=${1:?usage: install-detection-ops.sh VERSION [LIBRARY]}
library=${2:-}
target="$libtorch_cache/runtime-$version/libDetectionOps.so"
mkdir -p "$(dirname "$target")"
partial=$(mktemp -d "$libtorch_cache/.partial-detection-ops-XXXXXX")
trap 'rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

compile() {
  local package="$scripts/.." compiler
  [ -d "$package/Plugins/DetectionOps" ] || fail "the sources are not here: $package/Plugins/DetectionOps" \
    "run it in a checkout of Xylem, or in a package that depends on it: swift run xylem doctor --install"
  compiler=$(command -v clang++ || command -v g++) || fail "no C++ compiler on the PATH" "Swift's toolchain has clang++ next to swift"
  say "compiling the operators of detectors with $compiler"
  "$compiler" -std=c++17 -O3 -shared -fPIC -fvisibility=hidden -I "$package/Sources/CXylem/include" \
    "$package"/Plugins/DetectionOps/*.cpp -o "$partial/libDetectionOps.so" || fail "the operators do not compile" "see the lines above"
}

if [ -n "$library" ]; then
  cp "$library" "$partial/libDetectionOps.so"
else
  compile
fi
mv -T "$partial/libDetectionOps.so" "$target"
say "the operators of detectors are installed: $target"
