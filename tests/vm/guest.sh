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
    tail -5 "$log" | sed 's/^/#   /' >&3
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
metrics() { ctr tasks metrics "$(container web)"; }
with_systemd() { # a container whose cgroup systemd makes, through the shim alone
  echo 'SystemdCgroup = true' > /root/shim.toml
  ctr run --detach --runtime io.containerd.pods.v1 --runtime-config-path /root/shim.toml --cgroup vmtest.slice:pods:systemd \
    --memory-limit 16777216 registry.local/busybox:vm systemd sleep 86400
}
running() { pods get pods "$@" -o 'jsonpath={.items[*].status.phase}'; }
slice_of() { echo "pods-burstable-pod$(pods get pod "$1" -o 'jsonpath={.metadata.uid}' | tr - _).slice"; }
guaranteed_slice_of() { slice_of "$1" | sed 's/-burstable//'; }
cpu_limit() { cat "/sys/fs/cgroup$(cgroup_of "$(container "$1")")/cpu.max"; }
slice_cpu() { systemctl show -p CPUQuotaPerSecUSec --value "$(guaranteed_slice_of "$1")"; }
diary() { pods exec tidy -- cat /diary/text | tr '\n' ' ' | sed 's/ $//'; }
cpus_of() { pods exec "$1" -- grep Cpus_allowed_list /proc/1/status | cut -f2; }
slice_memory() {
  systemctl show -p MemoryMax --value "$(slice_of "$1")"
}
scope_memory() { systemctl show -p MemoryMax --value pods-systemd.scope; }
end_systemd() { ctr tasks kill -s KILL systemd && soon ctr tasks delete systemd && ctr containers delete systemd; }
second_daemon() { podsd --socket /root/second.sock; }
dotnet_tests() { # PROJECT FILTER
  timeout -k 10 $((2 * patience)) /mnt/tests/dotnet/dotnet vstest "/mnt/tests/pods/tests/$1/bin/Debug/net9.0/$1.dll" --TestCaseFilter:"$2" --logger:"console;verbosity=normal"
}
mount_tests() {
  export DOTNET_ROOT=/mnt/tests/dotnet DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
  export VSTEST_CONNECTION_TIMEOUT=600 PATH=$PATH:/payload
  mkdir -p /mnt/tests
  mount /dev/vdc /mnt/tests 2> /dev/null && return
  echo "skip the test projects: they were not built" >&3
  return 1
}
# A line of the result for each test of a project.
suite() {
  local what=$1
  dotnet_tests "$1" "$2" > "$log" 2>&1 || diagnose
  grep -E '^ +(Passed|Failed|Skipped) ' "$log" | sed -E "s/ \[.*//; s/^ +Passed /ok $what /; s/^ +Failed /not ok $what /; s/^ +Skipped /skip $what /" >&3
  grep -qE '^ +(Passed|Failed) ' "$log" || { echo "not ok $what runs" >&3; tail -30 "$log" | sed 's/^/#   /' >&3; }
  if grep -qE '^ +Failed ' "$log"; then grep -A25 -E '^ +Failed ' "$log" | head -120 | sed 's/^/#   /' >&3; fi
}
owner_of_socket() { stat -c '%U:%G %a' /run/pods/podsd.sock; }
restart_daemon() { systemctl restart podsd; }
conffile_kept() { grep -q '^node-name: kept' /etc/pods/podsd.yaml; }

