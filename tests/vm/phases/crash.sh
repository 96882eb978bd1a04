# The machine loses its power in the moment in which a pod has been taken in.
before_crash() {
  sysctl -q -w kernel.sysrq=1
  pods apply -f late.yaml && echo b > /proc/sysrq-trigger
  power_off "not ok the power is cut"
}
phase_crash() {
  must "podsd is up after the power cut" soon is active systemctl is-active podsd
  check "the pod that was taken in last was not lost" ready late
  check "every other pod is Ready again" ready web tidy
  check "a volume has what was written before" soon is "begun ended begun begun" diary
  check "no address of the old boot is leased" is "$(pods get pods --field-selector=status.phase=Running -o name | wc -l)" leases
  check "the last pod is deleted" pods delete pod late
  check "the doctor finds nothing left behind" soon has '^ok *leftover state *none' pods doctor
}
