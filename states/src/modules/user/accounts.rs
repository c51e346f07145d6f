//! The users and groups of this host, as `/etc/passwd`, `/etc/group` and `/etc/shadow` have them.

use std::fs;

use common::value::{Map, Value, map};
use nix::unistd::{Group as SystemGroup, User as SystemUser, getgrouplist};

use super::identity::Identity;
use crate::context::Context;

/// A line of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) passwd: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Full name, room, work phone, home phone, other: always five.
    pub(crate) gecos: [String; 5],
    pub(crate) home: String,
    pub(crate) shell: String,
}

/// A line of `/etc/group`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) passwd: String,
    pub(crate) gid: u32,
    pub(crate) members: Vec<String>,
}

/// A line of `/etc/shadow`. An empty number is -1, as the C library has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shadow {
    pub(crate) name: String,
    pub(crate) passwd: String,
    /// Last change, minimum, maximum, warning, inactivity, expiry: days.
    pub(crate) days: [i64; 6],
}

/// The names of [`Shadow::days`], as Salt returns them.
pub(crate) const SHADOW_DAYS: [&str; 6] = ["lstchg", "min", "max", "warn", "inact", "expire"];

/// The names of [`User::gecos`], as Salt returns them.
pub(crate) const GECOS: [&str; 5] = ["fullname", "roomnumber", "workphone", "homephone", "other"];

/// The accounts at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    users: Vec<User>,
    groups: Vec<Group>,
    shadows: Vec<Shadow>,
    /// Whether accounts of other sources (a directory service) count as well.
    system: bool,
}

