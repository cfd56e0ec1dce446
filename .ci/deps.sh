#!/usr/bin/env bash
# Installs the Debian packages that are missing. Safe to run twice.
#
#   deps.sh          what building and testing needs
#   deps.sh python   what fetching libtorch needs: a Python with pip
#   deps.sh checkers what some tests look through others' eyes with: a browser, validators
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/say.sh

# Whether a header is where the compiler looks.
has_header() {
  local folder
  for folder in /usr/include "/usr/include/$(uname -m)-linux-gnu" /usr/local/include; do
    [ -e "$folder/$1" ] && return 0
  done
  return 1
}
has_cxx_library() { compgen -G '/usr/include/c++/*/vector' >/dev/null; }
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
  ;;
python)
  needs python3-pip has_pip
  ;;
checkers)
  needs chromium has_browser
  needs python3-jsonschema /usr/bin/python3 -c 'import jsonschema'
  needs libxml2-utils command -v xmllint
  ;;
*)
  fail "deps.sh knows 'build', 'python' and 'checkers', not '$1'"
  ;;
esac

if [ ${#missing[@]} -gt 0 ]; then
  line="apt-get install -y --no-install-recommends ${missing[*]}"
  command -v apt-get >/dev/null ||
    fail "missing here, and there is no apt-get: ${missing[*]} (Debian's names)" "install their like with this system's own package manager"
  if [ "$(id -u)" = 0 ]; then
    as_root=(env DEBIAN_FRONTEND=noninteractive)
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
  else
    fail "missing: ${missing[*]}; installing them needs root, and there is no sudo to ask" "have somebody run, as root:" "  $line" "then run the same command again"
  fi
  say "installing ${missing[*]} with apt"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  "${as_root[@]}" apt-get update -q >"$log" 2>&1 || note "apt-get update failed; trying with the lists that are here"
  # shellcheck disable=SC2086
  if ! "${as_root[@]}" $line >>"$log" 2>&1; then
    tail -n 12 "$log" >&2
    fail "apt could not install ${missing[*]}" "is there a network? Then, as root:" "  apt-get update && $line"
  fi
fi

if [ "${1:-build}" = build ]; then
  command -v swift >/dev/null || fail "no swift on the PATH" "install Swift 6.2 or later (swift.org/install), then run the same command again"
  say "Debian packages are there; $(swift --version 2>/dev/null | head -n 1)"
fi
