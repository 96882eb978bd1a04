#!/usr/bin/env bash
# deps.sh [vm]: installs what the build, the demo and the tests need from Debian, and says so; with "vm" what `make test-vm` needs.
# Does nothing when all is there.
set -euo pipefail

run=(containerd runc containernetworking-plugins iptables)
build=(gcc libc6-dev zlib1g-dev make git)
tests=(crun man-db docker-registry apache2-utils busybox-static zstd iproute2 util-linux procps nftables
       golang-github-containerd-containerd-dev golang-github-containerd-cgroups-dev golang-github-gogo-protobuf-dev)

vm=(mmdebstrap qemu-system-x86 e2fsprogs busybox-static)
if [ "${1:-}" = vm ]; then wanted=("${vm[@]}"); else wanted=("${run[@]}" "${build[@]}" "${tests[@]}"); fi

missing=()
for package in "${wanted[@]}"; do
  case "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" in
    ii*) ;;
    *) missing+=("$package") ;;
  esac
done
# Docker's own packages bring containerd and runc under another name.
if dpkg-query -W -f='${db:Status-Abbrev}' containerd.io 2>/dev/null | grep -q '^ii'; then
  for i in "${!missing[@]}"; do
    case "${missing[i]}" in containerd|runc) unset 'missing[i]' ;; esac
  done
fi

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "deps: missing: ${missing[*]}: run 'sudo make deps'" >&2
    exit 1
  fi
  echo "deps: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # The daemons are started by us, privately: none is to start on its own because its package was installed.
  policy=/usr/sbin/policy-rc.d
  made_policy=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy"
    made_policy=yes
  fi
  trap '[ -z "$made_policy" ] || rm -f "$policy"' EXIT
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

if ! command -v dotnet > /dev/null; then
  echo "deps: the .NET SDK (9.0 or newer) is not on PATH; Debian has no package of it: see the README" >&2
  exit 1
fi
echo "deps: complete"
