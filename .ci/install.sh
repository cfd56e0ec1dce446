#!/usr/bin/env bash
# Installs the built programs, or removes them. `make install` and `make uninstall` run this.
#
#   install.sh install BUILD PREFIX     BUILD: the folder with the executables and the runtime, such as .build/release
#   install.sh uninstall PREFIX
#
# DESTDIR, for packagers, is prepended to every path. PREFIX/lib/xylem/installed lists the installed files and created folders, and
# nothing else is removed.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

destination=${DESTDIR:-}
usage() { fail "usage: install.sh install BUILD PREFIX, or install.sh uninstall PREFIX"; }
case "${1:-}" in
install) [ $# -eq 3 ] || usage; build=$(cd "$2" && pwd); prefix=$3 ;;
uninstall) [ $# -eq 2 ] || usage; prefix=$2 ;;
*) usage ;;
esac
prefix=$(realpath -m -s "$prefix")
list="$prefix/lib/xylem/installed"

# The list has paths without DESTDIR, folders with a slash at their end.
uninstall() {
  [ -f "$destination$list" ] || return 1
  local paths path
  mapfile -t paths <"$destination$list"
  for path in "${paths[@]}"; do [[ $path == */ ]] || rm -f "$destination$path"; done
  rm -f "$destination$list"
  # The innermost first; a folder with other files stays.
  printf '%s\n' "${paths[@]}" | { grep '/$' || true; } | sort -r | while IFS= read -r path; do
    rmdir "$destination$path" 2>/dev/null || true
  done
}

written=()
# Creates a folder and its parents, and records the new ones.
folder() {
  [ -d "$destination$1" ] && return 0
  [ "$1" = / ] || folder "$(dirname "$1")"
  mkdir "$destination$1"
  written+=("$1/")
}
# put MODE FILE TARGET, under the prefix.
put() {
  folder "$(dirname "$prefix/$3")"
  install -m "$1" "$2" "$destination$prefix/$3"
  written+=("$prefix/$3")
}

install_all() {
  local file
  for file in xylem xylem-scan libxylem-torch.so libDetectionOps.so; do
    [ -f "$build/$file" ] || fail "$build has no $file" "run: make build"
  done
  local libtorch=${XYLEM_LIBTORCH:-$scripts/../.libtorch}
  is_libtorch "$libtorch" || fail "no libtorch in $libtorch" "run: make libtorch"
  [ -z "$destination" ] || mkdir -p "$destination"
  [ -w "$(existing "$destination$prefix")" ] || fail "$destination$prefix can't be written by $(id -un)" \
    "to install as root: sudo ${destination:+DESTDIR='$destination' }bash .ci/install.sh install '$build' '$prefix'" \
    "or name a folder of your own: make install PREFIX=\$HOME/.local"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  uninstall || true

  put 755 "$build/xylem" bin/xylem
  put 755 "$build/xylem-scan" libexec/xylem-scan
  # libtorch is installed next to the runtime, which searches there first.
  put 644 "$build/libxylem-torch.so" lib/xylem/libxylem-torch.so
  put 644 "$build/libDetectionOps.so" lib/xylem/libDetectionOps.so
  for file in "$libtorch"/lib/*.so*; do put 644 "$file" "lib/xylem/${file##*/}"; done
  # The engine is optional.
  local openvino=${XYLEM_OPENVINO:-$scripts/../.openvino}
  if [ -f "$build/libxylem-openvino.so" ] && is_openvino "$openvino"; then
    put 644 "$build/libxylem-openvino.so" lib/xylem/libxylem-openvino.so
    for file in "$openvino"/lib/*.so*; do [ -L "$file" ] || put 644 "$file" "lib/xylem/${file##*/}"; done
    [ ! -f "$openvino/LICENSE" ] || put 644 "$openvino/LICENSE" share/doc/xylem/openvino-LICENSE
  fi

  "$build/xylem" --generate-completion-script bash >"$work/bash"
  "$build/xylem" --generate-completion-script zsh >"$work/zsh"
  "$build/xylem" --generate-completion-script fish >"$work/fish"
  put 644 "$work/bash" share/bash-completion/completions/xylem
  put 644 "$work/zsh" share/zsh/site-functions/_xylem
  put 644 "$work/fish" share/fish/vendor_completions.d/xylem.fish
  # Argument Parser's program that generates manuals; `make install` builds it.
  if [ -x "$build/generate-manual" ]; then
    "$build/generate-manual" "$build/xylem" --output-directory "$work" --date "$(date -u -r "$build/xylem" +%F)"
    put 644 "$work/xylem.1" share/man/man1/xylem.1
  else
    note "$build has no generate-manual: no manual is installed"
  fi

  for file in install-library.sh fetch-libtorch.sh fetch-openvino.sh deps.sh say.sh unpack_wheel.py; do put 644 "$scripts/$file" "share/xylem/$file"; done
  put 644 "$scripts/../LICENSE" share/doc/xylem/LICENSE
  put 644 "$scripts/../NOTICE" share/doc/xylem/NOTICE
  for file in "$libtorch"/LICENSE* "$libtorch"/NOTICE*; do
    [ ! -f "$file" ] || put 644 "$file" "share/doc/xylem/libtorch-${file##*/}"
  done
  printf '%s\n' "${written[@]}" >"$destination$list"
  say "installed: $destination$prefix/bin/xylem, and $(("${#written[@]}" - 1)) more files and folders (listed in $destination$list)"
  case ":$PATH:" in *":$prefix/bin:"*) ;; *) note "$prefix/bin is not on your PATH" ;; esac
}

# The nearest folder at or above a path that exists.
existing() {
  local path=$1
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  printf '%s\n' "$path"
}

if [ "$1" = install ]; then
  install_all
elif uninstall; then
  say "removed the installation in $destination$prefix"
else
  fail "nothing is installed in $destination$prefix: there is no $destination$list" "name the installation's folder: make uninstall PREFIX=…"
fi
