#!/usr/bin/env bash
# oci-archive.sh ROOT NAME CONFIG OUT.tar: packs the directory ROOT as a one-layer OCI image archive.
# CONFIG is the "config" object of the image configuration. Same input, same bytes.
set -euo pipefail
root=$1 name=$2 settings=$3 out=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pack() { tar --sort=name --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$1" -cf - .; }
digest() { sha256sum "$1" | cut -d' ' -f1; }
blob() { local d; d=$(digest "$1"); mv "$1" "$work/image/blobs/sha256/$d"; echo "$d"; }
size() { stat -c %s "$work/image/blobs/sha256/$1"; }

mkdir -p "$work/image/blobs/sha256"
pack "$root" > "$work/layer.tar"
diff_id=$(digest "$work/layer.tar")
gzip -n -9 "$work/layer.tar"
layer=$(blob "$work/layer.tar.gz")

case "$(uname -m)" in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:00Z","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$arch" "$settings" "$diff_id" > "$work/config"
config=$(blob "$work/config")

printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}]}' \
  "$config" "$(size "$config")" "$layer" "$(size "$layer")" > "$work/manifest"
manifest=$(blob "$work/manifest")

printf '{"imageLayoutVersion":"1.0.0"}' > "$work/image/oci-layout"
printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}' \
  "$manifest" "$(size "$manifest")" "$name" "${name##*:}" > "$work/image/index.json"

mkdir -p "$(dirname "$out")"
pack "$work/image" > "$out.new"
mv "$out.new" "$out"
