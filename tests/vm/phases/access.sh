kube() { ./kubectl --kubeconfig kubeconfig "$@"; }
refused() { ! "$@"; }
phase_access() {
  [ -x kubectl ] || { echo "skip kubectl on the TLS port: there is none (tests/fetch-newer.sh out/newer)" >&3; return; }
  echo 'listen: 0.0.0.0:6443' >> /etc/pods/podsd.yaml
  check "podsd starts with a TLS port" restart_daemon
  check "a kubeconfig for it is written" pods config kubeconfig --server https://127.0.0.1:6443 -o kubeconfig
  check "for its owner alone" is 600 stat -c %a kubeconfig
  check "kubectl sees the pods" has '^web *1/1 *Running' kube get pods
  check "and runs something in one" is web kube exec web -- hostname
  check "without a certificate it gets no answer" refused ./kubectl --insecure-skip-tls-verify --server=https://127.0.0.1:6443 get pods
  check "the certificates are renewed" pods config rotate
  check "the kubeconfig of before is refused" refused kube get pods
  sed -i '$d' /etc/pods/podsd.yaml
  check "podsd starts without it" restart_daemon
}
