# What goes wrong on purpose.

fault_freeze() { echo 1 > "$TRACKING/testbed/$1/cgroup.freeze"; }
fault_thaw() { echo 0 > "$TRACKING/testbed/$1/cgroup.freeze"; }
fault_link() { ip -n tb-lan link set dev "$1" "$2"; }

fault_loss() { # HOST PERCENT
  local part
  on_lan nft delete table bridge "loss-$1" 2> /dev/null || :
  part=$(awk "BEGIN{print int($2*10)}")
  [ "$part" != 0 ] || return 0
  on_lan nft "table bridge loss-$1 { chain f { type filter hook forward priority 0;
    iifname \"$1\" numgen random mod 1000 < $part drop; oifname \"$1\" numgen random mod 1000 < $part drop; }; }"
}

fault_cut() { # HOST HOST
  on_lan nft "table bridge cut { chain f { type filter hook forward priority 0;
    iifname \"$1\" oifname \"$2\" drop; iifname \"$2\" oifname \"$1\" drop; }; }"
}
fault_heal() { on_lan nft delete table bridge cut 2> /dev/null || :; }

fault_rate() { # HOST KBIT|off
  on_lan tc qdisc del dev "$1" root 2> /dev/null || :
  [ "$2" = off ] || on_lan tc qdisc add dev "$1" root tbf rate "${2}kbit" burst 16kb latency 400ms
}

fault_delay() { # HOST off | HOST MS [JITTER [LOSS%]]: a bridge of its own with netem.py between it and the LAN
  local name=$1 pid i
  if pid=$(cat "$RUN/$name/netem.pid" 2> /dev/null); then
    rm -f "$RUN/$name/netem.pid"
    kill "$pid" 2> /dev/null || :
    ip -n tb-lan link set dev "$name" master br0
    ip -n tb-lan link del "b-$name"
  fi
  [ "$2" != off ] || return 0
  ip -n tb-lan link add "b-$name" type bridge
  ip -n tb-lan link set "b-$name" up
  setsid ip netns exec tb-lan python3 "$HERE/netem.py" "$@" > "$RUN/$name/netem.log" 2>&1 < /dev/null 9>&- &
  echo $! > "$RUN/$name/netem.pid"
  for i in $(seq 100); do
    ! ip -n tb-lan link show "o-$name" > /dev/null 2>&1 || break
    sleep 0.05
  done
  ip -n tb-lan link set dev "$name" master "b-$name"
  ip -n tb-lan link set "i-$name" master "b-$name" up
  ip -n tb-lan link set "o-$name" master br0 up
}

fault_disk() { # HOST full|ok
  local disk=$RUN/$1/disk
  case $2 in
    full) mount -o "remount,size=$(df --output=used -k "$disk" | tail -1 | tr -d ' ')k" "$disk" ;;
    ok) mount -o "remount,size=${TESTBED_DISK:-2g}" "$disk" ;;
  esac
}

fault_ro() { # HOST on|off
  nsenter -t "$(pid_one "$1")" -m -- mount -o "remount,$([ "$2" = on ] && echo ro || echo rw)" /
}

fault_mem() { # HOST BYTES|-1
  if [ -d "$CGROUPS/memory" ]; then
    echo "$2" > "$CGROUPS/memory/testbed/$1/memory.limit_in_bytes"
  else
    echo "${2/#-1/max}" > "$TRACKING/testbed/$1/memory.max"
  fi
}
