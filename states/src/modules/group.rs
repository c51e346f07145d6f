//! `group`: groups.

use common::value::{Map, Value};
use serde::Deserialize;

use super::Function;
use super::arguments::{Flag, Many, Text};
use super::user::accounts::{Accounts, Group};
use super::user::tools;
use super::{Call, Check, Done, Failure, StateFunction, change};

pub(super) static FUNCTIONS: &[Function] = &[Function::of::<Present>(), Function::of::<Absent>()];

/// A group that shall exist.
#[derive(Deserialize)]
struct Present {
    name: Text,
    gid: Option<u32>,
    #[serde(default)]
    system: Flag,
    addusers: Option<Many<Text>>,
    delusers: Option<Many<Text>>,
    members: Option<Many<Text>>,
    #[serde(default)]
    non_unique: Flag,
    #[serde(default)]
    local: Flag,
}

/// What to change in a group that exists.
#[derive(Debug, Default, PartialEq)]
struct Changes {
    gid: Option<u32>,
    /// The whole list of members.
    members: Option<Vec<String>>,
    addusers: Vec<String>,
    delusers: Vec<String>,
}

/// What a run has to do.
enum Plan {
    Create,
    Change(Changes),
}

impl StateFunction for Present {
    const NAME: &'static str = "group.present";
    const DOC: &'static str = "Ensure that a group exists.

name: the group
gid: its number; non_unique: even if another group has it (False)
system: take the number of a system group (False)
members: exactly these users, or
addusers, delusers: these users, none of these users
local: use lgroupadd, which changes local groups only (False)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = &self.name;
        if self.members.is_some() && (self.addusers.is_some() || self.delusers.is_some()) {
            return Err(Failure::new(
                "Error: Conflicting options \"members\" with \"addusers\" and/or \"delusers\" can not be used together. ",
            ));
        }
        let (add, remove) = (texts(self.addusers.as_ref()), texts(self.delusers.as_ref()));
        if add.iter().any(|user| remove.contains(user)) {
            return Err(Failure::new("Error. Same user(s) can not be added and deleted simultaneously"));
        }
        let accounts = Accounts::read(call.context);
        let Some(group) = accounts.group(name) else {
            if let Some(other) =
                self.gid.filter(|_| !self.non_unique.0).and_then(|gid| accounts.group_of_gid(gid))
                && !call.context.test
            {
                return Err(Failure::new(format!(
                    "Group {name} is not present but gid {} is already taken by group {}",
                    other.gid, other.name
                )));
            }
            return Ok(Check::differs(Plan::Create, format!("Group {name} set to be added"), Map::new()));
        };
        let changes = self.changes(&group);
        if changes == Changes::default() {
            return Ok(Check::clean(format!("Group {name} is present and up to date")));
        }
        let comment = changes.comment();
        Ok(Check::differs(Plan::Change(changes), comment, Map::new()))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        match plan {
            Plan::Create => self.create(call),
            Plan::Change(changes) => {
                self.apply(call, &changes)?;
                let comment = changes.comment();
                let left = self.left(call);
                if left == Changes::default() {
                    return Ok(Done::ok(comment, change("Final", "All changes applied successfully")));
                }
                let comment = format!("{comment}Some changes could not be applied");
                Ok(Done::failed(comment, change("Failed", left.to_map())))
            }
        }
    }
}

impl Present {
    fn changes(&self, group: &Group) -> Changes {
        let mut changes =
            Changes { gid: self.gid.filter(|gid| *gid != 0 && *gid != group.gid), ..Changes::default() };
        if let Some(members) = &self.members {
            let wanted = texts(Some(members));
            let same = wanted.iter().all(|user| group.members.contains(user))
                && group.members.iter().all(|user| wanted.contains(user));
            match (same, wanted.is_empty()) {
                (true, _) => {}
                (false, true) => changes.delusers.clone_from(&group.members),
                (false, false) => changes.members = Some(wanted),
            }
        }
        changes
            .addusers
            .extend(texts(self.addusers.as_ref()).into_iter().filter(|user| !group.members.contains(user)));
        changes
            .delusers
            .extend(texts(self.delusers.as_ref()).into_iter().filter(|user| group.members.contains(user)));
        changes
    }

    /// What still differs.
    fn left(&self, call: &Call<'_>) -> Changes {
        Accounts::read(call.context).group(&self.name).map(|group| self.changes(&group)).unwrap_or_default()
    }

    fn create(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let name = &self.name;
        let gid = self.gid.filter(|gid| *gid != 0).map(|gid| gid.to_string());
        let mut words = vec![if self.local.0 { "lgroupadd" } else { "groupadd" }];
        if let Some(gid) = &gid {
            words.extend(["-g", gid]);
            if self.non_unique.0 && !self.local.0 {
                words.push("-o");
            }
        }
        if self.system.0 {
            words.push("-r");
        }
        words.push(name);
        let output = tools::run(call.context, &words)?;
        if output.status != 0 {
            return Err(Failure::new(tools::because(format!("Failed to create new group {name}"), &output)));
        }
        let members = match texts(self.addusers.as_ref()) {
            added if added.is_empty() => texts(self.members.as_ref()),
            added => added,
        };
        if !members.is_empty() {
            tools::run(call.context, &["gpasswd", "--members", &members.join(","), name])?;
        }
        let left = self.left(call);
        if left != Changes::default() {
            let comment = format!("Group {name} has been created but, some changes could not be applied");
            return Ok(Done::failed(comment, change("Failed", left.to_map())));
        }
        let info = Accounts::read(call.context).group_info(name);
        Ok(Done::ok(format!("New group {name} created"), info))
    }

