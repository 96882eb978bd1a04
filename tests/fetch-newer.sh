#!/usr/bin/env bash
# fetch-newer.sh DIR [podman]: unpacks containerd 1.7 (Debian 13) and 2.x (unstable), their development packages, kubectl, promtool, CRIU, runc and crun below DIR
# for the tests that run on more than the machine's own containerd; with "podman" that too, of the machine's own release, for `make bench`. Nothing is installed; apt's own lists stay as they are.
# What cannot be had is named, and the tests that need it are reported as skipped.
set -uo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)

# The mirror that this machine uses already.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 2> /dev/null | grep -v -e security -e updates | sort | uniq -c | sort -rn | awk 'NR == 1 {print $2}')
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fetch() { # SUITE TARGET PACKAGE…
  local suite=$1 target=$dir/$2 state=$dir/.apt-$1
  shift 2
  [ -e "$target/.complete" ] && return 0
  mkdir -p "$state/lists/partial" "$state/archives/partial" "$target"
  echo "deb [signed-by=$keyring] $mirror $suite main" > "$state/sources.list"
  local apt=(apt-get -qq -o "Dir::State::Lists=$state/lists" -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
             -o "Dir::Cache::PkgCache=" -o "Dir::Cache::SrcPkgCache=" -o APT::Sandbox::User=root
             -o Acquire::Check-Valid-Until=false)   # a mirror that stands still will do; its signatures are checked all the same
  "${apt[@]}" update > "$state/log" 2>&1 || { echo "fetch-newer: $suite: no package lists: $(tail -1 "$state/log")" >&2; return 1; }
  local package
  for package in "$@"; do
    (cd "$state/archives" && "${apt[@]}" download "$package/$suite") >> "$state/log" 2>&1 \
      || { echo "fetch-newer: $suite: cannot download $package" >&2; return 1; }
    dpkg -x "$state"/archives/"$package"_*.deb "$target" || return 1
  done
  touch "$target/.complete"
  echo "fetch-newer: $target: $*"
}

# Has a program find the libraries that came with it: a wrapper will not do for what runs itself again by /proc/self/exe.
relink() { # TARGET PROGRAM
  local program=$dir/$1/${2##*/} libraries
  [ -x "$program" ] && return 0
  libraries=$(echo "$dir/$1"/usr/lib/*-linux-gnu)
  cp "$dir/$1/$2" "$program.new" \
    && "$dir/patchelf/usr/bin/patchelf" --set-interpreter "$(echo "$libraries"/ld-linux-*)" --force-rpath --set-rpath "$libraries" "$program.new" \
    && mv "$program.new" "$program" || { echo "fetch-newer: cannot relink $2" >&2; return 1; }
}

release=$(. /etc/os-release && echo "$VERSION_CODENAME")
status=0
fetch trixie containerd-1.7 containerd golang-github-containerd-containerd-dev golang-github-containerd-cgroups-dev || status=1
fetch trixie kubectl kubectl || status=1
fetch trixie prometheus prometheus promtool || status=1
# The machine's own may be too old for its kernel; with the libraries that it needs, which the machine does not have.
fetch trixie criu criu libcompel1 libc6 libbsd0 libmd0 libgnutls30t64 libnettle8t64 libhogweed6t64 libgmp10 libp11-kit0 libidn2-0 libunistring5 \
  libtasn1-6 libffi8 libnet1 libnftables1 libjansson4 libmnl0 libnftnl11 libxtables12 libedit2 libtinfo6 libnl-3-200 libprotobuf-c1 libuuid1 \
  zlib1g || status=1
fetch sid containerd-2 containerd golang-github-containerd-containerd-api-dev || status=1
# With mounts whose ids are mapped, which user namespaces of pods need.
fetch sid runc runc libc6 libseccomp2 && fetch trixie crun crun libc6 libcap2 libseccomp2 libsystemd0 libyajl2 \
  && fetch "$release" patchelf patchelf && relink runc usr/sbin/runc && relink crun usr/bin/crun || status=1
# Its libraries must fit the machine, so it is the machine's own release.
if [ "${2:-}" = podman ]; then
  fetch "$release" podman \
    podman conmon netavark catatonit golang-github-containers-common golang-github-containers-image libgpgme11 libsubid4 || status=1
fi
exit $status
