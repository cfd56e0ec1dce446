# Shared by the scripts here: output, and the location of libtorch. Sourced, never run.

# One line for each step.
say() { printf '==> %s\n' "$*"; }
# A note that does not stop the script.
note() { printf '    %s\n' "$*"; }
# Fails with an error; each further argument is a line about how to fix it.
fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# The libtorch that this package is written against.
libtorch_version=2.13.0
# The unpacked libtorch that all checkouts of a user share.
libtorch_cache="${XDG_CACHE_HOME:-$HOME/.cache}/xylem"

# The OpenVINO that the engine is written against: its C++ interface changes from version to version.
openvino_version=2026.4.1

# Prints a `python3` whose pip works.
find_pip() {
  local python
  for python in python3 /usr/bin/python3; do
    "$python" -m pip --version >/dev/null 2>&1 && { printf '%s\n' "$python"; return 0; }
  done
  return 1
}

# Replaces a link atomically, so that a concurrent build sees the old or the new one.
replace_link() {
  ln -s "$1" "$2.new.$$"
  mv -T "$2.new.$$" "$2"
}

# Whether a folder holds OpenVINO's headers and libraries.
is_openvino() {
  [ -f "$1/include/openvino/openvino.hpp" ] && [ -f "$1/lib/libopenvino.so" ] && [ -f "$1/lib/libopenvino_intel_cpu_plugin.so" ]
}

# Whether a folder holds libtorch's headers and libraries.
is_libtorch() {
  [ -f "$1/include/torch/csrc/jit/api/module.h" ] && [ -f "$1/lib/libtorch_cpu.so" ] && [ -f "$1/lib/libc10.so" ]
}

# A libtorch folder's version (2.13.0), or nothing.
libtorch_version_of() {
  local header="$1/include/torch/headeronly/version.h"
  [ -f "$header" ] || return 0
  awk '$1 == "#define" && $2 ~ /^TORCH_VERSION_(MAJOR|MINOR|PATCH)$/ { v[$2] = $3 }
    END { print v["TORCH_VERSION_MAJOR"] "." v["TORCH_VERSION_MINOR"] "." v["TORCH_VERSION_PATCH"] }' "$header"
}
