# After the boot; the reboot itself is what stands between this phase and the one before.
before_reboot() { systemctl reboot; }
phase_reboot() {
  must "podsd is up after the reboot" soon is active systemctl is-active podsd
  check "every pod that runs is Ready again" ready web tidy $(pods get pod slow -o name 2> /dev/null | sed 's|.*/||')
  check "a pod that needs time to end had it, and its volume is kept" soon is "begun ended begun" diary
  check "a restart is counted" has '^[1-9]' pods get pod web -o 'jsonpath={.status.containerStatuses[0].restartCount}'
  if pods get pod hog > /dev/null 2>&1; then check "a pod that had ended stays ended" is Failed phase_of hog; fi
  check "no address of the old boot is leased" is "$(pods get pods --field-selector=status.phase=Running -o name | wc -l)" leases
  check "exec runs in a pod again" is web pods exec web -- hostname
}
