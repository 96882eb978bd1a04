# shown HEADING: what the quick start below that heading has its reader type, from the file that the package brings.
shown() { sed -n "/^## $1/,/^## /s/^\\$ //p" /usr/share/doc/pods/quickstart.md; }
phase_quickstart() {
  local command
  # The image that they name, from the store: there is no registry here.
  ctr images tag registry.local/busybox:vm docker.io/library/busybox:1.36 > "$log" 2>&1
  ctr --namespace default images import busybox.tar >> "$log" 2>&1
  ctr --namespace default images tag registry.local/busybox:vm docker.io/library/busybox:1.36 >> "$log" 2>&1
  check "who has no cluster: pods doctor" pods doctor
  while read -r command; do
    check "who has no cluster: $command" soon bash -c "cd /usr/share/doc/pods/examples && $command" < /dev/null
  done < <(shown "You have containerd and no cluster" | sed 's/ *#.*//' | grep -E '^(sed|pods) ')
  check "both containers are Running" has '2/2 *Running' pods get
  check "they are deleted" pods delete -f ~/two-containers.yaml
  check "who wants the shim: a pod by containerd's client alone" bash -e -c "export CONTAINERD_NAMESPACE=default
$(shown "You run nodes" | sed -n '/^I=/,/^ctr task ls/p' | grep -v 'images pull')"
  check "one shim is the parent of both" is 1 bash -c "ps -eo ppid,args | awk '/[s]leep 1000/ {print \$1}' | sort -u | wc -l"
  check "and ends with them" bash -c 'export CONTAINERD_NAMESPACE=default
    for id in two one; do ctr tasks kill -s KILL $id && until ctr tasks delete $id; do sleep 0.3; done && ctr containers delete $id || exit; done'
}