# With the package of an earlier version: pods that it made, taken over by today's, and given back.
phase_old() {
  local before shims_before
  must "the package of an earlier version installs" install_package ./old.deb
  note "that is $(dpkg-query -W pods), of $(date -d "@$(stat -c %Y /usr/bin/podsd)" -I)"
  must "its image is imported" soon pods import busybox.tar
  check "its pod is applied" pods apply -f web.yaml
  check "and one with a volume" pods apply -f tidy.yaml
  must "they become Ready" ready web tidy
  before=$(pids) shims_before=$(shims)
  must "today's package installs over it under running pods" install_package ./pods.deb
  check "podsd runs" soon is active systemctl is-active podsd
  check "the containers have kept their pids" is "$before" pids
  check "and the shims" is "$shims_before" shims
  check "the pods are Running" soon is "Running Running" running web tidy
  check "no container was restarted" is "0 0" pods get pods web tidy -o 'jsonpath={.items[*].status.containerStatuses[0].restartCount}'
  check "exec runs in one, under its old shim" is web pods exec web -- hostname
  check "its logs are read" has '^serving$' pods logs web
  check "its port is reached" soon is hello fetch 127.0.0.1 18090
  check "its container is killed" ctr tasks kill --signal KILL "$(container web)"
  check "and started again" soon is 1 pods get pod web -o 'jsonpath={.status.containerStatuses[0].restartCount}'
  check "it is Ready again" ready web
  check "a new pod is applied beside them" pods apply -f second.yaml
  check "it becomes Ready" ready second
  must "the earlier package is put back under running pods" install_package ./old.deb
  check "its podsd runs" soon is active systemctl is-active podsd
  check "the pods are Running under it" soon is "Running Running Running" running web tidy second
  check "and Ready" ready web tidy second
  must "today's package again" install_package ./pods.deb
  check "the pods are Ready" ready web tidy second
  check "the volume was kept" has '^begun' diary
  phase_purge
}

# What the other phases need too: the package, and two pods.
phase_install() {
  note "$(. /etc/os-release; echo "$PRETTY_NAME"), kernel $(uname -r), $(containerd --version | cut -d' ' -f3), cgroups $(stat -fc %T /sys/fs/cgroup)"
  must "the package installs with apt" install_package ./pods.deb
  must "podsd runs as a service that has said that it is ready" is active systemctl is-active podsd
  check "podsd starts at boot" is enabled systemctl is-enabled podsd
  check "the socket is for root and the group pods" is "root:pods 660" owner_of_socket
  must "an image is imported" pods import busybox.tar
  check "a pod is applied" pods apply -f web.yaml
  check "a pod that needs time to end is applied with its volume" pods apply -f tidy.yaml
  must "they become Ready" ready web tidy
}

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
  note "security of podsd.service: $(systemd-analyze security podsd.service 2> /dev/null | tail -1 | sed 's/[^ -~]//g')"
}

# What the doctor says mends a finding; not what would fetch a package, which there is no network for.
remedies() { pods doctor | sed -n 's/^ *-> //p' | grep -v '^apt'; }
phase_doctor() {
  check "the doctor finds nothing that fails" pods doctor
  note "the doctor warns: $(pods doctor | sed -n 's/^warning *//p' | tr -s ' ' | paste -sd'|')"
  systemctl stop containerd
  check "it finds that containerd does not run" has '-> systemctl start containerd$' bash -c '! pods doctor'
  systemctl start containerd
  echo 'rot: /srv' >> /etc/pods/podsd.yaml
  check "it finds a key that podsd.yaml does not have, with its line" \
    has "^failure *configuration */etc/pods/podsd.yaml:$(wc -l < /etc/pods/podsd.yaml): unknown key \"rot\"" bash -c '! pods doctor'
  sed -i '$d' /etc/pods/podsd.yaml
  check "podsd knows containerd again" soon pods exec web -- true
  ip netns add pods-000000000000
  mkdir -p /run/pods/pods/0b6f4b8e-1c1d-4c8e-9a55-6f5a55b3a001
  systemctl start pods-pod0b6f4b8e_1c1d_4c8e_9a55_6f5a55b3a001.slice
  check "it finds what no pod has left" has 'network namespace /run/netns/pods-000000000000, slice pods-pod0b6f' pods doctor
  remedies > remedies
  check "what it says mends that" bash remedies
  check "so that nothing is left" soon has '^ok *leftover state *none' pods doctor
  check "the pods have not been touched by it" ready web tidy
}

