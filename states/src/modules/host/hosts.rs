//! The text of `/etc/hosts`, as Salt's `hosts` module reads and writes it.

/// The file: comment lines and addresses, in the order in which each first stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hosts(Vec<Address>);

/// One address with its names, or a line that is a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// The address; empty for a comment line.
    pub(super) ip: String,
    /// Its names.
    pub(super) names: Vec<String>,
    /// What stands behind them after a `#`.
    pub(super) comment: Option<String>,
}

impl Hosts {
    /// Reads the file. Lines of the same address become one; empty lines are dropped.
    pub(super) fn parse(text: &str) -> Self {
        let mut hosts = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line.starts_with('#') {
                hosts.0.push(Address { comment: Some(line.into()), ..Address::default() });
                continue;
            }
            let (entry, comment) =
                line.split_once('#').map_or((line, ""), |(entry, comment)| (entry, comment.trim()));
            let mut words = entry.split_whitespace();
            let Some(ip) = words.next() else { continue };
            let address = hosts.entry(ip);
            address.names.extend(words.map(Into::into));
            if !comment.is_empty() {
                address.comment = Some(comment.into());
            }
        }
        hosts
    }

    /// The text of the file.
    pub(super) fn render(&self) -> String {
        self.0.iter().fold(String::new(), |text, line| text + line.render().trim() + "\n")
    }

    /// Every address.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.0.iter().filter(|line| !line.ip.is_empty())
    }

    /// The address, if it is there.
    pub(super) fn get(&self, ip: &str) -> Option<&Address> {
        self.addresses().find(|address| address.ip == ip)
    }

    /// Whether an address has a name.
    pub(super) fn has(&self, ip: &str, name: &str) -> bool {
        self.get(ip).is_some_and(|address| address.names.iter().any(|known| known == name))
    }

    /// Gives an address a name.
    pub(super) fn add(&mut self, ip: &str, name: &str) {
        if !self.has(ip, name) {
            self.entry(ip).names.push(name.into());
        }
    }

    /// Sets what stands behind an address.
    pub(super) fn set_comment(&mut self, ip: &str, comment: &str) {
        self.entry(ip).comment = Some(comment.into());
    }

    /// Takes a name from an address; an address without names goes too.
    pub(super) fn remove(&mut self, ip: &str, name: &str) {
        self.entry(ip).names.retain(|known| known != name);
        self.0.retain(|line| line.ip != ip || !line.names.is_empty());
    }

    fn entry(&mut self, ip: &str) -> &mut Address {
        let at = self.0.iter().position(|line| line.ip == ip).unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push(Address { ip: ip.into(), ..Address::default() });
        }
        &mut self.0[at]
    }
}

impl Address {
    fn render(&self) -> String {
        match &self.comment {
            Some(comment) if self.ip.is_empty() => comment.clone(),
            Some(comment) => format!("{}\t\t{}\t\t# {comment}", self.ip, self.names.join(" ")),
            None => format!("{}\t\t{}", self.ip, self.names.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_salt_writes_it() {
        let text = "# top\n127.0.0.1\t\tlocalhost me\t\t# own\n\n::1 ip6\n127.0.0.1 more\n";
        let hosts = Hosts::parse(text);
        assert_eq!(hosts.render(), "# top\n127.0.0.1\t\tlocalhost me more\t\t# own\n::1\t\tip6\n");
        assert_eq!(Hosts::parse(&hosts.render()), hosts);
    }

    #[test]
    fn names_come_and_go() {
        let mut hosts = Hosts::default();
        hosts.add("10.0.0.1", "a");
        hosts.add("10.0.0.1", "a");
        hosts.set_comment("10.0.0.1", "why");
        assert_eq!(hosts.render(), "10.0.0.1\t\ta\t\t# why\n");
        hosts.add("10.0.0.1", "b");
        hosts.remove("10.0.0.1", "a");
        assert!(hosts.has("10.0.0.1", "b"));
        hosts.remove("10.0.0.1", "b");
        assert_eq!(hosts.render(), "");
    }
}
