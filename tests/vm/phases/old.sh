# With the package of an earlier version: pods that it made, taken over by today's, and given back.
phase_old() {
  local before shims_before
  must "the package of an earlier version installs" install_package ./old.deb
  note "that is $(dpkg-query -W pods), of $(date -d "@$(stat -c %Y /usr/bin/podsd)" -I)"
  must "its image is imported" soon pods import busybox.tar
  check "its pod is applied" pods apply -f web.yaml
  check "and one with a volume" pods apply -f tidy.yaml
  must "they become Ready" ready web tidy
  before=$(pids) shims_before=$(shims)
  must "today's package installs over it under running pods" install_package ./pods.deb
  check "podsd runs" soon is active systemctl is-active podsd
  check "the containers have kept their pids" is "$before" pids
  check "and the shims" is "$shims_before" shims
  check "the pods are Running" soon is "Running Running" running web tidy
  check "no container was restarted" is "0 0" pods get pods web tidy -o 'jsonpath={.items[*].status.containerStatuses[0].restartCount}'
  check "exec runs in one, under its old shim" is web pods exec web -- hostname
  check "its logs are read" has '^serving$' pods logs web
  check "its port is reached" soon is hello fetch 127.0.0.1 18090
  check "its container is killed" ctr tasks kill --signal KILL "$(container web)"
  check "and started again" soon is 1 pods get pod web -o 'jsonpath={.status.containerStatuses[0].restartCount}'
  check "it is Ready again" ready web
  check "a new pod is applied beside them" pods apply -f second.yaml
  check "it becomes Ready" ready second
  must "the earlier package is put back under running pods" install_package ./old.deb
  check "its podsd runs" soon is active systemctl is-active podsd
  check "the pods are Running under it" soon is "Running Running Running" running web tidy second
  check "and Ready" ready web tidy second
  must "today's package again" install_package ./pods.deb
  check "the pods are Ready" ready web tidy second
  check "the volume was kept" has '^begun' diary
  phase_purge
}
