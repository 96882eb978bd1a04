phase_remove() {
  check "the package is removed and says what becomes of the pods" has 'ending the pods of this machine' apt-get remove -y pods
  check "no task is left" none ctr tasks ls -q
  check "no shim is left" none shims
  check "the configuration stays" conffile_kept
  must "the package is installed again" install_package ./pods.deb
  check "podsd runs" soon is active systemctl is-active podsd
  check "the pods are applied again" pods apply -f web.yaml -f tidy.yaml
  check "they become Ready" ready web tidy
  check "the claim's volume was kept" soon has ' ended begun$' diary
}
