//! `host.present`: a name for these addresses.

use common::value::{Map, Value};
use serde::Deserialize;

use super::super::arguments::{Flag, Many, Text};
use super::super::{Call, Check, Done, Failure, StateFunction};
use super::hosts::Hosts;

/// The arguments of `host.present`.
#[derive(Deserialize)]
pub(super) struct Present {
    name: Text,
    ip: Many<Text>,
    #[serde(default)]
    comment: Option<Text>,
    #[serde(default)]
    clean: Flag,
}

/// The new text of the file, and what to say once it is there.
pub(super) struct Plan {
    hosts: Hosts,
    comment: String,
    changes: Map,
}

impl StateFunction for Present {
    const NAME: &'static str = "host.present";
    const DOC: &'static str = "A name for these addresses in /etc/hosts.\n\n\
        ip (one or a list), comment, clean (take the name from other addresses)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let mut hosts = super::read(call)?;
        let found = hosts.clone();
        let mut said = Said::default();
        let name = &*self.name;
        let text = self.comment.as_deref().filter(|comment| !comment.is_empty());
        let ips: Vec<&str> = self.ip.0.iter().map(|ip| &**ip).collect();
        if let Some(ip) = ips.iter().find(|ip| ip.parse::<std::net::IpAddr>().is_err()) {
            return Err(Failure::new(format!("Invalid IP Address for {name} ({ip})")));
        }
        let mut comments = Vec::new();
        for ip in &ips {
            let there = found.has(ip, name);
            let commented = text.is_none_or(|text| {
                found.get(ip).is_some_and(|address| address.comment.as_deref() == Some(text))
            });
            if !there {
                hosts.add(ip, name);
                said.change(
                    &format!("Added host {name} ({ip})"),
                    &format!("Host {name} ({ip}) would be added"),
                );
                note(&mut said.changes, "added", ip, name);
            } else if commented {
                said.say(format!("Host {name} ({ip}) already present"));
            }
            if let Some(text) = text.filter(|_| !commented) {
                comments.push((*ip, text));
            }
        }
        for (ip, text) in comments {
            hosts.set_comment(ip, text);
            said.change(
                &format!("Set comment for host {ip} ({text})"),
                &format!("Comment for {ip} ({text}) would be added"),
            );
            note(&mut said.changes, "comment_added", ip, text);
        }
        self.other_addresses(call, &ips, &found, &mut hosts, &mut said);
        if said.changes.is_empty() {
            return Ok(Check::clean(said.real.join("\n")));
        }
        let plan = Plan { hosts, comment: said.real.join("\n"), changes: said.changes.clone() };
        Ok(Check::differs(plan, said.dry.join("\n"), said.changes))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        super::write(call, &plan.hosts)?;
        Ok(Done::ok(plan.comment, plan.changes))
    }
}

impl Present {
    /// Other addresses that have the name: it is taken from them with `clean`, else there is a warning.
    fn other_addresses(
        &self,
        call: &Call<'_>,
        ips: &[&str],
        found: &Hosts,
        hosts: &mut Hosts,
        said: &mut Said,
    ) {
        let name = &*self.name;
        let others = found.addresses().filter(|address| {
            !ips.contains(&address.ip.as_str()) && address.names.iter().any(|known| known == name)
        });
        for ip in others.map(|address| &address.ip) {
            if self.clean.0 {
                hosts.remove(ip, name);
                said.change(
                    &format!("Removed host {name} ({ip})"),
                    &format!("Host {name} ({ip}) would be removed"),
                );
                note(&mut said.changes, "removed", ip, name);
            } else {
                call.warnings.borrow_mut().push(format!(
                    "Host {name} present for IP address {ip}. To get rid of this warning, either run this state with \
                     'clean' set to True to remove {name} from {ip}, or add {ip} to the 'ip' argument."
                ));
            }
        }
    }
}

/// The comments of the real and of the dry run, and the changes of both.
#[derive(Default)]
struct Said {
    real: Vec<String>,
    dry: Vec<String>,
    changes: Map,
}

impl Said {
    fn say(&mut self, comment: String) {
        self.real.push(comment.clone());
        self.dry.push(comment);
    }

    fn change(&mut self, real: &str, dry: &str) {
        self.real.push(real.into());
        self.dry.push(dry.into());
    }
}

/// `changes: {added: {10.0.0.1: [name]}}`.
fn note(changes: &mut Map, kind: &str, ip: &str, what: &str) {
    let of_kind = changes.entry(kind.into()).or_insert_with(|| Value::Map(Map::new()));
    if let Some(map) = of_kind.as_map_mut() {
        map.insert(ip.into(), vec![what].into());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::file::testing::{Host, value};

    #[test]
    fn names_come_and_go() {
        let mut host = Host::new(&[]);
        host.configure("hosts.file", "hosts");
        host.write("hosts", "127.0.0.1\tlocalhost\n10.0.0.9 web\n");
        let (dry, real) = host.converge("host.present", "/web", "{name: web, ip: [10.0.0.1], comment: why}");
        assert_eq!(
            dry.comment,
            "Host web (10.0.0.1) would be added\nComment for 10.0.0.1 (why) would be added"
        );
        assert_eq!(real.comment, "Added host web (10.0.0.1)\nSet comment for host 10.0.0.1 (why)");
        assert_eq!(
            common::value::Value::Map(real.changes),
            value("{added: {10.0.0.1: [web]}, comment_added: {10.0.0.1: [why]}}")
        );
        assert_eq!(real.warnings.len(), 1);
        assert_eq!(host.read("hosts"), "127.0.0.1\t\tlocalhost\n10.0.0.9\t\tweb\n10.0.0.1\t\tweb\t\t# why\n");
        let (_, real) = host.converge("host.present", "/web", "{name: web, ip: 10.0.0.1, clean: true}");
        assert_eq!(real.comment, "Host web (10.0.0.1) already present\nRemoved host web (10.0.0.9)");
        let (dry, real) = host.converge("host.absent", "/web", "{name: web, ip: 10.0.0.1}");
        assert_eq!(dry.comment, "Host web (10.0.0.1) needs to be removed");
        assert_eq!(real.comment, "Removed host web (10.0.0.1)");
        assert_eq!(host.read("hosts"), "127.0.0.1\t\tlocalhost\n");
    }

    #[test]
    fn addresses_are_checked() {
        let mut host = Host::new(&[]);
        host.configure("hosts.file", "hosts");
        let refused = host.run("host.present", "/web", "{name: web, ip: 10.0.0}");
        assert_eq!(refused.comment, "Invalid IP Address for web (10.0.0)");
    }
}
