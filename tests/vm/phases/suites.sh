# The test projects with what they start themselves, on this machine's systemd and cgroups v2.
dotnet_tests() { # PROJECT FILTER
  timeout -k 10 $((2 * patience)) /mnt/tests/dotnet/dotnet vstest "/mnt/tests/pods/tests/$1/bin/Debug/net9.0/$1.dll" --TestCaseFilter:"$2" \
    --logger:"console;verbosity=normal" < /dev/null 2>&1
}
mount_tests() {
  export DOTNET_ROOT=/mnt/tests/dotnet DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
  export VSTEST_CONNECTION_TIMEOUT=600 PODS_TEST_PATIENCE=10 PATH=$PATH:/payload
  mkdir -p /mnt/tests
  mount /dev/vdc /mnt/tests 2> /dev/null && return
  echo "skip the test projects: they were not built" >&3
  return 1
}
# A line of the result for each test of a project, as it ends.
suite() { # PROJECT FILTER
  local what=$1 code
  if [ "$(date +%s)" -ge "$(cat end)" ]; then
    echo "skip $what $2: there is no time left for it" >&3
    return
  fi
  dotnet_tests "$1" "$2" | tee "$log" \
    | sed -unE 's/ \[[0-9<].*//; s/^ +Passed (.*)/ok '"$what"' \1/p; s/^ +Failed (.*)/not ok '"$what"' \1/p; s/^ +Skipped (.*)/skip '"$what"' \1/p' >&3
  code=${PIPESTATUS[0]}
  # A runner that fell over has no failed test to show, and a project that ran none proves nothing.
  if ! grep -qE '^ +(Passed|Failed) ' "$log" || { [ "$code" != 0 ] && ! grep -qE '^ +Failed ' "$log"; }; then
    echo "not ok $what runs to its end: exit $code" >&3
    tail -30 "$log" | sed 's/^/#   /' >&3
  fi
  if grep -qE '^ +Failed ' "$log"; then
    grep -A25 -E '^ +Failed ' "$log" | head -120 | sed 's/^/#   /' >&3
    diagnose
  fi
  note "$what $2: $(now) s"
}

phase_suites() {
  mount_tests || return
  suite Pods.Linux.Tests 'FullyQualifiedName~Cgroup|FullyQualifiedName~EventLoop'
  suite Pods.Shim.Tests 'FullyQualifiedName~Metrics|FullyQualifiedName~Oom'
  suite Pods.EndToEnd.Tests 'FullyQualifiedName~PodAnatomyTests'
  suite Pods.EndToEnd.Tests 'FullyQualifiedName~PodLifeCycleTests'
  suite Pods.Shim.EndToEnd.Tests 'FullyQualifiedName~Installed.TaskTests|FullyQualifiedName~Installed.EventTests'
  if [ -e all-tests ]; then
    suite Pods.EndToEnd.Tests 'FullyQualifiedName~HaltTests|FullyQualifiedName~ClaimTests|FullyQualifiedName~Limits_change'
    suite Pods.EndToEnd.Tests 'FullyQualifiedName~CrashTests|FullyQualifiedName~PodNetworkTests'
    suite Pods.EndToEnd.Tests 'FullyQualifiedName~CpuTests|FullyQualifiedName~FieldTests'
    suite Pods.Shim.EndToEnd.Tests 'FullyQualifiedName~Installed&FullyQualifiedName!~TaskTests&FullyQualifiedName!~EventTests'
  fi
  umount /mnt/tests
}
