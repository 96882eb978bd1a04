# A machine elsewhere on the network, which the pods see through this one's forwarding.
outside() { ip netns exec outside "$@"; }
make_outside() {
  ip netns add outside && ip link add outside0 type veth peer name eth0 netns outside && ip addr add 192.0.2.1/24 dev outside0 \
    && ip link set outside0 up && outside ip addr add 192.0.2.2/24 dev eth0 && outside ip link set eth0 up
}
# fetch HOST PORT: the last line of a page, by the shell alone.
fetch() {
  timeout 20 bash -c 'exec 3<> "/dev/tcp/$0/$1" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && tail -n 1 <&3' "$1" "$2"
}
export -f fetch
outside_fetch() { outside bash -c 'fetch "$@"' bash "$@"; }
install_docker() {
  # As on a machine where Docker came first: only then it sets the policy.
  sysctl -w net.ipv4.ip_forward=0
  apt-get install -y /opt/docker/*.deb && soon docker version
}
forward_policy() { iptables -S FORWARD | head -1; }
docker_image() {
  mkdir -p image/bin image/www && cp busybox image/bin/ && echo docked > image/www/index.html && tar -C image -c . | docker import - local/box:1
}
docked() { soon is docked fetch 127.0.0.1 18081; }
moby() { ctr --namespace moby containers ls -q; }
outside_listens() { mkdir -p away && echo away > away/index.html && outside ./busybox httpd -p 80 -h "$PWD/away"; }
from_pod() { pods exec web -- wget -q -O - "http://192.0.2.2/"; }
from_docker() { docker exec box /bin/busybox wget -q -O - "http://192.0.2.2/"; }
phase_docker() {
  local before mine
  before=$(pids)
  check "a machine outside is made" make_outside
  must "Docker installs beside the pods, on the same containerd" install_docker
  check "it has forbidden to forward what no rule allows" is "-P FORWARD DROP" forward_policy
  check "the containers have kept their pids beside it" is "$before" pids
  check "an image of Docker's own is made" docker_image
  check "a container of Docker runs" docker run --detach --name box --restart always --publish 18081:80 local/box:1 /bin/busybox httpd -f -p 80 -h /www
  check "it is reached from the host" docked
  check "and from outside" soon is docked outside_fetch 192.0.2.1 18081
  check "a pod that was there before is reached from outside at its port" soon is hello outside_fetch 192.0.2.1 18090
  check "a pod is applied beside Docker" pods apply -f beside.yaml
  check "it becomes Ready" ready beside
  check "it is reached from outside at its port" soon is beside outside_fetch 192.0.2.1 18082
  check "and from the host" soon is beside fetch 127.0.0.1 18082
  check "somebody listens outside" outside_listens
  check "a pod reaches the outside" is away from_pod
  check "so does Docker's container" is away from_docker
  mine=$(ctr containers ls -q | sort)
  check "Docker sees its own container only" is box docker ps --all --format '{{.Names}}'
  check "which is containerd's in its own namespace" is "$(docker ps --no-trunc -q)" moby
  check "pods sees pods only" is "beside tidy web" bash -c 'pods get pods --field-selector=status.phase=Running -o name | sed "s|.*/||" | grep -vx slow | sort | xargs'
  before=$(pids)
  check "Docker restarts" systemctl restart docker
  check "its container is back" docked
  check "the pods' containers have kept their pids" is "$before" pids
  check "containerd restarts under both" bash -c 'systemctl restart containerd && systemctl is-active containerd'
  check "Docker's container answers" docked
  check "the pods' containers have kept their pids through that" is "$before" pids
  check "podsd knows them" soon pods exec beside -- true
  check "their containers are the same" is "$mine" bash -c 'ctr containers ls -q | sort'
  check "the pod is still reached from outside" soon is beside outside_fetch 192.0.2.1 18082
  check "it is deleted" pods delete pod beside
  check "and its port with it" none bash -c "iptables-save -t nat | grep 18082"
  check "Docker's container is reached as before" docked
  check "the machine outside goes" ip netns delete outside
}
