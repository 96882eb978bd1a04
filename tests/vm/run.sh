#!/usr/bin/env bash
# run.sh SUITE DEB NEXT_DEB: boots a real machine of Debian SUITE (trixie, bookworm) in QEMU, lets guest.sh install, use,
# reboot, upgrade and purge the package in it, and ends with the line "N passed, N failed, N skipped".
# The machine's disk is made once and kept in ~/.cache/pods-vm ($PODS_VM_CACHE); what a run writes to it is forgotten.
# PODS_VM_OLD=DEB: first an upgrade from that package, an earlier version's, and back.
# PODS_VM_PHASES="install reboot" runs these phases of guest.sh alone, PODS_VM_SCRIPT=FILE an experiment after them.
# PODS_VM_BEGIN_BY=SECONDS: after that time (of `date +%s`) none is begun any more.
# A tool that is missing, or a package source that does not answer, is a skip that says so, and no failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=$1 deb=$2 next=$3
cache=${PODS_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pods-vm}
base=$cache/$suite
phases=${PODS_VM_PHASES:-${PODS_VM_OLD:+old }install use doctor access neighbours docker quickstart reboot crash upgrade remove purge again suites}
# Seconds: all but the last phase, the test projects, must be over by then; of those the rest is a skip. On two idle cores without KVM
# the others take about 900, and the projects as long.
limit=${PODS_VM_LIMIT:-1800}
silence=${PODS_VM_SILENCE:-600}   # seconds without a line of the result, after which nothing more is expected: a failure

