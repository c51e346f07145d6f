# The life of a host: made, booted, entered, stopped, removed.

create() { # HOST [FLAVOUR]
  local name=$1 flavour=${2:-systemd} folder=$RUN/$1 controller bind
  [ ! -d "$folder" ] || return 0
  [[ $name =~ ^h[0-9]+$ ]] || die "a host is called h1, h2, …"
  [ -d "$IMAGES/$flavour" ] || "$HERE/image" "$flavour"
  mountpoint -q "$RUN" || {
    mkdir -p "$RUN"
    mount -t tmpfs -o mode=755 testbed "$RUN"
  }
  network_up
  mkdir -p "$folder"/{disk,root,config/etc}
  mount -t tmpfs -o "mode=755,size=${TESTBED_DISK:-2g}" "tb-$name" "$folder/disk"
  mkdir "$folder"/disk/{upper,work}
  echo "$flavour" > "$folder/flavour"
  echo "$name" > "$folder/config/etc/hostname"
  echo -n "$name" | md5sum | cut -c1-32 > "$folder/config/etc/machine-id"
  chmod 444 "$folder/config/etc/machine-id"
  cp "$RUN/hosts" "$folder/config/etc/hosts"
  for bind in $BINDS; do mount_point "$folder/config" "$IMAGES/$flavour" "${bind##*:}"; done
  for controller in $CONTROLLERS; do mkdir -p "$CGROUPS/$controller/testbed/$name"; done
  harmless_devices "$name"
  wire "$name" "$(address_of "$name")"
  boot "$name"
}

mount_point() { # CONFIG IMAGE PATH: made in the config layer with the image's modes, so that the upper layer stays clean
  [ "$3" != / ] || return 0
  mount_point "$1" "$2" "$(dirname "$3")"
  mkdir -p "$1$3"
  [ ! -d "$2$3" ] || chmod --reference="$2$3" "$1$3"
}

harmless_devices() { # HOST: no disks; null, zero, full, random, urandom, tty, ptmx, ptys
  local group=$CGROUPS/devices/testbed/$1 device
  [ -d "$group" ] || return 0
  echo a > "$group/devices.deny"
  for device in 1:3 1:5 1:7 1:8 1:9 5:0 5:2 '136:*'; do echo "c $device rwm" > "$group/devices.allow"; done
  echo "c *:* m" > "$group/devices.allow"
}

boot() { # HOST
  need_host "$1"
  [ -z "$(pid_one "$1" || :)" ] || die "$1 is running"
  rm -f "$RUN/$1/unshare.pid"
  setsid "$ME" _supervise "$1" >> "$RUN/$1/console" 2>&1 < /dev/null 9>&- &
}

_supervise() { # HOST: boots it, and again when it asked to reboot (then PID 1 dies of SIGHUP); leaves when it is off
  local name=$1 status
  while :; do
    (
      join_groups "$name"
      exec nsenter --net="/run/netns/tb-$name" unshare --mount --pid --uts --ipc --cgroup --time \
        --boottime "-$(cut -d. -f1 /proc/uptime)" --fork --kill-child=KILL "$ME" _init "$name"
    ) &
    echo $! > "$RUN/$name/unshare.pid"
    status=0
    wait $! || status=$?
    rm -f "$RUN/$name/unshare.pid"
    [ $status = 129 ] || break
  done
}

_init() { # HOST: already inside the new namespaces; builds the root and becomes PID 1
  local name=$1 folder=$RUN/$1 root=$RUN/$1/root flavour bind node
  flavour=$(cat "$folder/flavour")
  mount --make-rprivate /
  mount -t overlay -o "lowerdir=$folder/config:$IMAGES/$flavour,upperdir=$folder/disk/upper,workdir=$folder/disk/work,xino=off" \
    overlay "$root"
  for bind in $BINDS; do
    [ -e "${bind%%:*}" ] || continue
    mount --rbind "${bind%%:*}" "$root${bind##*:}"
    mount -o remount,ro,bind "$root${bind##*:}"
  done
  mount_kernel_files "$folder" "$root"
  [ "$flavour" != systemd ] || mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
  for node in null zero full random urandom tty; do
    : > "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for node in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${node%:*}" "$root/dev/${node#*:}"; done
  mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
  [ "$flavour" = systemd ] || ln -s null "$root/dev/console" # sysvinit wants to open it
  hostname "$name"
  cd "$root"
  pivot_root . mnt
  umount -l /mnt
  exec env -i container=testbed PATH="$PATH" LANG=C.UTF-8 $DROP /sbin/init
}

