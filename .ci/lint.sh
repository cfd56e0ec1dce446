#!/usr/bin/env bash
# Checks the house rules. Usage: lint.sh [--root FOLDER] [CHECK]…
# Without names every check runs, and every fault is shown. `lint.sh --list` lists the checks.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/say.sh"

checks=(format length paths unfinished hosts conflicts pure rooms scripts manifest)

# Text files of the project below the given folders and files, without built, fetched or generated files.
texts() {
  local place places=()
  for place in "$@"; do [ ! -e "$place" ] || places+=("$place"); done
  [ ${#places[@]} -gt 0 ] || return 0
  find "${places[@]}" \( -name '.build*' -o -name .git -o -name .swiftpm -o -name .libtorch -o -name demo-output \
    -o -name __pycache__ -o -name venv -o -name Package.resolved \) -prune -o -type f -print0 |
    xargs -0r grep -ILZ '\x00' | sort -z
}

# Shows the lines that match a pattern; fails if there are any.
forbid() {
  local what=$1 pattern=$2 found
  shift 2
  found=$(texts "$@" | xargs -0r grep -nHE -- "$pattern" | cut -c 1-200 || true)
  [ -z "$found" ] || { printf '%s:\n%s\n' "$what" "$found" >&2; return 1; }
}

# Swift files are formatted, and every public declaration has a doc comment.
check_format() {
  local place places=()
  for place in Sources Tests Plugins Fixtures/dependency Package.swift; do [ ! -e "$place" ] || places+=("$place"); done
  swift format lint --strict --configuration "$here/../.swift-format" -r "${places[@]}"
}

# No source file is longer than 700 lines.
check_length() {
  local found
  found=$(texts Sources Tests Plugins .ci Package.swift Makefile | grep -zvE '\.png$' | xargs -0r awk 'FNR == 701 { print FILENAME }')
  [ -z "$found" ] || { printf 'longer than 700 lines:\n%s\n' "$found" >&2; return 1; }
}

# No file contains a path that exists on only one machine.
check_paths() {
  forbid 'a path of one machine' '(^|[^A-Za-z0-9_.~}/-])/(home|root|Users|work|workspace|builds)/' . &&
    forbid 'a path of one machine' '(^|[^A-Za-z0-9_.~}/-])/(root|work|workspace)([^A-Za-z0-9_/-]|$)' .
}

# No markers of unfinished work.
check_unfinished() {
  forbid 'unfinished work' '(^|[^A-Za-z0-9_])(TO''DO|FIX''ME|X''XX|HA''CK|W''IP|T''BD|FILL ''IN)([^A-Za-z0-9_]|$)' .
}

# No file contains a package index or mirror: pip's configuration is used.
check_hosts() {
  forbid 'a package index' 'py''pi\.org|python''hosted\.org|download\.py''torch\.org|--(extra-)?index-url[ =]' .
}

# No merge conflict markers.
check_conflicts() { forbid 'marks of a merge' '^(<{7}|>{7}|\|{7})( |$)' .; }

# The graph is pure Swift: it imports neither Foundation nor a room above it.
check_pure() {
  forbid 'XylemGraph imports what it may not' \
    '^ *(@[A-Za-z_]+ +)*(public |package |internal |fileprivate |private )?import +([a-z]+ +)?(Foundation|Glibc|CXylem|Xylem[A-DF-Z][A-Za-z]*|XylemExtract)' Sources/XylemGraph
}

# Every import of one of the package's rooms is in the table, .ci/rooms.txt, where a room comes after its imports.
check_rooms() {
  local table=.ci/rooms.txt folder name bad=0
  [ -f "$table" ] || { printf 'no table of imports: %s\n' "$table" >&2; return 1; }
  awk -F: '/^[^#]/ {
    count = split($2, imports, " ")
    for (i = 1; i <= count; i++) if (!(imports[i] in seen)) { print FILENAME ": " $1 " comes before " imports[i]; bad = 1 }
    seen[$1] = 1
  } END { exit bad }' "$table" >&2 || bad=1
  for folder in Sources/*/; do
    name=$(basename "$folder")
    grep -q "^$name:" "$table" || { printf 'not in %s: %s\n' "$table" "$folder" >&2; bad=1; continue; }
    find "$folder" -name '*.swift' -print0 | xargs -0r awk -v room="$name" -v table="$table" '
      BEGIN {
        while ((getline line < table) > 0) {
          if (line !~ /^[A-Za-z]/) continue
          split(line, fields, ":")
          known[fields[1]] = 1
          if (fields[1] == room) { count = split(fields[2], list, " "); for (i = 1; i <= count; i++) allowed[list[i]] = 1 }
        }
      }
      /^ *(@[A-Za-z_]+ +)*((public|package|internal|private|fileprivate) +)?import +/ {
        text = $0
        sub(/^.*import +((struct|class|enum|func|protocol|var|let|typealias) +)?/, "", text)
        sub(/[^A-Za-z_].*$/, "", text)
        if (text in known && !(text in allowed)) { print FILENAME ":" FNR ": " room " may not import " text; bad = 1 }
      }
      END { exit bad }' >&2 || bad=1
  done
  return "$bad"
}

# The scripts parse.
check_scripts() {
  local script bad=0
  for script in .ci/*.sh .ci/run; do
    [ ! -f "$script" ] || bash -n "$script" || bad=1
  done
  return "$bad"
}

# Every folder of sources or tests is a target of the package.
check_manifest() {
  local folder name bad=0
  for folder in Sources/*/ Tests/*/; do
    [ -d "$folder" ] || continue
    name=$(basename "$folder")
    grep -q "name: \"$name\"" Package.swift || { printf 'no target of Package.swift: %s\n' "$folder" >&2; bad=1; }
  done
  return "$bad"
}

root="$here/.."
chosen=()
while [ $# -gt 0 ]; do
  case $1 in
  --root) root=$2; shift ;;
  --list) printf '%s\n' "${checks[@]}"; exit 0 ;;
  *) chosen+=("$1") ;;
  esac
  shift
done
[ ${#chosen[@]} -gt 0 ] || chosen=("${checks[@]}")
cd "$root"
failed=()
for check in "${chosen[@]}"; do
  declare -F "check_$check" >/dev/null || fail "no such check: $check" "the checks: ${checks[*]}"
  say "lint: $check"
  "check_$check" || failed+=("$check")
done
[ ${#failed[@]} -eq 0 ] || fail "lint: ${failed[*]}" "see the lines above"