kube() { ./kubectl --kubeconfig kubeconfig "$@"; }
refused() { ! "$@"; }
phase_access() {
  [ -x kubectl ] || { echo "skip kubectl on the TLS port: there is none (tests/fetch-newer.sh out/newer)" >&3; return; }
  echo 'listen: 0.0.0.0:6443' >> /etc/pods/podsd.yaml
  check "podsd starts with a TLS port" restart_daemon
  check "a kubeconfig for it is written" pods config kubeconfig --server https://127.0.0.1:6443 -o kubeconfig
  check "for its owner alone" is 600 stat -c %a kubeconfig
  check "kubectl sees the pods" has '^web *1/1 *Running' kube get pods
  check "and runs something in one" is web kube exec web -- hostname
  check "without a certificate it gets no answer" refused ./kubectl --insecure-skip-tls-verify --server=https://127.0.0.1:6443 get pods
  check "the certificates are renewed" pods config rotate
  check "the kubeconfig of before is refused" refused kube get pods
  sed -i '$d' /etc/pods/podsd.yaml
  check "podsd starts without it" restart_daemon
}

# A kubelet's side: the handler that the package documents, in the containerd that podsd uses.
cri_handler() {
  sed -i 's|^ *\[plugins."io.containerd.grpc.v1.cri"\] *$|&\n    sandbox_image = "registry.k8s.io/pause:3.10"|' /etc/containerd/config.toml
  grep -v '^version' /usr/share/doc/pods/examples/containerd-cri-handler.toml >> /etc/containerd/config.toml
  systemctl restart containerd
  soon ctr version
}
phase_neighbours() {
  local before
  before=$(pids)
  check "containerd takes the handler of CRI" cri_handler
  check "the containers have kept their pids through containerd's restart" is "$before" pids
  check "podsd finds it again" soon is active systemctl is-active podsd
  mount_tests || return
  PODS_MACHINE=pods suite Pods.Shim.EndToEnd.Tests 'FullyQualifiedName~Neighbour'
  umount /mnt/tests
}

