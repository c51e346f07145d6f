//! Who a process runs as. Names are looked up before the fork, since looking up is not safe after it.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;

use nix::sys::stat::{Mode, umask};
use nix::unistd::{Gid, Group, Uid, User, geteuid, getgid, getgrouplist, getuid, setgid, setgroups, setuid};

use super::{Command, ProcessError};

/// A user, a group, both or neither, found in the system's database.
pub(super) struct Identity {
    user: Option<User>,
    group: Option<Gid>,
    /// The supplementary groups of the user.
    groups: Vec<Gid>,
}

impl Identity {
    /// Finds the user and the group that a command names.
    pub(super) fn of(command: &Command) -> Result<Self, ProcessError> {
        let user = command.user.as_deref().map(find_user).transpose()?;
        let group = command.group.as_deref().map(find_group).transpose()?;
        let groups = match &user {
            Some(user) => groups_of(user),
            None => Vec::new(),
        };
        Ok(Self { user, group, groups })
    }

    /// The home of the user, or of the user of this process.
    pub(super) fn home(&self) -> Option<PathBuf> {
        match &self.user {
            Some(user) => Some(user.dir.clone()),
            None => std::env::var_os("HOME")
                .filter(|home| !home.is_empty())
                .map(PathBuf::from)
                .or_else(|| User::from_uid(getuid()).ok().flatten().map(|user| user.dir)),
        }
    }

    /// What a login of the user would set.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        self.user.iter().fold(Vec::new(), |mut env, user| {
            env.push(("HOME", user.dir.to_string_lossy().into_owned()));
            env.push(("USER", user.name.clone()));
            env.push(("LOGNAME", user.name.clone()));
            env
        })
    }

    /// Makes `process` take this identity and the mask between fork and exec.
    pub(super) fn apply(self, process: &mut std::process::Command, mask: Option<u32>) -> io::Result<()> {
        let gid = self.group.or(self.user.as_ref().map(|user| user.gid)).filter(|gid| *gid != getgid());
        let uid = self.user.as_ref().map(|user| user.uid).filter(|uid| *uid != getuid());
        let changes = uid.is_some() || gid.is_some();
        if changes && !geteuid().is_root() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "only root may run a command as another user or group",
            ));
        }
        let groups = self.user.is_some().then_some(self.groups).filter(|_| geteuid().is_root());
        if changes || groups.is_some() || mask.is_some() {
            before_exec(process, Switch { groups, gid, uid, mask: mask.map(Mode::from_bits_truncate) });
        }
        Ok(())
    }
}

/// The system calls to make, in their order: groups first, since they need what giving up the user gives up.
struct Switch {
    groups: Option<Vec<Gid>>,
    gid: Option<Gid>,
    uid: Option<Uid>,
    mask: Option<Mode>,
}

impl Switch {
    fn make(&self) -> io::Result<()> {
        if let Some(groups) = &self.groups {
            setgroups(groups)?;
        }
        if let Some(gid) = self.gid {
            setgid(gid)?;
        }
        if let Some(uid) = self.uid {
            setuid(uid)?;
        }
        if let Some(mask) = self.mask {
            umask(mask);
        }
        Ok(())
    }
}

/// Makes the switch in the child, between fork and exec.
#[allow(unsafe_code)]
fn before_exec(process: &mut std::process::Command, switch: Switch) {
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. `Switch::make` makes bare system calls on
    // data that was built before the fork; it allocates nothing, takes no lock and cannot panic. An error is an errno,
    // which is carried to the parent without allocation.
    unsafe {
        process.pre_exec(move || switch.make());
    }
}

fn find_user(name: &str) -> Result<User, ProcessError> {
    let by_number = || name.parse().ok().and_then(|uid| User::from_uid(Uid::from_raw(uid)).ok().flatten());
    let user = User::from_name(name).ok().flatten().or_else(by_number);
    user.ok_or_else(|| ProcessError::NoUser(name.into()))
}

/// A group may be a number that no group has: the kernel does not mind.
fn find_group(name: &str) -> Result<Gid, ProcessError> {
    let group = Group::from_name(name).ok().flatten().map(|group| group.gid);
    let gid = group.or_else(|| name.parse().ok().map(Gid::from_raw));
    gid.ok_or_else(|| ProcessError::NoGroup(name.into()))
}

fn groups_of(user: &User) -> Vec<Gid> {
    let Ok(name) = std::ffi::CString::new(user.name.as_bytes()) else { return vec![user.gid] };
    getgrouplist(&name, user.gid).unwrap_or_else(|_| vec![user.gid])
}
