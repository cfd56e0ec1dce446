#!/usr/bin/env bash
# Installs the Debian packages that are missing. Safe to run twice.
#
#   deps.sh          for building and testing
#   deps.sh python   for fetching libtorch: a Python with pip
#   deps.sh checkers for tests that use other tools: a browser, validators
#   deps.sh java     for Spark, which tests of Plugins/RayAndSpark start
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/say.sh

# Whether the compiler finds a header.
has_header() {
  local folder
  for folder in /usr/include "/usr/include/$(uname -m)-linux-gnu" /usr/local/include; do
    [ -e "$folder/$1" ] && return 0
  done
  return 1
}
has_cxx_library() { compgen -G '/usr/include/c++/*/vector' >/dev/null; }
# Whether the loader finds a library.
has_library() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -F "$1" >/dev/null; }
has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_pip() {
  local python
  for python in python3 /usr/bin/python3; do
    "$python" -m pip --version >/dev/null 2>&1 && return 0
  done
  return 1
}

missing=()
needs() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

case "${1:-build}" in
build)
  needs make command -v make
  needs git command -v git
  needs libstdc++-12-dev has_cxx_library
  needs libjpeg62-turbo-dev has_header jpeglib.h
  needs libpng-dev has_header png.h
  needs libffi-dev has_header ffi.h
  needs libdw-dev has_header elfutils/libdw.h
  needs libmd-dev has_header sha256.h
  needs zlib1g-dev has_header zlib.h
  # Lays out drawings. It is loaded, not linked: its headers are not needed.
  needs libgvc6 has_library libgvc.so.6
  ;;
python)
  needs python3-pip has_pip
  ;;
checkers)
  needs chromium has_browser
  needs python3-jsonschema /usr/bin/python3 -c 'import jsonschema'
  needs libxml2-utils command -v xmllint
  ;;
java)
  needs openjdk-17-jre-headless command -v java
  ;;
*)
  fail "unknown argument '$1': deps.sh takes 'build', 'python', 'checkers' or 'java'"
  ;;
esac

if [ ${#missing[@]} -gt 0 ]; then
  line="apt-get install -y --no-install-recommends ${missing[*]}"
  command -v apt-get >/dev/null ||
    fail "missing packages, and apt-get is not available: ${missing[*]} (Debian names)" "install the equivalents with this system's package manager"
  if [ "$(id -u)" = 0 ]; then
    as_root=(env DEBIAN_FRONTEND=noninteractive)
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
  else
    fail "missing packages: ${missing[*]}; installing them needs root, and sudo is not available" "run as root:" "  $line" "then run the same command again"
  fi
  say "installing ${missing[*]} with apt"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  "${as_root[@]}" apt-get update -q >"$log" 2>&1 || note "apt-get update failed; using the existing package lists"
  # shellcheck disable=SC2086
  if ! "${as_root[@]}" $line >>"$log" 2>&1; then
    tail -n 12 "$log" >&2
    fail "apt could not install ${missing[*]}" "check the network, then run as root:" "  apt-get update && $line"
  fi
fi

if [ "${1:-build}" = build ]; then
  command -v swift >/dev/null || fail "swift is not on the PATH" "install Swift 6.2 or later (swift.org/install), then run the same command again"
  say "Debian packages are installed; $(swift --version 2>/dev/null | head -n 1)"
fi
