#!/usr/bin/env bash
# pause-image.sh PAUSE OUT.tar: the image that stands in when the configured pause image can be neither found nor pulled.
set -euo pipefail
pause=$1 out=$2

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
install -m 755 "$pause" "$root/pause"
"$(dirname "$0")/oci-archive.sh" "$root" registry.k8s.io/pause:3.10 \
  '{"Entrypoint":["/pause"],"User":"65535:65535","WorkingDir":"/"}' "$out"