impl Accounts {
    /// Reads the accounts. A file that cannot be read counts as empty, as `/etc/shadow` is for all but root.
    pub(crate) fn read(context: &Context) -> Self {
        let text = |path: &str| {
            let bytes = fs::read(context.run.host_path(path)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let mut accounts = Self::parse(&text("/etc/passwd"), &text("/etc/group"), &text("/etc/shadow"));
        accounts.system = context.run.root.is_none();
        accounts
    }

    /// Reads the accounts from the texts of the three files. Lines of another form are left out.
    pub(crate) fn parse(passwd: &str, group: &str, shadow: &str) -> Self {
        Self {
            users: passwd.lines().filter_map(user_line).collect(),
            groups: group.lines().filter_map(group_line).collect(),
            shadows: shadow.lines().filter_map(shadow_line).collect(),
            system: false,
        }
    }

    /// A user by name.
    pub(crate) fn user(&self, name: &str) -> Option<User> {
        self.users.iter().find(|user| user.name == name).cloned().or_else(|| {
            let user = SystemUser::from_name(name).ok().flatten().filter(|_| self.system)?;
            Some(User {
                name: user.name,
                passwd: user.passwd.to_string_lossy().into_owned(),
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
                gecos: gecos(&user.gecos.to_string_lossy()),
                home: user.dir.to_string_lossy().into_owned(),
                shell: user.shell.to_string_lossy().into_owned(),
            })
        })
    }

    /// A group by name.
    pub(crate) fn group(&self, name: &str) -> Option<Group> {
        let known = self.groups.iter().find(|group| group.name == name).cloned();
        known.or_else(|| SystemGroup::from_name(name).ok().flatten().filter(|_| self.system).map(from_system))
    }

    /// A group by number.
    pub(crate) fn group_of_gid(&self, gid: u32) -> Option<Group> {
        let known = self.groups.iter().find(|group| group.gid == gid).cloned();
        let of_system = || SystemGroup::from_gid(gid.into()).ok().flatten().filter(|_| self.system);
        known.or_else(|| of_system().map(from_system))
    }

    /// The number of a group.
    pub(crate) fn gid(&self, group: &Identity) -> Option<u32> {
        match group {
            Identity::Number(gid) => Some(*gid),
            Identity::Name(name) => self.group(name).map(|group| group.gid),
        }
    }

    /// The password entry of a user.
    pub(crate) fn shadow(&self, name: &str) -> Option<&Shadow> {
        self.shadows.iter().find(|shadow| shadow.name == name)
    }

    /// The names of the groups a user is in, its primary group among them, sorted. Groups that share a number all count.
    pub(crate) fn groups_of(&self, user: &User) -> Vec<String> {
        let mut gids: Vec<u32> = self
            .groups
            .iter()
            .filter(|group| group.members.contains(&user.name))
            .map(|group| group.gid)
            .chain([user.gid])
            .collect();
        if self.system && !self.users.iter().any(|known| known.name == user.name) {
            let name = std::ffi::CString::new(user.name.as_str()).unwrap_or_default();
            gids.extend(getgrouplist(&name, user.gid.into()).into_iter().flatten().map(|gid| gid.as_raw()));
        }
        let mut names: Vec<String> = self
            .groups
            .iter()
            .filter(|group| gids.contains(&group.gid))
            .map(|group| group.name.clone())
            .collect();
        let foreign = gids.iter().filter(|gid| !self.groups.iter().any(|group| group.gid == **gid));
        names.extend(foreign.filter_map(|gid| self.group_of_gid(*gid)).map(|group| group.name));
        names.sort();
        names.dedup();
        names
    }

    /// What Salt's `user.info` returns; an empty map for nobody.
    pub(crate) fn user_info(&self, name: &str) -> Map {
        let Some(user) = self.user(name) else { return Map::new() };
        let mut info = map([
            ("gid", user.gid.into()),
            ("groups", self.groups_of(&user).into()),
            ("home", user.home.into()),
            ("name", user.name.into()),
            ("passwd", user.passwd.into()),
            ("shell", user.shell.into()),
            ("uid", user.uid.into()),
        ]);
        info.extend(GECOS.iter().zip(user.gecos).map(|(key, field)| (Value::from(*key), field.into())));
        info
    }

    /// What Salt's `group.info` returns; an empty map for none.
    pub(crate) fn group_info(&self, name: &str) -> Map {
        let Some(group) = self.group(name) else { return Map::new() };
        map([
            ("name", group.name.into()),
            ("passwd", group.passwd.into()),
            ("gid", group.gid.into()),
            ("members", group.members.into()),
        ])
    }
}

fn from_system(group: SystemGroup) -> Group {
    Group {
        name: group.name,
        passwd: group.passwd.to_string_lossy().into_owned(),
        gid: group.gid.as_raw(),
        members: group.mem,
    }
}

fn user_line(line: &str) -> Option<User> {
    let fields: Vec<_> = line.split(':').collect();
    let [name, passwd, uid, gid, full, home, shell] = fields.as_slice() else { return None };
    Some(User {
        name: (*name).into(),
        passwd: (*passwd).into(),
        uid: uid.parse().ok()?,
        gid: gid.parse().ok()?,
        gecos: gecos(full),
        home: (*home).into(),
        shell: (*shell).into(),
    })
}

fn gecos(field: &str) -> [String; 5] {
    let mut parts = field.splitn(5, ',').map(str::to_owned);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

fn group_line(line: &str) -> Option<Group> {
    let fields: Vec<_> = line.split(':').collect();
    let [name, passwd, gid, members] = fields.as_slice() else { return None };
    Some(Group {
        name: (*name).into(),
        passwd: (*passwd).into(),
        gid: gid.parse().ok()?,
        members: members.split(',').filter(|member| !member.is_empty()).map(Into::into).collect(),
    })
}

fn shadow_line(line: &str) -> Option<Shadow> {
    let mut fields = line.split(':');
    let (name, passwd) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    let days = std::array::from_fn(|_| fields.next().and_then(|field| field.parse().ok()).unwrap_or(-1));
    Some(Shadow { name, passwd, days })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:Ann A.,12,,,:/home/ann:/bin/sh\nbroken\n";
    const GROUP: &str = "root:x:0:\nann:x:1000:\nsudo:x:27:ann\nwheel:x:27:\nadm:x:4:syslog,ann\n";
    const SHADOW: &str = "root:*:19000:0:99999:7:::\nann:$6$x$y:19001:0:99999:7:30::\n";

    #[test]
    fn the_files_are_read() {
        let accounts = Accounts::parse(PASSWD, GROUP, SHADOW);
        let ann = accounts.user("ann").unwrap();
        assert_eq!((ann.uid, ann.gecos[0].as_str(), ann.gecos[1].as_str()), (1000, "Ann A.", "12"));
        assert_eq!(accounts.groups_of(&ann), ["adm", "ann", "sudo", "wheel"]);
        assert_eq!(accounts.shadow("ann").unwrap().days, [19001, 0, 99999, 7, 30, -1]);
        assert!(accounts.user("broken").is_none());
        assert_eq!(accounts.gid(&Identity::Name("sudo".into())), Some(27));
        assert_eq!(accounts.group_info("adm").len(), 4);
        assert!(accounts.user_info("nobody-here").is_empty());
    }
}
