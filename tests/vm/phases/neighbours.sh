# A kubelet's side: the handler that the package documents, in the containerd that podsd uses.
cri_handler() {
  sed -i 's|^ *\[plugins."io.containerd.grpc.v1.cri"\] *$|&\n    sandbox_image = "registry.k8s.io/pause:3.10"|' /etc/containerd/config.toml
  grep -v '^version' /usr/share/doc/pods/examples/containerd-cri-handler.toml >> /etc/containerd/config.toml
  systemctl restart containerd
  soon ctr version
}
phase_neighbours() {
  local before
  before=$(pids)
  check "containerd takes the handler of CRI" cri_handler
  check "the containers have kept their pids through containerd's restart" is "$before" pids
  check "podsd finds it again" soon is active systemctl is-active podsd
  mount_tests || return
  PODS_MACHINE=pods suite Pods.Shim.EndToEnd.Tests 'FullyQualifiedName~Neighbour'
  umount /mnt/tests
}
