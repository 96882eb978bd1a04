# Where Docker came first, on a containerd as Docker's own packages leave it: without CRI.
phase_again() {
  command -v docker > /dev/null || return 0
  check "containerd runs without CRI" bash -c 'echo "disabled_plugins = [\"cri\"]" > /etc/containerd/config.toml && systemctl restart containerd && ctr version'
  check "Docker's container answers" docked
  must "the package installs where Docker is at home" install_package ./pods.deb
  must "podsd runs" soon is active systemctl is-active podsd
  must "its image is imported" soon pods import busybox.tar
  check "its pod is applied" pods apply -f web.yaml
  check "it becomes Ready" ready web
  check "its port is reached" soon is hello fetch 127.0.0.1 18090
  check "so is Docker's container" docked
  check "the doctor finds nothing that fails" pods doctor
  check "the package is purged" apt-get purge -y pods
  nothing_is_left
}