# A machine elsewhere on the network, which the pods see through this one's forwarding.
outside() { ip netns exec outside "$@"; }
make_outside() {
  ip netns add outside && ip link add outside0 type veth peer name eth0 netns outside && ip addr add 192.0.2.1/24 dev outside0 \
    && ip link set outside0 up && outside ip addr add 192.0.2.2/24 dev eth0 && outside ip link set eth0 up
}
# fetch HOST PORT: the last line of a page, by the shell alone.
fetch() {
  timeout 20 bash -c 'exec 3<> "/dev/tcp/$0/$1" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && tail -n 1 <&3' "$1" "$2"
}
export -f fetch
outside_fetch() { outside bash -c 'fetch "$@"' bash "$@"; }
install_docker() {
  # As on a machine where Docker came first: only then it sets the policy.
  sysctl -w net.ipv4.ip_forward=0
  apt-get install -y /opt/docker/*.deb && soon docker version
}
forward_policy() { iptables -S FORWARD | head -1; }
docker_image() {
  mkdir -p image/bin image/www && cp busybox image/bin/ && echo docked > image/www/index.html && tar -C image -c . | docker import - local/box:1
}
docked() { soon is docked fetch 127.0.0.1 18081; }
moby() { ctr --namespace moby containers ls -q; }
outside_listens() { mkdir -p away && echo away > away/index.html && outside ./busybox httpd -p 80 -h "$PWD/away"; }
from_pod() { pods exec web -- wget -q -O - "http://192.0.2.2/"; }
from_docker() { docker exec box /bin/busybox wget -q -O - "http://192.0.2.2/"; }
phase_docker() {
  local before mine
  before=$(pids)
  check "a machine outside is made" make_outside
  must "Docker installs beside the pods, on the same containerd" install_docker
  check "it has forbidden to forward what no rule allows" is "-P FORWARD DROP" forward_policy
  check "the containers have kept their pids beside it" is "$before" pids
  check "an image of Docker's own is made" docker_image
  check "a container of Docker runs" docker run --detach --name box --restart always --publish 18081:80 local/box:1 /bin/busybox httpd -f -p 80 -h /www
  check "it is reached from the host" docked
  check "and from outside" soon is docked outside_fetch 192.0.2.1 18081
  check "a pod that was there before is reached from outside at its port" soon is hello outside_fetch 192.0.2.1 18090
  check "a pod is applied beside Docker" pods apply -f beside.yaml
  check "it becomes Ready" ready beside
  check "it is reached from outside at its port" soon is beside outside_fetch 192.0.2.1 18082
  check "and from the host" soon is beside fetch 127.0.0.1 18082
  check "somebody listens outside" outside_listens
  check "a pod reaches the outside" is away from_pod
  check "so does Docker's container" is away from_docker
  mine=$(ctr containers ls -q | sort)
  check "Docker sees its own container only" is box docker ps --all --format '{{.Names}}'
  check "which is containerd's in its own namespace" is "$(docker ps --no-trunc -q)" moby
  check "pods sees pods only" is "beside tidy web" bash -c 'pods get pods --field-selector=status.phase=Running -o name | sed "s|.*/||" | grep -vx slow | sort | xargs'
  before=$(pids)
  check "Docker restarts" systemctl restart docker
  check "its container is back" docked
  check "the pods' containers have kept their pids" is "$before" pids
  check "containerd restarts under both" bash -c 'systemctl restart containerd && systemctl is-active containerd'
  check "Docker's container answers" docked
  check "the pods' containers have kept their pids through that" is "$before" pids
  check "podsd knows them" soon pods exec beside -- true
  check "their containers are the same" is "$mine" bash -c 'ctr containers ls -q | sort'
  check "the pod is still reached from outside" soon is beside outside_fetch 192.0.2.1 18082
  check "it is deleted" pods delete pod beside
  check "and its port with it" none bash -c "iptables-save -t nat | grep 18082"
  check "Docker's container is reached as before" docked
  check "the machine outside goes" ip netns delete outside
}

phase_suites() {
  mount_tests || return
  suite Pods.Linux.Tests 'FullyQualifiedName~Cgroup|FullyQualifiedName~EventLoop'
  suite Pods.Shim.Tests 'FullyQualifiedName~Metrics|FullyQualifiedName~Oom'
  if [ -e all-tests ]; then
    suite Pods.Shim.EndToEnd.Tests 'FullyQualifiedName~Installed.TaskTests'
    # Not the one whose pods get a tenth of an emulated processor and 30 s: the pod "slow" above stands for it.
    suite Pods.EndToEnd.Tests 'FullyQualifiedName~PodAnatomyTests&FullyQualifiedName!~Pod_cgroup'
  fi
  umount /mnt/tests
}

# shown HEADING: what the quick start below that heading has its reader type, from the file that the package brings.
shown() { sed -n "/^## $1/,/^## /s/^\\$ //p" /usr/share/doc/pods/quickstart.md; }
phase_quickstart() {
  local command
  # The image that they name, from the store: there is no registry here.
  ctr images tag registry.local/busybox:vm docker.io/library/busybox:1.36 > "$log" 2>&1
  ctr --namespace default images import busybox.tar >> "$log" 2>&1
  ctr --namespace default images tag registry.local/busybox:vm docker.io/library/busybox:1.36 >> "$log" 2>&1
  check "who has no cluster: pods doctor" pods doctor
  while read -r command; do
    check "who has no cluster: $command" soon bash -c "cd /usr/share/doc/pods/examples && $command" < /dev/null
  done < <(shown "You have containerd and no cluster" | sed 's/ *#.*//' | grep -E '^(sed|pods) ')
  check "both containers are Running" has '2/2 *Running' pods get
  check "they are deleted" pods delete -f ~/two-containers.yaml
  check "who wants the shim: a pod by containerd's client alone" bash -e -c "export CONTAINERD_NAMESPACE=default
$(shown "You run nodes" | sed -n '/^I=/,/^ctr task ls/p' | grep -v 'images pull')"
  check "one shim is the parent of both" is 1 bash -c "ps -eo ppid,args | awk '/[s]leep 1000/ {print \$1}' | sort -u | wc -l"
  check "and ends with them" bash -c 'export CONTAINERD_NAMESPACE=default
    for id in two one; do ctr tasks kill -s KILL $id && until ctr tasks delete $id; do sleep 0.3; done && ctr containers delete $id || exit; done'
}

