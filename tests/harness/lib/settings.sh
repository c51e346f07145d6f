# Where things are, and the small questions that every part asks.

CACHE=${TESTBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lantern-testbed}
IMAGES=$CACHE/images
RUN=$CACHE/run

# The folders of this machine that every host sees read-only, as SOURCE:PLACE pairs between blanks.
BINDS="$CACHE/repository:/srv/repo ${TESTBED_BINDS:-}"

# Control groups: either version 2 alone, or the version 1 controllers with version 2 beside them for tracking alone.
CGROUPS=/sys/fs/cgroup
if [ -d $CGROUPS/unified ]; then
  TRACKING=$CGROUPS/unified
  CONTROLLERS="memory devices pids"
else
  TRACKING=$CGROUPS
  CONTROLLERS=""
fi

# Hosts have no user namespace, so no process of a host, `exec` included, may hold what reaches past it: the one clock of
# the machine, modules, ports, the kernel's log, audit, security modules.
DROPPED=-sys_time,-sys_module,-sys_rawio,-syslog,-audit_control,-audit_read,-mac_admin,-mac_override,-wake_alarm
DROP="setpriv --bounding-set $DROPPED,-block_suspend,-bpf,-perfmon"

die() {
  echo "testbed: $*" >&2
  exit 1
}

need_host() { # HOST
  [ -d "$RUN/$1" ] || die "there is no host $1"
}

address_of() { # HOST
  echo "10.77.1.$((1 + ${1#h}))"
}

pid_one() { # HOST: the number of its PID 1 as seen outside; fails when it is off
  local outer
  outer=$(cat "$RUN/$1/unshare.pid" 2> /dev/null) || return 1
  awk '{print $1; exit !NF}' "/proc/$outer/task/$outer/children" 2> /dev/null
}

join_groups() { # HOST [SUBGROUP]: moves this process into the control groups of a host
  local controller
  mkdir -p "$TRACKING/testbed/$1${2:-}"
  echo 0 > "$TRACKING/testbed/$1${2:-}/cgroup.procs"
  for controller in $CONTROLLERS; do echo 0 > "$CGROUPS/$controller/testbed/$1/cgroup.procs"; done
}
