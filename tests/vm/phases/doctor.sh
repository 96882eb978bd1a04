# What the doctor says mends a finding; not what would fetch a package, which there is no network for.
remedies() { pods doctor | sed -n 's/^ *-> //p' | grep -v '^apt'; }
phase_doctor() {
  check "the doctor finds nothing that fails" pods doctor
  note "the doctor warns: $(pods doctor | sed -n 's/^warning *//p' | tr -s ' ' | paste -sd'|')"
  systemctl stop containerd
  check "it finds that containerd does not run" has '-> systemctl start containerd$' bash -c '! pods doctor'
  systemctl start containerd
  echo 'rot: /srv' >> /etc/pods/podsd.yaml
  check "it finds a key that podsd.yaml does not have, with its line" \
    has "^failure *configuration */etc/pods/podsd.yaml:$(wc -l < /etc/pods/podsd.yaml): unknown key \"rot\"" bash -c '! pods doctor'
  sed -i '$d' /etc/pods/podsd.yaml
  check "podsd knows containerd again" soon pods exec web -- true
  ip netns add pods-000000000000
  mkdir -p /run/pods/pods/0b6f4b8e-1c1d-4c8e-9a55-6f5a55b3a001
  systemctl start pods-pod0b6f4b8e_1c1d_4c8e_9a55_6f5a55b3a001.slice
  check "it finds what no pod has left" has 'network namespace /run/netns/pods-000000000000, slice pods-pod0b6f' pods doctor
  remedies > remedies
  check "what it says mends that" bash remedies
  check "so that nothing is left" soon has '^ok *leftover state *none' pods doctor
  check "the pods have not been touched by it" ready web tidy
}