# After the boot; the reboot itself is what stands between this phase and the one before.
phase_reboot() {
  must "podsd is up after the reboot" soon is active systemctl is-active podsd
  check "every pod that runs is Ready again" ready web tidy $(pods get pod slow -o name 2> /dev/null | sed 's|.*/||')
  check "a pod that needs time to end had it, and its volume is kept" soon is "begun ended begun" diary
  check "a restart is counted" has '^[1-9]' pods get pod web -o 'jsonpath={.status.containerStatuses[0].restartCount}'
  if pods get pod hog > /dev/null 2>&1; then check "a pod that had ended stays ended" is Failed phase_of hog; fi
  check "no address of the old boot is leased" is "$(pods get pods --field-selector=status.phase=Running -o name | wc -l)" leases
  check "exec runs in a pod again" is web pods exec web -- hostname
}

phase_upgrade() {
  local before shims_before
  before=$(pids)
  shims_before=$(shims)
  echo 'node-name: kept' >> /etc/pods/podsd.yaml
  must "an upgrade installs under running pods" install_package ./next.deb
  check "the containers have kept their pids through the upgrade" is "$before" pids
  check "and the shims" is "$shims_before" shims
  check "the changed configuration file is kept" conffile_kept
  check "podsd runs again" is active systemctl is-active podsd
  check "the pod is Running after the upgrade" is Running phase_of web
  check "a new pod runs on the new package" pods apply -f second.yaml
  check "it becomes Ready too" ready second
  before=$(pids)
  check "the package before installs over it under running pods" install_package ./pods.deb
  check "the containers have kept their pids through the downgrade" is "$before" pids
  check "the pods are Running after the downgrade" is "Running Running Running" running web tidy second
}

phase_purge() {
  must "the package is purged" apt-get purge -y pods
  check "no task is left" none ctr tasks ls -q
  check "no container is left" none ctr containers ls -q
  check "no shim is left" none shims
  check "no network namespace is left" none ls -A /run/netns
  check "no directory of ours is left" none find /var/lib/pods /etc/pods /var/log/pods /run/pods /usr/lib/pods -maxdepth 0
  check "no cgroup of ours is left" none find /sys/fs/cgroup -maxdepth 1 -name 'pods*'
  check "no bridge of ours is left" none find /sys/class/net -name 'pods*'
  check "no mount of ours is left" none grep -E '/pods' /proc/self/mounts
  check "no lease of ours is left" none ctr leases ls -q
  check "no rule of a pod is left" none bash -c "iptables-save | grep -E '10\.87\.|8080|pods'"
  if command -v docker > /dev/null; then check "Docker's container still answers" docked; fi
}

[ ! -e /root/running ] || power_off "not ok the machine boots only when it is told to"
touch /root/running
for phase in $(cat phases); do
  ! grep -qx "$phase" /root/done 2> /dev/null || continue
  if [ "$phase" = reboot ] && [ ! -e /root/rebooted ]; then
    touch /root/rebooted
    rm /root/running
    note "reboot"
    sync
    systemctl reboot
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
