#!/usr/bin/env bash
# demo-image.sh NAME OUT.tar: a small image around the machine's static busybox.
set -euo pipefail
name=$1 out=$2

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
mkdir -p "$root"/{bin,etc,proc,sys,dev,root,tmp}
chmod 1777 "$root/tmp"
install -m 755 "$(command -v busybox)" "$root/bin/busybox"
busybox --list | while read -r applet; do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > "$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' > "$root/etc/group"
"$(dirname "$0")/../packaging/oci-archive.sh" "$root" "$name" \
  '{"Env":["PATH=/bin"],"Cmd":["sh"]}' "$out"
