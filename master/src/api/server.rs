//! The daemon's end of the control socket.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use nix::unistd::{Uid, User};
use tokio::net::{UnixListener, UnixStream};

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

/// The name of the user at the other end, as the kernel knows it.
#[must_use]
pub fn user_of(stream: &UnixStream) -> String {
    let Ok(credentials) = stream.peer_cred() else { return "unknown".into() };
    match User::from_uid(Uid::from_raw(credentials.uid())) {
        Ok(Some(user)) => user.name,
        _ => format!("uid {}", credentials.uid()),
    }
}
