# What the other phases need too: the package, and two pods.
phase_install() {
  note "$(. /etc/os-release; echo "$PRETTY_NAME"), kernel $(uname -r), $(containerd --version | cut -d' ' -f3), cgroups $(stat -fc %T /sys/fs/cgroup)"
  must "the package installs with apt" install_package ./pods.deb
  must "podsd runs as a service that has said that it is ready" is active systemctl is-active podsd
  check "podsd starts at boot" is enabled systemctl is-enabled podsd
  check "the socket is for root and the group pods" is "root:pods 660" owner_of_socket
  must "an image is imported" pods import busybox.tar
  check "a pod is applied" pods apply -f web.yaml
  check "a pod that needs time to end is applied with its volume" pods apply -f tidy.yaml
  must "they become Ready" ready web tidy
}