mount_kernel_files() { # FOLDER ROOT: /proc with only net writable, a boot id of its own, /sys read-only
  mount -t proc -o nosuid,nodev,noexec proc "$2/proc"
  mount --bind "$2/proc/sys" "$2/proc/sys"
  mount --bind "$2/proc/sys/net" "$2/proc/sys/net"
  mount -o remount,ro,bind "$2/proc/sys"
  [ ! -e "$2/proc/sysrq-trigger" ] || mount --bind /dev/null "$2/proc/sysrq-trigger"
  cat /proc/sys/kernel/random/uuid > "$1/boot_id"
  mount --bind "$1/boot_id" "$2/proc/sys/kernel/random/boot_id"
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$2/sys"
}

wait_booted() { # HOST: at most a minute
  local flavour pid i
  flavour=$(cat "$RUN/$1/flavour")
  for i in $(seq 1200); do
    pid=$(pid_one "$1" || :)
    [ "$i" -lt 40 ] || [ -n "$pid" ] || break
    [ -z "$pid" ] || ! is_up "$pid" "$flavour" || return 0
    sleep 0.05
  done
  die "$1 did not boot: $(tail -n 5 "$RUN/$1/console")"
}

is_up() { # PID FLAVOUR
  case $2 in
    systemd)
      [ -e "/proc/$1/root/run/systemd/private" ] &&
        timeout 60 nsenter -t "$1" -m -p -- systemctl is-system-running --wait 2> /dev/null | grep -qE '^(running|degraded)'
      ;;
    *) [ -e "/proc/$1/root/run/tb-booted" ] ;;
  esac
}

inside() { # HOST CMD…
  local name=$1 pid
  shift
  need_host "$name"
  pid=$(pid_one "$name") || die "$name is off"
  join_groups "$name" /exec
  exec $DROP nsenter -t "$pid" -m -p -u -i -C -T -n -r -w -- \
    env -i PATH="$PATH" HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

stop() { # HOST
  local pid
  need_host "$1"
  pid=$(pid_one "$1" || :)
  [ -n "$pid" ] || return 0
  if [ "$(cat "$RUN/$1/flavour")" = systemd ]; then
    kill -s RTMIN+4 "$pid"
  else
    (inside "$1" poweroff) > /dev/null 2>&1 || :
  fi
  wait_off "$1" || cut_power "$1"
}

cut_power() { # HOST
  need_host "$1"
  echo 1 > "$TRACKING/testbed/$1/cgroup.kill"
  wait_off "$1"
}

wait_off() { # HOST: at most ten seconds
  local i
  for i in $(seq 200); do
    [ -e "$RUN/$1/unshare.pid" ] || return 0
    sleep 0.05
  done
  return 1
}

reset() { # HOST
  need_host "$1"
  [ -z "$(pid_one "$1" || :)" ] || die "stop $1 first"
  rm -rf "$RUN/$1"/disk/*
  mkdir "$RUN/$1"/disk/{upper,work}
}

down() { # whatever there is
  local folder name namespace controller i
  set +e
  for folder in "$RUN"/h*/; do
    [ -d "$folder" ] && fault_delay "$(basename "$folder")" off
  done
  for folder in "$TRACKING"/testbed/*/; do
    [ -d "$folder" ] || continue
    echo 0 > "$folder/cgroup.freeze"
    echo 1 > "$folder/cgroup.kill"
  done
  for folder in "$RUN"/h*/; do
    [ -d "$folder" ] || continue
    wait_off "$(basename "$folder")"
    for i in $(seq 100); do
      mountpoint -q "$folder/disk" || break
      umount "$folder/disk" 2> /dev/null || sleep 0.05
    done
  done
  for namespace in $(ip netns list | awk '/^tb-/{print $1}'); do ip netns del "$namespace"; done
  for controller in "$TRACKING" ${CONTROLLERS:+$(printf "$CGROUPS/%s " $CONTROLLERS)}; do
    for i in $(seq 100); do
      [ -d "$controller/testbed" ] || break
      find "$controller/testbed" -depth -type d -exec rmdir {} + 2> /dev/null || sleep 0.05
    done
  done
  mountpoint -q "$RUN" || return 0
  [ ! -e "$RUN/inotify" ] || cat "$RUN/inotify" > $INOTIFY
  umount "$RUN"
  rmdir "$RUN"
}
