# One namespace with a bridge, one for the master, one for each host. Whatever goes elsewhere is refused at once, so that
# nothing leaves the machine and nothing hangs.

# A host of systemd needs about five inotify instances; the usual limit of 128 would stop the 24th host.
INOTIFY=/proc/sys/fs/inotify/max_user_instances

on_lan() { ip netns exec tb-lan "$@"; }

network_up() {
  local i
  [ ! -e /run/netns/tb-lan ] || return 0
  cat $INOTIFY > "$RUN/inotify"
  [ "$(cat $INOTIFY)" -ge 8192 ] || echo 8192 > $INOTIFY
  ip netns add tb-lan
  ip -n tb-lan link set lo up
  ip -n tb-lan link add br0 type bridge
  ip -n tb-lan addr add 10.77.0.1/16 dev br0
  ip -n tb-lan link set br0 up
  on_lan sysctl -qw net.ipv4.ip_forward=1
  ip -n tb-lan route add unreachable default
  {
    echo "127.0.0.1 localhost"
    echo "10.77.0.2 master salt"
    for i in $(seq 1 249); do echo "$(address_of "h$i") h$i"; done
  } > "$RUN/hosts"
  wire master 10.77.0.2
}

wire() { # NAME ADDRESS: a namespace tb-NAME whose eth0 is plugged into the bridge
  ip netns add "tb-$1"
  ip -n "tb-$1" link set lo up
  ip -n tb-lan link add name "$1" type veth peer name eth0 netns "tb-$1"
  ip -n tb-lan link set dev "$1" master br0 up
  ip -n "tb-$1" addr add "$2/16" dev eth0
  ip -n "tb-$1" link set eth0 up
  ip -n "tb-$1" route add default via 10.77.0.1
}

in_master_network() { # CMD…: `down` ends what is still running
  mkdir -p "$TRACKING/testbed/master"
  echo 0 > "$TRACKING/testbed/master/cgroup.procs"
  exec ip netns exec tb-master "$@"
}
