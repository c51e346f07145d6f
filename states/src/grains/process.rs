//! The process that asks: its user, its directories, its shell.

use nix::unistd::{Group, User, getgid, getuid};

use super::Grains;
use super::machine::Machine;

pub(super) fn collect(machine: &Machine, grains: &mut Grains) {
    let (uid, gid) = (getuid(), getgid());
    let cwd = std::env::current_dir().unwrap_or_default();
    grains.put("cwd", cwd.to_string_lossy().into_owned());
    grains.put("uid", uid.as_raw());
    grains.put("gid", gid.as_raw());
    grains.put("username", User::from_uid(uid).ok().flatten().map(|user| user.name));
    grains.put("groupname", Group::from_gid(gid).ok().flatten().map(|group| group.name));
    grains.put("pid", std::process::id());
    let path = std::env::var("PATH").unwrap_or_default();
    let folders: Vec<_> = path.trim().split(':').map(str::to_owned).collect();
    grains.put("path", path.trim());
    grains.put("systempath", folders);
    grains.put("shell", shell(machine));
    grains.put("ps", "ps -efHww");
}

/// The shell that commands are given to: the one of the environment, else root's, else `/bin/sh`.
fn shell(machine: &Machine) -> String {
    let from_environment = std::env::var("SHELL").ok().filter(|shell| !shell.is_empty());
    let of_root = || {
        let accounts = machine.text("/etc/passwd")?;
        let root = accounts.lines().find(|line| line.starts_with("root:"))?;
        root.rsplit(':').next().filter(|shell| !shell.is_empty()).map(str::to_owned)
    };
    from_environment.or_else(of_root).unwrap_or_else(|| "/bin/sh".into())
}