    fn apply(&self, call: &Call<'_>, changes: &Changes) -> Result<(), Failure> {
        let name = self.name.0.as_str();
        if let Some(gid) = changes.gid {
            let letter = if self.non_unique.0 { "-og" } else { "-g" };
            tools::run(call.context, &["groupmod", letter, &gid.to_string(), name])?;
        }
        if let Some(members) = &changes.members {
            tools::run(call.context, &["gpasswd", "--members", &members.join(","), name])?;
        }
        for user in &changes.addusers {
            tools::run(call.context, &["gpasswd", "--add", user, name])?;
        }
        for user in &changes.delusers {
            tools::run(call.context, &["gpasswd", "--del", user, name])?;
        }
        Ok(())
    }
}

impl Changes {
    /// The changes by Salt's names, in its order.
    fn to_map(&self) -> Map {
        let list = |users: &[String]| Value::from(users.to_vec());
        let mut map = Map::new();
        map.extend(self.gid.map(|gid| ("gid".into(), gid.into())));
        map.extend(self.members.as_ref().map(|members| ("members".into(), list(members))));
        for (key, users) in [("addusers", &self.addusers), ("delusers", &self.delusers)] {
            if !users.is_empty() {
                map.insert(key.into(), list(users));
            }
        }
        map
    }

    fn comment(&self) -> String {
        let lines: String = self.to_map().iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        format!("The following group attributes are set to be changed:\n{lines}")
    }
}

fn texts(many: Option<&Many<Text>>) -> Vec<String> {
    many.into_iter().flat_map(|many| &many.0).map(|text| text.0.clone()).collect()
}

/// A group that shall not exist.
#[derive(Deserialize)]
struct Absent {
    name: Text,
    #[serde(default)]
    local: Flag,
}

impl StateFunction for Absent {
    const NAME: &'static str = "group.absent";
    const DOC: &'static str = "Ensure that a group does not exist.

name: the group
local: use lgroupdel, which changes local groups only (False)";

    type Plan = ();

    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        if Accounts::read(call.context).group(&self.name).is_none() {
            return Ok(Check::clean("Group not present"));
        }
        Ok(Check::differs((), format!("Group {} is set for removal", self.name), Map::new()))
    }

    fn converge(&self, call: &Call<'_>, (): ()) -> Result<Done, Failure> {
        let name = &self.name;
        let program = if self.local.0 { "lgroupdel" } else { "groupdel" };
        let output = tools::run(call.context, &[program, name])?;
        if output.status != 0 {
            return Err(Failure::new(tools::because(format!("Failed to remove group {name}"), &output)));
        }
        Ok(Done::ok(format!("Removed group {name}"), change(name, "")))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::trial::{Host, below, changes};
    use crate::process::Output;
    use crate::testing::output;

    const FILES: &[(&str, &str)] = &[("/etc/group", "root:x:0:\nweb:x:500:ann,bob\n")];

    fn programs(root: &Path, line: &str) -> Output {
        let path = below(root, "/etc/group");
        let text = fs::read_to_string(&path).unwrap();
        let text = match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["groupadd", "-g", gid, name] => format!("{text}{name}:x:{gid}:\n"),
            ["gpasswd", "--members", users, "web"] => format!("root:x:0:\nweb:x:500:{users}\n"),
            ["gpasswd", "--add", "eve", "web"] => text.replace("bob", "bob,eve"),
            ["groupdel", "web"] => "root:x:0:\n".into(),
            _ => return output(1, ""),
        };
        fs::write(path, text).unwrap();
        output(0, "")
    }

    #[test]
    fn a_new_group() {
        let host = Host::new(FILES, programs);
        let done = host.state("group.present", "{name: ops, gid: 600}");
        assert_eq!(done.comment, "New group ops created");
        assert_eq!(done.changes, changes("{name: ops, passwd: x, gid: 600, members: []}"));
        assert_eq!(host.state("group.present", "{name: ops}").comment, "Group ops is present and up to date");
        let taken = host.state("group.present", "{name: other, gid: 600}");
        assert_eq!(taken.comment, "Group other is not present but gid 600 is already taken by group ops");
    }

    #[test]
    fn members() {
        let host = Host::new(FILES, programs);
        let done = host.state("group.present", "{name: web, addusers: [ann, eve]}");
        assert_eq!(
            done.comment,
            "The following group attributes are set to be changed:\naddusers: ['eve']\n"
        );
        assert_eq!(done.changes, changes("{Final: All changes applied successfully}"));
        let done = host.state("group.present", "{name: web, members: [zoe]}");
        assert_eq!(done.result, Some(true));
        assert_eq!(host.text("/etc/group"), "root:x:0:\nweb:x:500:zoe\n");
        let refused = host.state("group.present", "{name: web, gid: 501}");
        assert_eq!(refused.changes, changes("{Failed: {gid: 501}}"));
    }

    #[test]
    fn removal() {
        let host = Host::new(FILES, programs);
        assert_eq!(host.state("group.absent", "{name: web}").changes, changes("{web: ''}"));
        assert_eq!(host.state("group.absent", "{name: web}").comment, "Group not present");
        let dry = Host::dry(FILES, programs);
        assert_eq!(dry.state("group.absent", "{name: web}").comment, "Group web is set for removal");
    }
}
