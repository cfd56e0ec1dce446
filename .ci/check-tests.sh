#!/usr/bin/env bash
# Checks that a log of `swift test` reports that tests ran and all passed. Usage: check-tests.sh LOG
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/say.sh"

log=${1:?usage: check-tests.sh LOG}
runs=$(grep -E 'Test run with [0-9]+ tests? ' "$log" || true)
[ -n "$runs" ] || fail "$log does not end with Swift Testing's closing line: the tests did not finish"
while IFS= read -r run; do
  [[ $run =~ Test\ run\ with\ [1-9][0-9]*\ tests?\ .*passed ]] || fail "not all tests passed, or none ran: $run"
done <<<"$runs"
