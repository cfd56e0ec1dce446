#!/usr/bin/env bash
# Provides libtorch: unpacks it once into the user's cache, from the torch wheel that pip finds, and creates a
# link `.libtorch` in this checkout. Safe to run twice, from two checkouts at once, and to interrupt.
#
#   fetch-libtorch.sh           for this checkout
#   fetch-libtorch.sh --cache   for the user; no link is created or checked
#
# XYLEM_LIBTORCH=FOLDER (with include/ and lib/) is used directly: nothing is fetched and no link is created.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

case "${1:-}" in
'') cd "$scripts/.."; wants_link=1 ;;
--cache) wants_link= ;;
*) fail "fetch-libtorch.sh knows '--cache', not '$1'" ;;
esac

link=.libtorch
home="$libtorch_cache/libtorch-$libtorch_version"

if [ -n "${XYLEM_LIBTORCH:-}" ]; then
  is_libtorch "$XYLEM_LIBTORCH" ||
    fail "XYLEM_LIBTORCH is '$XYLEM_LIBTORCH', which lacks include/torch/csrc/jit/api/module.h, lib/libtorch_cpu.so or lib/libc10.so" \
      "name the folder of an unpacked libtorch $libtorch_version, or unset XYLEM_LIBTORCH to have one fetched"
  found=$(libtorch_version_of "$XYLEM_LIBTORCH")
  say "using libtorch ${found:-of unknown version} from XYLEM_LIBTORCH: $XYLEM_LIBTORCH"
  [ "$found" = "$libtorch_version" ] || note "Xylem is written against $libtorch_version; another version may not compile"
  exit 0
fi

is_right_link() { is_libtorch "$link" && [ "$(libtorch_version_of "$link")" = "$libtorch_version" ]; }

if [ -n "$wants_link" ] && is_right_link; then
  say "libtorch $libtorch_version is available: $(readlink -f "$link")"
  exit 0
fi
if [ -n "$wants_link" ] && [ -e "$link" ] && [ ! -L "$link" ]; then
  fail "$PWD/$link is neither a link nor libtorch $libtorch_version" "move it away, then run the same command again"
fi

# The library's dependencies that this machine lacks, one per line.
unresolved() { ldd "$1/lib/libtorch_cpu.so" "$1/lib/libtorch.so" 2>/dev/null | awk '/not found/ { print $1 }' | sort -u; }

# Downloads the pip package $2 into folder $1, from the configured package index. The wheels are not run, so if
# there are none for this Python, those for Python 3.11 are used.
download() {
  local folder=$1 what=$2 for_python
  mkdir -p "$folder"
  for for_python in '' '--python-version=3.11'; do
    # shellcheck disable=SC2086
    "$python" -m pip download --no-cache-dir --progress-bar off --disable-pip-version-check --only-binary=:all: \
      $for_python ${3:-} -d "$folder" "$what" >>"$log" 2>&1 </dev/null && return 0
  done
  return 1
}

no_download() {
  tail -n 6 "$log" | cut -c 1-300 >&2
  fail "pip could not download $1" \
    "is there a network, and does the package index that pip is configured with have it?" \
    "PIP_INDEX_URL and PIP_FIND_LINKS name another index, or a folder with the wheel;" \
    "XYLEM_LIBTORCH names the folder of a libtorch $libtorch_version that is already unpacked"
}

fetch() {
  python=$(find_pip) || { [ -n "$wants_link" ] && bash "$scripts/deps.sh" python && python=$(find_pip); } ||
    fail "no Python with pip, which downloads libtorch" "install it (apt-get install python3-pip), or name an unpacked libtorch with XYLEM_LIBTORCH"

  local room
  room=$(df -Pk "$libtorch_cache" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$room" -ge 1600 ] || fail "$libtorch_cache has $room MB free; fetching libtorch takes 1600 MB, and 500 MB when done" \
    "make room, or name another place with XDG_CACHE_HOME"

  partial=$(mktemp -d "$libtorch_cache/.partial-XXXXXX")
  log="$partial/log"
  say "downloading torch $libtorch_version with pip (200 to 530 MB)"
  download "$partial/wheels" "torch==$libtorch_version+cpu" --no-deps ||
    download "$partial/wheels" "torch==$libtorch_version" --no-deps || no_download "torch $libtorch_version"
  local wheels=("$partial"/wheels/torch-*.whl)

  say "unpacking ${wheels[0]##*/}"
  mkdir -p "$partial/libtorch"
  "$python" "$scripts/unpack_wheel.py" "${wheels[0]}" "$partial/libtorch" || fail "the wheel can't be unpacked" "run the same command to download it again"
  is_libtorch "$partial/libtorch" || fail "${wheels[0]##*/} lacks libtorch's headers or libraries"

  # The CUDA build keeps two small CUDA libraries in separate wheels, and needs them on the CPU too.
  local lacking toolkit
  lacking=$(unresolved "$partial/libtorch")
  if [ -n "$lacking" ] && ! grep -qvE '^lib(cudart|cupti)\.so' <<<"$lacking"; then
    toolkit=$(unzip_metadata "${wheels[0]}" | sed -nE 's/^Requires-Dist: cuda-toolkit\[[^]]*\]==([0-9.]+).*/\1/p' | head -n 1)
    [ -n "$toolkit" ] || fail "${wheels[0]##*/} needs" $lacking "and does not declare where they come from"
    say "downloading $(tr '\n' ' ' <<<"$lacking")of CUDA $toolkit, which this build of torch needs (20 MB)"
    download "$partial/cuda" "cuda-toolkit[cudart,cupti]==$toolkit" || no_download "cuda-toolkit[cudart,cupti] $toolkit"
    local library
    for library in $lacking; do
      "$python" "$scripts/unpack_wheel.py" --library "$library" "$partial"/cuda/*.whl "$partial/libtorch" || fail "$library can't be unpacked"
    done
  fi
  lacking=$(unresolved "$partial/libtorch")
  [ -z "$lacking" ] || fail "libtorch needs missing libraries: $(tr '\n' ' ' <<<"$lacking")" \
    "have pip find the build for processors alone (torch $libtorch_version+cpu), or name an unpacked libtorch with XYLEM_LIBTORCH"

  [ ! -e "$home" ] || mv "$home" "$partial/replaced"
  mv -T "$partial/libtorch" "$home"
  rm -rf "$partial"
}

unzip_metadata() {
  "$python" -c 'import sys, zipfile
w = zipfile.ZipFile(sys.argv[1])
print(w.read(next(n for n in w.namelist() if n.endswith(".dist-info/METADATA"))).decode())' "$1"
}

mkdir -p "$libtorch_cache" 2>/dev/null || fail "$libtorch_cache can't be created" "choose another folder with XDG_CACHE_HOME"
partial=
trap '[ -z "$partial" ] || rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

exec 9>"$libtorch_cache/.lock"
if ! flock -n 9; then
  say "another run is fetching libtorch; waiting for it"
  flock 9
fi
if ! is_libtorch "$home" || [ "$(libtorch_version_of "$home")" != "$libtorch_version" ]; then
  # Under the lock, partial files are left over from a killed run.
  rm -rf "$libtorch_cache"/.partial-*
  fetch
fi
flock -u 9

if [ -n "$wants_link" ]; then
  replace_link "$home" "$link"
fi
say "libtorch $libtorch_version is available: $home"
