//! The daemon's end of the control socket.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use nix::unistd::{Gid, Group, Uid, User, getgrouplist};
use tokio::net::{UnixListener, UnixStream};

use super::Caller;

/// Binds the control socket, for its owner and group alone. A socket that a dead daemon left is replaced; one that a
/// living daemon listens at is an error.
///
/// # Errors
/// When it can't be bound.
pub fn bind(socket: &Path) -> std::io::Result<UnixListener> {
    if let Some(folder) = socket.parent().filter(|folder| !folder.exists()) {
        std::fs::create_dir_all(folder)?;
    }
    if std::os::unix::net::UnixStream::connect(socket).is_ok() {
        let message = format!("another master listens at {}", socket.display());
        return Err(std::io::Error::new(std::io::ErrorKind::AddrInUse, message));
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Bound under a name of its own and renamed when its mode is right, so that there is no moment at which others may connect.
    let hidden = socket.with_extension(format!("{}.new", std::process::id()));
    let _ = std::fs::remove_file(&hidden);
    let listener = UnixListener::bind(&hidden)?;
    std::fs::set_permissions(&hidden, std::fs::Permissions::from_mode(0o660))?;
    std::fs::rename(&hidden, socket)?;
    Ok(listener)
}

/// Sets who may connect: with lists of users in the configuration everybody, to be told what they may; without them the
/// socket's owner and group.
///
/// # Errors
/// When the socket's mode can't be changed.
pub fn open_to_listed(socket: &Path, listed: bool) -> std::io::Result<()> {
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(if listed { 0o666 } else { 0o660 }))
}

/// The user at the other end, as the kernel knows them. One without a name has none here.
#[must_use]
pub fn caller(stream: &UnixStream) -> Caller {
    let Ok(credentials) = stream.peer_cred() else { return Caller::default() };
    let uid = credentials.uid();
    let Ok(Some(user)) = User::from_uid(Uid::from_raw(uid)) else {
        return Caller { uid: Some(uid), user: format!("uid {uid}"), groups: Vec::new() };
    };
    let name = std::ffi::CString::new(user.name.as_str()).unwrap_or_default();
    let groups = getgrouplist(&name, Gid::from_raw(credentials.gid())).unwrap_or_default();
    let names = groups.into_iter().filter_map(|gid| Group::from_gid(gid).ok().flatten());
    Caller { uid: Some(uid), user: user.name, groups: names.map(|group| group.name).collect() }
}
