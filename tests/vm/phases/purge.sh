# After a purge.
nothing_is_left() {
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

phase_purge() {
  # What of a pod that could not be ended is mounted there: a directory of the host.
  check "a directory of the host is mounted below ours" bash -c 'mkdir -p /srv/kept "/var/lib/pods/left behind" && echo kept > /srv/kept/text &&
    mount --bind /srv/kept "/var/lib/pods/left behind"'
  must "the package is purged" apt-get purge -y pods
  check "what was mounted has kept its files" is kept cat /srv/kept/text
  nothing_is_left
}
