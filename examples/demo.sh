#!/usr/bin/env bash
# Runs the pod of two-containers.yaml on a containerd and a podsd of its own in a scratch directory,
# shows what it is made of, deletes it and shows that nothing is left. Called by `sudo make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "demo: pods need root: sudo make demo" >&2; exit 1; }

bin=$PWD/out/bin
scratch=$(mktemp -d /tmp/pods-demo-XXXX)
export PATH=$bin:$PATH:/usr/sbin PODS_SOCKET=$scratch/podsd.sock
export CONTAINERD_ADDRESS=$scratch/containerd.sock CONTAINERD_NAMESPACE=k8s.io
started=()

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
run() { printf '\033[2m$ %s\033[0m\n' "$*"; "$@"; }
# Waits until a command succeeds; a limit of 30 s, and the log of the program that should have made it so.
until_true() { local log=$1; shift; for _ in $(seq 300); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done; cat "$log" >&2; echo "demo: not within 30 s: $*" >&2; exit 1; }
stop() {
  # Also when something went wrong in the middle: the pod's network rules are the machine's, not the scratch directory's.
  timeout 30 pods delete pods --all --now > /dev/null 2>&1 || true
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    kill "${started[i]}" 2> /dev/null || true
    wait "${started[i]}" 2> /dev/null || true
  done
  ip link delete pods-demo0 2> /dev/null || true
  # Deepest first, so that each mount is gone before the one that holds it.
  awk -v d="$scratch/" 'index($5, d) == 1 {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount -l
  rm -rf "$scratch"
}
trap stop EXIT

say "a private containerd, registry and podsd in $scratch"
cat > "$scratch/containerd.toml" <<TOML
version = 2
root = "$scratch/containerd"
state = "$scratch/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$CONTAINERD_ADDRESS"
[ttrpc]
  address = "$CONTAINERD_ADDRESS.ttrpc"
TOML
containerd --config "$scratch/containerd.toml" > "$scratch/containerd.log" 2>&1 &
started+=($!)
until_true "$scratch/containerd.log" ctr version

examples/demo-image.sh registry.local/busybox:demo "$scratch/busybox.tar"
mkdir -p "$scratch/certs.d/registry.local"
port=$((20000 + RANDOM % 10000))
if command -v docker-registry > /dev/null; then
  printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\n' \
    "$scratch/registry" "$port" > "$scratch/registry.yml"
  docker-registry serve "$scratch/registry.yml" > "$scratch/registry.log" 2>&1 &
  started+=($!)
  # The manifest says registry.local: this line sends pulls of it to the registry just started.
  printf 'server = "http://127.0.0.1:%s"\n' "$port" > "$scratch/certs.d/registry.local/hosts.toml"
  until_true "$scratch/registry.log" bash -c "exec 3<> /dev/tcp/127.0.0.1/$port"
  ctr -n push images import "$scratch/busybox.tar" > /dev/null
  ctr -n push images tag registry.local/busybox:demo "127.0.0.1:$port/busybox:demo" > /dev/null
  ctr -n push images push --plain-http "127.0.0.1:$port/busybox:demo" > /dev/null
  ctr -n push images rm registry.local/busybox:demo "127.0.0.1:$port/busybox:demo" > /dev/null
fi

mkdir -p "$scratch/net.d" "$scratch/manifests"
cat > "$scratch/net.d/10-demo.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "demo", "plugins": [
  {"type": "bridge", "bridge": "pods-demo0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$scratch/ipam", "ranges": [[{"subnet": "10.88.77.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}]}
JSON
podsd --root "$scratch/pods" --state "$scratch/run" --socket "$PODS_SOCKET" --containerd "$CONTAINERD_ADDRESS" \
  --cni-conf-dir "$scratch/net.d" --log-dir "$scratch/log" --manifests "$scratch/manifests" \
  --certs-dir "$scratch/certs.d" --netns-dir "$scratch/netns" --pause-archive "$PWD/out/pause.tar" \
  --runtime "$bin/containerd-shim-pods-v1" > "$scratch/podsd.log" 2>&1 &
started+=($!)
until_true "$scratch/podsd.log" pods version
[ -d "$scratch/registry" ] || run pods import "$scratch/busybox.tar"

say "a pod from YAML"
run pods apply -f examples/two-containers.yaml
run pods wait --for=condition=Ready --timeout=60s pod/two-containers
run pods get -o wide

say "what it is made of"
run pods inspect two-containers

say "logs of both containers, and a command in one"
until_true "$scratch/podsd.log" bash -c '[ "$(pods logs two-containers -c writer | grep -c "^page ")" -ge 2 ]'
run pods logs two-containers -c web --tail=3
run pods logs two-containers -c writer --tail=3
run pods exec two-containers -c web -- wget -q -O - http://localhost:8080/
run busybox wget -q -O - http://127.0.0.1:18080/

say "delete it: nothing is left"
run pods delete two-containers
run pods get
left=$(ctr containers ls -q; ctr tasks ls -q; ls -A "$scratch/netns" 2> /dev/null || true; pgrep -f "containerd-shim-pods-v1 .*$scratch" || true)
[ -z "$left" ] || { echo "demo: left behind: $left" >&2; exit 1; }
echo "containers, tasks, shims, network namespaces: none"
