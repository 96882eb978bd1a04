phase_upgrade() {
  local before shims_before
  before=$(pids)
  shims_before=$(shims)
  echo 'node-name: kept' >> /etc/pods/podsd.yaml
  must "an upgrade installs under running pods" install_package ./next.deb
  check "the containers have kept their pids through the upgrade" is "$before" pids
  check "and the shims" is "$shims_before" shims
  check "the changed configuration file is kept" conffile_kept
  check "podsd runs again" is active systemctl is-active podsd
  check "the pod is Running after the upgrade" is Running phase_of web
  check "a new pod runs on the new package" pods apply -f second.yaml
  check "it becomes Ready too" ready second
  before=$(pids)
  check "the package before installs over it under running pods" install_package ./pods.deb
  check "the containers have kept their pids through the downgrade" is "$before" pids
  check "the pods are Running after the downgrade" is "Running Running Running" running web tidy second
}
