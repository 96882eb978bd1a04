#!/usr/bin/env bash
# run.sh [PROJECT…]: runs the test projects (all when none is named), one after the other, pure ones first,
# tells the failures once more at its end, where a reader of the last lines finds them, and ends with the line
# "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/.."

projects=("$@")
if [ "${#projects[@]}" = 0 ]; then
  projects=(Pods.House.Tests Pods.Protocol.Tests Pods.Manifests.Tests Pods.Shim.Tests Pods.Node.Tests Pods.Cli.Tests
            Pods.Linux.Tests Pods.Network.Tests Pods.Images.Tests Pods.Shim.EndToEnd.Tests Pods.EndToEnd.Tests)
fi

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
dotnet build Pods.sln -v quiet --nologo -c Debug > "$log/build" 2>&1 || { cat "$log/build"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

# failures PROJECT: of each failed test its name and the first lines of its message; of a runner that fell over its last lines.
failures() {
  echo "== $1 exited with $code"
  awk '/^  Failed / {lines = 8} lines-- > 0' "$log/$1" | head -100 | grep . || tail -5 "$log/$1"
}

passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  echo "== $project"
  # A hung test must not hold CI: the limit is far above what the slowest project takes.
  timeout -k 30 1500 dotnet test "tests/$project" --no-build --nologo -v quiet --logger "console;verbosity=minimal" \
    > "$log/$project" 2>&1
  code=$?
  grep -E '^\s*(Failed|Skipped) |\[SKIP\]|^\s*(Error Message|Stack Trace|Assert|Expected|Actual)' "$log/$project" | grep -E '\[SKIP\]|Skipped' | sort | uniq -c | head -40
  summary=$(grep -E '(Passed|Failed|Skipped)! +- Failed:' "$log/$project" | tail -1)
  count() { sed -n "s/.*$1: *\([0-9]*\).*/\1/p" <<< "$summary"; }
  p=$(count Passed) f=$(count Failed) s=$(count Skipped)
  if [ "$code" != 0 ]; then
    cat "$log/$project"
    failures "$project" >> "$log/failures"
  fi
  # No summary, or a failure without a failed test: the runner itself fell over.
  if [ -z "$summary" ] || { [ "$code" != 0 ] && [ "${f:-0}" = 0 ]; }; then f=$((${f:-0} + 1)); fi
  echo "   ${p:-0} passed, ${f:-0} failed, ${s:-0} skipped"
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
  case "$project" in
    *EndToEnd*) if [ "$(id -u)" = 0 ] && [ "${p:-0}" = 0 ]; then echo "$project ran no test"; failed=$((failed + 1)); fi ;;
  esac
done

[ ! -e "$log/failures" ] || { echo "What failed:"; cut -c1-300 "$log/failures"; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
