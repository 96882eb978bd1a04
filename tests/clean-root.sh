#!/usr/bin/env bash
# clean-root.sh TARGET…: makes a minimal root of Debian 12 (PODS_CLEAN_SUITE=trixie: 13), clones this commit into it and runs
# `make TARGET` for each there, as root.
# The machine lends the .NET SDK, its NuGet configuration and cache, its certificate authorities and name servers, the kernel's
# file systems, and nothing else: what a target needs beyond that, `make deps` has to install. The root is thrown away.
set -euo pipefail
script=$(readlink -f "$0")
cd "$(dirname "$script")/.."

if [ "${1:-}" = --inside ]; then
  root=$2
  shift 2
  # Its own mount and process namespaces, made by the call below: nothing of it outlives this script.
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/run"
  mount --bind "$(dirname "$(readlink -f "$(command -v dotnet)")")" "$root/usr/share/dotnet"
  mount --bind "$HOME/.nuget" "$root/root/.nuget"
  # runc's pivot_root wants a root that is a mount, which a chroot's is not.
  cd "$root"
  mkdir -p old
  pivot_root . old
  cd /
  umount -l /old
  rmdir /old
  exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DOTNET_NOLOGO=1 \
    NUGET_CERT_REVOCATION_MODE="${NUGET_CERT_REVOCATION_MODE:-online}" \
    bash -ec 'cd /root/pods; for target in "$@"; do echo "clean-root: make $target"; make "$target"; done' clean-root "$@"
fi

[ "$(id -u)" = 0 ] || { echo "clean-root: needs root" >&2; exit 1; }
for program in mmdebstrap git unshare pivot_root; do
  command -v "$program" > /dev/null || { echo "clean-root: $program is missing (apt-get install mmdebstrap git util-linux)" >&2; exit 1; }
done


# Not below a path that the tests look at, and on a disk: overlayfs does not stack on itself.
root=$(mktemp -d /var/tmp/pods-clean.XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT
chmod 755 "$root"
# The mirror that this machine uses already.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 2> /dev/null | grep -v -e security -e updates | sort | uniq -c | sort -rn | awk 'NR == 1 {print $2}')
suite=${PODS_CLEAN_SUITE:-bookworm}
case $suite in bookworm) libraries=libicu72,libssl3 ;; *) libraries=libicu76,libssl3t64 ;; esac
echo "clean-root: making the root of $suite"
# make and git are how anybody comes by the tree; libicu and libssl are the SDK's own.
mmdebstrap --quiet --variant=minbase --include=ca-certificates,make,git,$libraries \
  --aptopt='APT::Install-Recommends "false"' "$suite" "$root" \
  "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
install -d "$root/usr/share/dotnet" "$root/root/.nuget"
ln -s /usr/share/dotnet/dotnet "$root/usr/bin/dotnet"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
git clone -q . "$root/root/pods"
unshare --mount --pid --fork --kill-child --propagation private "$script" --inside "$root" "$@"
