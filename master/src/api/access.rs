//! Who may ask what over the control socket.

use super::Request;
use crate::config::Config;

/// Who is at the other end of the control socket, as the kernel and the user database know them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The number; none where the kernel does not tell, which is nobody.
    pub uid: Option<u32>,
    /// The name.
    pub user: String,
    /// The names of their groups.
    pub groups: Vec<String>,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing.
    None,
    /// Look at hosts, keys and jobs.
    Read,
    /// Everything.
    Operate,
}

impl Access {
    /// What a caller may do. Root and the daemon's own user may do everything. Without `operators` and `readers` in the
    /// configuration so may whoever the socket lets in, which is its group.
    #[must_use]
    pub fn of(caller: &Caller, config: &Config, own: u32) -> Self {
        let Some(uid) = caller.uid else { return Self::None };
        let is_listed = |entries: &[String]| {
            entries.iter().any(|entry| match entry.strip_prefix('@') {
                Some(group) => caller.groups.iter().any(|of| of == group),
                None => *entry == caller.user,
            })
        };
        if uid == 0 || uid == own || !config.lists_users() || is_listed(&config.operators) {
            Self::Operate
        } else if is_listed(&config.readers) {
            Self::Read
        } else {
            Self::None
        }
    }

    /// What a request needs. To compile a tree runs the functions that its templates call, so it is no mere look.
    #[must_use]
    pub fn needed(request: &Request) -> Self {
        use crate::api::KeyAction;
        match request {
            Request::Follow { .. }
            | Request::Hosts { .. }
            | Request::Job { .. }
            | Request::Jobs { .. }
            | Request::Keys { action: KeyAction::List, .. }
            | Request::Schedules
            | Request::Status
            | Request::Tokens => Self::Read,
            Request::Cancel { .. }
            | Request::Check(_)
            | Request::Deviants { .. }
            | Request::Explain { .. }
            | Request::Issue { .. }
            | Request::Keys { .. }
            | Request::NewToken { .. }
            | Request::Pause { .. }
            | Request::Retire { .. }
            | Request::RevokeTokens { .. }
            | Request::Schedule { .. }
            | Request::Start { .. }
            | Request::Unschedule { .. } => Self::Operate,
        }
    }

    /// Why a user with this access gets no more, and what would change that.
    #[must_use]
    pub fn refusal(self, caller: &Caller) -> String {
        let user = &caller.user;
        match self {
            Self::None => format!(
                "user {user} may not use this master: an administrator can name them under `operators` or `readers` in master.yaml"
            ),
            Self::Read | Self::Operate => format!(
                "user {user} may only look (`readers` in master.yaml): for this they must be one of its `operators`"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(uid: u32, user: &str, groups: &[&str]) -> Caller {
        let groups = groups.iter().map(ToString::to_string).collect();
        Caller { uid: Some(uid), user: user.into(), groups }
    }

    #[test]
    fn lists_say_who_may_what() {
        let listed = Config {
            operators: vec!["ann".into(), "@ops".into()],
            readers: vec!["@staff".into()],
            ..Config::default()
        };
        let of = |caller: &Caller| Access::of(caller, &listed, 900);
        assert_eq!(of(&caller(0, "root", &[])), Access::Operate);
        assert_eq!(of(&caller(900, "lantern", &[])), Access::Operate);
        assert_eq!(of(&caller(1, "ann", &["staff"])), Access::Operate);
        assert_eq!(of(&caller(2, "bob", &["ops"])), Access::Operate);
        assert_eq!(of(&caller(3, "cy", &["staff"])), Access::Read);
        assert_eq!(of(&caller(4, "staff", &["users"])), Access::None, "a user is no group");
        assert_eq!(of(&Caller::default()), Access::None);
        assert_eq!(Access::of(&caller(4, "dee", &[]), &Config::default(), 900), Access::Operate);
        let readers = Config { readers: vec!["cy".into()], ..Config::default() };
        assert_eq!(Access::of(&caller(4, "dee", &[]), &readers, 900), Access::None);
    }

    #[test]
    fn readers_look_and_touch_nothing() {
        assert_eq!(Access::needed(&Request::Jobs { limit: 1 }), Access::Read);
        assert_eq!(Access::needed(&Request::Check(crate::api::CheckSpec::default())), Access::Operate);
        let retire = Request::Retire { pattern: "*".into(), unseen: None };
        assert_eq!(Access::needed(&retire), Access::Operate);
        let words = Access::Read.refusal(&caller(3, "cy", &[]));
        assert!(words.contains("cy") && words.contains("operators"), "{words}");
    }
}
