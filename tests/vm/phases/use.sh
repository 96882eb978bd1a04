metrics() { ctr tasks metrics "$(container web)"; }
with_systemd() { # a container whose cgroup systemd makes, through the shim alone
  echo 'SystemdCgroup = true' > /root/shim.toml
  ctr run --detach --runtime io.containerd.pods.v1 --runtime-config-path /root/shim.toml --cgroup vmtest.slice:pods:systemd \
    --memory-limit 16777216 registry.local/busybox:vm systemd sleep 86400
}
slice_of() { echo "pods-burstable-pod$(pods get pod "$1" -o 'jsonpath={.metadata.uid}' | tr - _).slice"; }
guaranteed_slice_of() { slice_of "$1" | sed 's/-burstable//'; }
cpu_limit() { cat "/sys/fs/cgroup$(cgroup_of "$(container "$1")")/cpu.max"; }
slice_cpu() { systemctl show -p CPUQuotaPerSecUSec --value "$(guaranteed_slice_of "$1")"; }
cpus_of() { pods exec "$1" -- grep Cpus_allowed_list /proc/1/status | cut -f2; }
slice_memory() {
  systemctl show -p MemoryMax --value "$(slice_of "$1")"
}
scope_memory() { systemctl show -p MemoryMax --value pods-systemd.scope; }
end_systemd() { ctr tasks kill -s KILL systemd && soon ctr tasks delete systemd && ctr containers delete systemd; }
second_daemon() { podsd --socket /root/second.sock; }

# One that stands still and tells systemd nothing any more.
silent_daemon() {
  mkdir -p /run/systemd/system/podsd.service.d
  printf '[Service]\nWatchdogSec=20\n' > /run/systemd/system/podsd.service.d/test.conf
  systemctl daemon-reload
  check "podsd starts with a shorter watchdog" restart_daemon
  kill -STOP "$(systemctl show --property=MainPID --value podsd)"
  check "systemd ends a podsd that stands still, and starts another" soon is 1 systemctl show --property=NRestarts --value podsd
}
normal_daemon() { rm -r /run/systemd/system/podsd.service.d && systemctl daemon-reload && systemctl reset-failed podsd && systemctl restart podsd; }

phase_use() {
  check "a unit that stands for a pod is up when the pod is Ready" systemctl start pods@tidy
  check "its cgroup is a scope of systemd below the slice of the pod" has '^/pods.slice/pods-burstable.slice/pods-burstable-pod.*\.slice/pods-.*\.scope' cgroup_of "$(container web)"
  check "the slice has the pod's limit" is 33554432 slice_memory web
  check "its memory limit is the kernel's" is 33554432 memory_limit web
  check "exec runs in it" is web pods exec web -- hostname
  check "its logs are read" soon has '^serving$' pods logs web
  check "it is reached from the host" has 'hello' ./busybox wget -q -O - "http://$(pods get pod web -o 'jsonpath={.status.podIP}'):8080/"
  check "a pod above its memory limit is applied" pods apply -f hog.yaml
  check "it ends" soon is Failed phase_of hog
  check "because of its memory" is OOMKilled pods get pod hog -o 'jsonpath={.status.containerStatuses[0].state.terminated.reason}'
  check "a pod with little CPU time is applied" pods apply -f slow.yaml
  check "it becomes Ready in its time" ready slow
  check "its share is the kernel's" is "10000 100000" cpu_limit slow
  check "the slice has the pod's share" is 100ms slice_cpu slow
  local own
  check "a pod that wants a cpu for itself is applied" pods apply -f pinned.yaml
  check "it becomes Ready with it" ready pinned
  own=$(cpus_of pinned)
  check "it has one of the two" has '^[01]$' echo "$own"
  check "the others have left that one" soon is "$((1 - own))" cpus_of web
  check "it is deleted" pods delete pod pinned
  check "the others run everywhere again" soon is 0-1 cpus_of web
  check "its usage is told by cgroup v2" has 'memory.usage\|usage' metrics
  check "a container runs in a cgroup that systemd makes" with_systemd
  check "its scope has the memory limit" is 16777216 scope_memory
  check "it ends and is deleted" end_systemd
  check "a second podsd on the same root is refused" has 'another podsd uses the root "/var/lib/pods"' second_daemon
  local before
  before=$(pids)
  check "podsd restarts" restart_daemon
  check "the containers have kept their pids" is "$before" pids
  check "the pod is still Running" is Running phase_of web
  check "its journal has the events of a pod by the pod's name" has 'pod default/web: Started: ' journalctl -u podsd POD_NAME=web -o cat
  silent_daemon
  check "podsd goes on" soon pods get pods
  check "the containers have kept their pids" is "$before" pids
  check "podsd is as before" normal_daemon
  note "security of podsd.service: $(systemd-analyze security podsd.service 2> /dev/null | tail -1 | sed 's/[^ -~]//g')"
}
