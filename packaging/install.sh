#!/usr/bin/env bash
# install.sh DESTDIR PREFIX BIN OUT: puts the programs and their files where a distribution keeps them.
set -euo pipefail
dest=$1 prefix=$2 bin=$3 out=$4
here=$(dirname "$0")

install -d "$dest$prefix/bin" "$dest$prefix/lib/pods" "$dest$prefix/lib/systemd/system" "$dest/etc/pods/manifests" \
  "$dest$prefix/share/doc/pods/examples/cluster" "$dest$prefix/share/bash-completion/completions" \
  "$dest$prefix/share/zsh/vendor-completions" "$dest$prefix/share/fish/vendor_completions.d"
install -m 755 "$bin/pods" "$bin/podsd" "$bin/containerd-shim-pods-v1" "$dest$prefix/bin/"
install -m 755 "$bin/pause" "$dest$prefix/lib/pods/pause"
install -m 644 "$out/pause.tar" "$dest$prefix/lib/pods/pause.tar"
install -m 644 "$here/systemd/podsd.service" "$here/systemd/pods@.service" "$dest$prefix/lib/systemd/system/"
for slice in pods.slice.d pods-.slice.d; do
  install -D -m 644 "$here/systemd/$slice/10-pods.conf" "$dest$prefix/lib/systemd/system/$slice/10-pods.conf"
done
install -m 644 "$here/etc/podsd.yaml" "$dest/etc/pods/"
install -m 644 "$here/../LICENSE" "$here/../CHANGELOG.md" "$here/../README.md" "$here"/../docs/*.md "$dest$prefix/share/doc/pods/"
install -m 644 "$here"/../examples/*.yaml "$here"/../examples/*.toml "$dest$prefix/share/doc/pods/examples/"
install -m 644 "$here"/../examples/cluster/*.yaml "$dest$prefix/share/doc/pods/examples/cluster/"
for page in "pods 1" "podsd 8" "podsd.yaml 5" "containerd-shim-pods-v1 8"; do
  read -r name section <<< "$page"
  directory=$dest$prefix/share/man/man$section
  install -d "$directory"
  case "$name" in
    pods) "$bin/pods" man ;;
    podsd) "$bin/podsd" --man ;;
    podsd.yaml) "$bin/podsd" --man-config ;;
    *) cat "$here/man/$name.$section" ;;
  esac | gzip -n -9 > "$directory/$name.$section.gz"
done
"$bin/pods" completion bash > "$dest$prefix/share/bash-completion/completions/pods"
"$bin/pods" completion zsh > "$dest$prefix/share/zsh/vendor-completions/_pods"
"$bin/pods" completion fish > "$dest$prefix/share/fish/vendor_completions.d/pods.fish"
