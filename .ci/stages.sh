# Runs and times CI's stages one after another. A failed stage does not prevent the next from running, but makes the
# whole fail. Sourced, never run.
. "$(dirname "${BASH_SOURCE[0]}")/say.sh"

failed_stages=()
stage_times=()

# stage NAME COMMAND…
stage() {
  local name=$1 start=$SECONDS result=passed
  shift
  printf '\n'
  say "stage $name"
  "$@" </dev/null || { result=failed; failed_stages+=("$name"); }
  stage_times+=("$name: $result, $((SECONDS - start)) s")
  say "stage ${stage_times[-1]}"
}

# The summary; fails if a stage failed.
finish() {
  printf '\n'
  say "stages, $SECONDS s in total"
  local line
  for line in ${stage_times[@]+"${stage_times[@]}"}; do note "$line"; done
  [ ${#failed_stages[@]} -eq 0 ] || fail "failed: ${failed_stages[*]}"
}
