#!/bin/bash
# Runs inside the machine at each boot the phases that the file "phases" names and that have not been run yet: installs the
# package and uses it, reboots and sees what came back, upgrades, purges. Results go to the second serial port, one line each.
cd /payload || exit 1
exec 3> /dev/ttyS1
# The whole journal of every boot, for whoever looks for the reason of a failure; it goes on until the machine is down.
systemd-run --quiet --unit=pods-journal -p DefaultDependencies=no -p StandardOutput=file:/dev/virtio-ports/journal \
  journalctl --boot --follow --no-tail --output=short-monotonic
export CONTAINERD_NAMESPACE=k8s.io DEBIAN_FRONTEND=noninteractive
log=/root/log
failures=0
patience=300   # seconds, for a machine that is emulated on a busy one

note() { echo "# $*" >&3; }
# Seconds since the boot, so that what takes time in the machine is seen.
now() { cut -d. -f1 /proc/uptime; }
# Who waits for what, into the journal, for whoever looks for the reason of a failure.
diagnose() {
  local pid
  {
    ps -eLo pid,ppid,tid,stat,wchan:32,args --no-headers | grep -v '\]$'
    for pid in $(shims | awk '{print $1}'); do
      kill -USR1 "$pid"
      head -n 20 "/proc/$pid"/task/*/syscall "/proc/$pid"/task/*/stack
      ls -l "/proc/$pid/fd"
    done
  } 2>&1 | systemd-cat --identifier=diagnosis
  kill -USR1 "$(systemctl show --property=MainPID --value containerd)"
}
# check WHAT COMMAND…: one line of the result; when it fails, what the command said.
check() {
  local what=$1
  shift
  if "$@" > "$log" 2>&1; then echo "ok $what ($(now) s)" >&3; else
    echo "not ok $what ($(now) s)" >&3
    tail -n 15 "$log" | sed 's/^/#   /' >&3
    failures=$((failures + 1))
    [ "$failures" -gt 1 ] || diagnose
    # What builds on a failure fails too, and takes its time.
    [ "$failures" -lt 5 ] || power_off "the rest is not run after $failures failures"
  fi
}
# must WHAT COMMAND…: a check without which nothing else makes sense.
must() {
  local before=$failures
  check "$@"
  [ "$failures" = "$before" ] || power_off "the rest is not run without that"
}
power_off() {
  note "$1"
  sync
  systemctl poweroff
  exit
}
# Runs a command until it succeeds.
soon() {
  local end=$((SECONDS + patience))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.3
  done
}
ready() { pods wait --for=condition=Ready --timeout="${patience}s" "${@/#/pod/}"; }
phase_of() { pods get pod "$1" -o 'jsonpath={.status.phase}'; }
is() { local wanted=$1 got; shift; got=$("$@" 2>&1); echo "got: $got"; [ "$got" = "$wanted" ]; }
has() { local wanted=$1; shift; "$@" 2>&1 | tee /dev/stderr | grep -q -- "$wanted"; }
none() { local got; got=$("$@" 2> /dev/null); echo "got: $got"; [ -z "$got" ]; }
pids() { ctr tasks ls | awk 'NR > 1 {print $1, $2}' | sort; }
shims() { ps -eo pid,args | awk '$2 ~ /containerd-shim-pods-v1$/'; }
cgroup_of() { cut -d: -f3 "/proc/$(ctr tasks ls | awk -v id="$1" '$1 == id {print $2}')/cgroup"; }
container() { pods get pod "$1" -o 'jsonpath={.status.containerStatuses[0].containerID}' | sed 's|.*//||'; }
memory_limit() { cat "/sys/fs/cgroup$(cgroup_of "$(container "$1")")/memory.max"; }

install_package() { apt-get install -y --allow-downgrades "$1"; }
leases() { ls /var/lib/cni/networks/pods | grep -c '^10\.'; }
running() { pods get pods "$@" -o 'jsonpath={.items[*].status.phase}'; }
diary() { pods exec tidy -- cat /diary/text | tr '\n' ' ' | sed 's/ $//'; }
owner_of_socket() { stat -c '%U:%G %a' /run/pods/podsd.sock; }
restart_daemon() { systemctl restart podsd; }
conffile_kept() { grep -q '^node-name: kept' /etc/pods/podsd.yaml; }

for file in phases.d/*.sh; do . "./$file"; done

[ ! -e /root/running ] || power_off "not ok the machine boots only when it is told to"
touch /root/running
for phase in $(cat phases); do
  ! grep -qx "$phase" /root/done 2> /dev/null || continue
  # What takes the machine down is done before the phase that looks what came back.
  if declare -F "before_$phase" > /dev/null && [ ! -e "/root/down.$phase" ]; then
    touch "/root/down.$phase"
    rm /root/running
    note "$phase"
    sync
    "before_$phase"
    exit
  fi
  note "phase $phase"
  "phase_$phase"
  echo "$phase" >> /root/done
done
if [ -e script ]; then bash ./script >&3 2>&1; fi
note "end"
sync
systemctl poweroff
