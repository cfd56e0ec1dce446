#!/usr/bin/env bash
# Checks that a package that depends on Xylem gets its first feature. Usage: check-dependency.sh BUILD
# BUILD holds the built executable and the runtime, such as .build/release. The example package, Fixtures/dependency, is built against a
# tag of this checkout's files, as a reader would depend on it, with an empty cache.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

build=$(cd "${1:?usage: check-dependency.sh BUILD}" 2>/dev/null && pwd) || fail "there is no folder '$1'"
checkout=$(cd "$scripts/.." && pwd)
libtorch=$(realpath "${XYLEM_LIBTORCH:-$checkout/.libtorch}")
is_libtorch "$libtorch" || fail "no libtorch in $libtorch" "run: make libtorch"
version=$("$build/xylem" --version)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say "dependency: a repository of these files, with the tag $version"
mkdir -p "$work/xylem" "$work/cache/xylem"
# Without the fixtures, which no target needs and which take the most space.
(cd "$checkout" && git ls-files -z --cached --others --exclude-standard -- . ':!Fixtures' |
  xargs -0 ls -d 2>/dev/null | tar -cf - -T -) | tar -xf - -C "$work/xylem"
git -C "$work/xylem" init -q
git -C "$work/xylem" add -f .
git -C "$work/xylem" -c user.name=check -c user.email=check@localhost commit -qm "$version"
git -C "$work/xylem" tag "$version"
cp -r "$checkout/Fixtures/dependency" "$work/example"
rm -rf "$work/example/.build"
sed -i "s|.package(name: \"xylem\", path: \"../..\")|.package(url: \"file://$work/xylem\", from: \"$version\")|" "$work/example/Package.swift"
grep -q "file://$work/xylem" "$work/example/Package.swift" || fail "Fixtures/dependency/Package.swift names Xylem differently"

say "dependency: building the example"
start=$SECONDS
(cd "$work/example" && swift build --product FirstFeature) >"$work/log" 2>&1 || fail "the example does not build: $(tail -n 20 "$work/log")"
note "built in $((SECONDS - start)) s"
# Runs the program with its own cache and without Xylem's variables.
first_feature() {
  env -u XYLEM_RUNTIME -u XYLEM_LIBTORCH SWIFT_BACKTRACE=enable=no XDG_CACHE_HOME="$work/cache" "$work/example/.build/debug/FirstFeature" 2>&1
}
missing=$(first_feature || true)
[[ $missing == *"(runtime.not-found)"*"try: swift run xylem doctor --install"* ]] || fail "without a runtime the example says: $missing"
ln -s "$libtorch" "$work/cache/xylem/libtorch-$libtorch_version"
openvino=$(realpath -m "${XYLEM_OPENVINO:-$checkout/.openvino}")
! is_openvino "$openvino" || ln -s "$openvino" "$work/cache/xylem/openvino-$openvino_version"
env -u XYLEM_RUNTIME -u XYLEM_LIBTORCH XDG_CACHE_HOME="$work/cache" "$build/xylem" doctor --install >/dev/null
found=$(first_feature) || fail "the example fails: $found"
[ "$found" = 'layer1 [1, 64, 16, 16]' ] || fail "the example prints: $found"
note "output: $found"