skip() {
  echo "skip the machine of $suite: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}
for program in mmdebstrap qemu-system-x86_64 mke2fs busybox; do
  command -v "$program" > /dev/null || skip "$program is missing (sudo packaging/deps.sh vm)"
done

[ "$(date +%s)" -lt "${PODS_VM_BEGIN_BY:-9999999999}" ] || skip "there is no time left for it"

work=$(mktemp -d)
qemu=
finish() {
  [ -z "$qemu" ] || kill "$qemu" 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

make_disk() {
  # The mirror that this machine uses already.
  local mirror packages
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 2> /dev/null | grep -v -e security -e updates | sort | uniq -c | sort -rn | awk 'NR == 1 {print $2}')
  packages=linux-image-cloud-amd64,systemd,systemd-sysv,dbus,udev,kmod,iproute2,procps,passwd,init-system-helpers
  packages+=,containerd,runc,containernetworking-plugins,iptables
  # Lies there as packages until the phase "docker" installs it.
  local docker=docker.io
  # Docker 20 does not run without AppArmor's parser where the kernel has AppArmor.
  if [ "$suite" = bookworm ]; then docker+=" apparmor"; else docker+=" docker-cli"; fi
  echo "vm: making the disk of $suite"
  mkdir -p "$cache"
  install -d "$work/root"
  mmdebstrap --quiet --variant=minbase --include="$packages" \
    --aptopt='APT::Install-Recommends "false"' \
    --customize-hook='rm -f "$1"/var/cache/apt/archives/*.deb && mkdir "$1/opt/docker"' \
    --customize-hook="APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG apt-get install --yes --download-only $docker" \
    --customize-hook='mv "$1"/var/cache/apt/archives/*.deb "$1/opt/docker/"' \
    "$suite" "$work/root.tar" \
    "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$work/mmdebstrap.log" 2>&1 \
    || { cat "$work/mmdebstrap.log"; skip "mmdebstrap: $(tail -1 "$work/mmdebstrap.log")"; }
  tar -C "$work/root" -xf "$work/root.tar"
  rm "$work/root.tar"
  printf '/dev/vda / ext4 defaults 0 1\n' > "$work/root/etc/fstab"
  echo pods-vm > "$work/root/etc/hostname"
  cat > "$work/root/etc/systemd/system/pods-test.service" <<'UNIT'
[Unit]
Description=the test that the second disk holds
After=multi-user.target
[Service]
ExecStart=/bin/sh -c 'rm -rf /payload && mkdir /payload && tar -C /payload -xf /dev/vdb && exec /payload/guest.sh'
Environment=HOME=/root
StandardOutput=journal+console
StandardError=journal+console
[Install]
WantedBy=multi-user.target
UNIT
  ln -s ../pods-test.service "$work/root/etc/systemd/system/multi-user.target.wants/pods-test.service"
  cp "$work/root"/boot/vmlinuz-* "$base.vmlinuz"
  cp "$work/root"/boot/initrd.img-* "$base.initrd"
  mke2fs -q -t ext4 -d "$work/root" -L pods "$base.new" 3G
  rm -rf "$work/root"
  # What the disk was made by: another recipe makes another disk.
  recipe > "$base.recipe"
  mv "$base.new" "$base.ext4"
}
recipe() { declare -f make_disk | sha256sum; }
[ -e "$base.ext4" ] && [ "$(recipe)" = "$(cat "$base.recipe" 2> /dev/null)" ] || make_disk

# The test projects that ask for cgroup v2 or systemd, with the runtime that they need, as a disk of their own.
make_tests_disk() {
  local sdk stage=$work/tests project
  sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
  mkdir -p "$stage/dotnet" "$stage/pods/out" "$stage/pods/tests"
  tar -C "$sdk" -cf - --exclude=./packs --exclude=./templates --exclude=Roslyn --exclude=FSharp --exclude=Sdks --exclude=DotnetTools \
    --exclude=Containers --exclude='*.resources.dll' . | tar -C "$stage/dotnet" -xf -
  cp Pods.sln "$stage/pods/"
  cp -r out/bin out/pause.tar "$stage/pods/out/"
  rm "$stage"/pods/out/bin/*.dbg
  for project in Pods.Linux.Tests Pods.Shim.Tests Pods.Shim.EndToEnd.Tests Pods.EndToEnd.Tests; do
    mkdir -p "$stage/pods/tests/$project/bin"
    cp -r "tests/$project/bin/Debug" "$stage/pods/tests/$project/bin/"
  done
  mke2fs -q -t ext4 -d "$stage" "$work/tests.ext4" 1G
  rm -rf "$stage"
}
if [ -z "${PODS_VM_SCRIPT:-}" ] && ! grep -qwE 'suites|neighbours' <<< "$phases"; then truncate -s 1M "$work/tests.ext4"
elif [ -e tests/Pods.EndToEnd.Tests/bin/Debug/net9.0/Pods.EndToEnd.Tests.dll ]; then make_tests_disk; else
  echo "vm: the test projects are not built (make test): their part is skipped"
  truncate -s 1M "$work/tests.ext4"
fi

mkdir "$work/payload"
cp tests/vm/guest.sh "$work/payload/"
cp -r tests/vm/phases "$work/payload/phases.d"
cp tests/vm/pods/*.yaml "$work/payload/"
# No test project is begun after that.
echo "$(($(date +%s) + limit - 200))" > "$work/payload/end"
cp "$deb" "$work/payload/pods.deb"
echo "$phases" > "$work/payload/phases"
[ -z "${PODS_VM_SCRIPT:-}" ] || cp "$PODS_VM_SCRIPT" "$work/payload/script"
# More of the end-to-end projects: by hand, on a quiet machine.
[ -z "${PODS_VM_ALL_TESTS:-}" ] || touch "$work/payload/all-tests"
cp "$next" "$work/payload/next.deb"
[ ! -e out/newer/kubectl/usr/bin/kubectl ] || cp out/newer/kubectl/usr/bin/kubectl "$work/payload/"
[ -z "${PODS_VM_OLD:-}" ] || cp "$PODS_VM_OLD" "$work/payload/old.deb"
examples/demo-image.sh registry.local/busybox:vm "$work/payload/busybox.tar"
cp "$(command -v busybox)" "$work/payload/busybox"
tar -C "$work/payload" --owner=0 --group=0 -cf "$work/payload.img" .
truncate -s %1M "$work/payload.img"   # a disk is whole sectors

echo "vm: booting $suite"
: > "$work/results"
# Emulated: KVM inside a virtual machine fails in ways that no test is about. The kernel does without cmpxchg16b (clearcpuid), after which the emulator of QEMU 7.2
# may leave garbage in the flags: a double fault in kmalloc.
# -snapshot: writes go to a file that nobody else sees; it lives across the guest's reboots.
qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max,la57=off -smp 2 -m 2048 -nographic -nodefaults -snapshot \
  -kernel "$base.vmlinuz" -initrd "$base.initrd" \
  -append "root=/dev/vda rw console=ttyS0 systemd.show_status=false panic=-1 clearcpuid=cx16" \
  -drive "file=$base.ext4,if=virtio,format=raw" -drive "file=$work/payload.img,if=virtio,format=raw,readonly=on" \
  -drive "file=$work/tests.ext4,if=virtio,format=raw" \
  -serial "file:$work/console" -serial "file:$work/results" \
  -device virtio-serial-pci -chardev "file,id=journal,path=$work/journal" -device virtserialport,chardev=journal,name=journal \
  -device virtio-rng-pci < /dev/null > "$work/qemu.log" 2>&1 &
qemu=$!

# The lines of the result as they come; the machine's own end is the end of them.
shown=0 last=$SECONDS started=$SECONDS failure= rest=
while :; do
  alive=$(kill -0 "$qemu" 2> /dev/null && echo yes || true)
  lines=$(tr -d '\r' < "$work/results" | wc -l)
  if [ "$lines" -gt "$shown" ]; then
    tr -d '\r' < "$work/results" | sed -n "$((shown + 1)),${lines}p"
    shown=$lines last=$SECONDS
  fi
  [ -n "$alive" ] || break
  if [ $((SECONDS - started)) -ge "$limit" ]; then
    if grep -q '^# phase suites' "$work/results"; then rest="skip the rest of the test projects: the $limit s of PODS_VM_LIMIT are over"
    else failure="the machine comes to its test projects within $limit s"; fi
  fi
  [ $((SECONDS - last)) -lt "$silence" ] || failure="the machine says something within $silence s"
  [ -z "$failure$rest" ] || break
  sleep 1
done
tr -d '\r' < "$work/results" > "$work/clean"
[ -z "$rest" ] || { echo "$rest"; echo "$rest" >> "$work/clean"; }
[ -n "$failure$rest" ] || grep -q '^# end' "$work/clean" || failure="the guest came to its end"
passed=$(grep -c '^ok ' "$work/clean" || true)
failed=$(grep -c '^not ok ' "$work/clean" || true)
skipped=$(grep -c '^skip ' "$work/clean" || true)
if [ -n "$failure" ]; then
  failed=$((failed + 1))
  echo "not ok $failure"
fi
if [ "$failed" != 0 ]; then
  mkdir -p out
  cp "$work/journal" "out/vm-$suite.journal"
  cp "$work/console" "out/vm-$suite.console"
  echo "vm: the end of the machine's journal (all of it: out/vm-$suite.journal, and out/vm-$suite.console)"
  tail -n 60 "$work/journal" | cut -c 1-300
  cat "$work/qemu.log"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
