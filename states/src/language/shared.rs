//! What the runs of many hosts share: a rendered text that several of them have is parsed once, and so is a regular expression.
//!
//! Most SLS files come to the same text on most hosts of a fleet, and parsing it is a large part of a compile. A document is
//! found by a hash of all that it is made from, so it is never one of another tree or of an older text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use common::regex::Flags;
use fancy_regex::Regex;

use super::node::Node;

/// The most regular expressions that are kept.
const PATTERNS: usize = 64;

/// The most bytes of text whose documents are kept in each of the two halves.
const LIMIT: usize = 8 << 20;

/// What the runs of many hosts share: see [`RunState::sharing`](crate::context::RunState::sharing). It is for one piece of
/// work: what it keeps is not kept longer than that, since there may be secrets in it.
#[derive(Default)]
pub struct Shared {
    documents: Mutex<Documents>,
    patterns: Mutex<HashMap<(String, Flags), Arc<Regex>>>,
}

/// The name of a document: a hash of all that it is made from.
pub(super) type DocumentKey = [u8; 32];

/// Documents in two halves: when the younger is full, the elder is forgotten and the younger takes its place.
#[derive(Default)]
struct Documents {
    younger: HashMap<DocumentKey, Kept>,
    elder: HashMap<DocumentKey, Kept>,
    /// The bytes of text behind the younger half.
    size: usize,
}

struct Kept {
    document: Arc<Node>,
    /// The bytes of its text.
    size: usize,
}

impl Shared {
    /// The document of that key; `make` reads it, from `size` bytes of text, when it is not known.
    pub(super) fn document<E>(
        &self,
        key: DocumentKey,
        size: usize,
        make: impl FnOnce() -> Result<Arc<Node>, E>,
    ) -> Result<Arc<Node>, E> {
        let documents = || self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = documents().find(&key) {
            return Ok(known);
        }
        let document = make()?;
        documents().keep(key, Kept { document: Arc::clone(&document), size });
        Ok(document)
    }

    /// A regular expression; `read` reads it when it is not known.
    pub(super) fn pattern<E>(
        &self,
        pattern: &str,
        flags: Flags,
        read: impl FnOnce(&str) -> Result<Arc<Regex>, E>,
    ) -> Result<Arc<Regex>, E> {
        let patterns = || self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (pattern.to_owned(), flags);
        if let Some(known) = patterns().get(&key) {
            return Ok(Arc::clone(known));
        }
        let regex = read(pattern)?;
        let mut patterns = patterns();
        if patterns.len() >= PATTERNS {
            patterns.clear();
        }
        patterns.insert(key, Arc::clone(&regex));
        Ok(regex)
    }
}

impl Documents {
    fn find(&mut self, key: &DocumentKey) -> Option<Arc<Node>> {
        if let Some(kept) = self.younger.get(key) {
            return Some(Arc::clone(&kept.document));
        }
        let kept = self.elder.remove(key)?;
        let document = Arc::clone(&kept.document);
        self.keep(*key, kept);
        Some(document)
    }

    fn keep(&mut self, key: DocumentKey, kept: Kept) {
        if kept.size > LIMIT {
            return;
        }
        if self.size + kept.size > LIMIT {
            self.elder = std::mem::take(&mut self.younger);
            self.size = 0;
        }
        let size = kept.size;
        if self.younger.insert(key, kept).is_none() {
            self.size += size;
        }
    }
}

#[cfg(test)]
mod tests {
    use common::value::{Map, Value, map};

    use super::*;
    use crate::context::RunState;
    use crate::diagnostic::Place;
    use crate::language::{Kind, Source, render};
    use crate::testing::{Book, Tree, context, output};

    fn node(text: &str) -> Node {
        let place = Place { file: "t".into(), line: 1, column: 1 };
        Node { kind: Kind::Scalar(text.into()), place }
    }

    #[test]
    fn a_document_is_made_once() {
        let shared = Shared::default();
        let make =
            |text: &'static str| shared.document([1; 32], 10, || Ok::<_, ()>(Arc::new(node(text)))).unwrap();
        assert_eq!(make("first").as_str(), Some("first"));
        assert_eq!(make("second").as_str(), Some("first"));
        assert_eq!(shared.document([2; 32], 10, || Err::<Arc<Node>, _>("broken")).unwrap_err(), "broken");
    }

    #[test]
    fn an_expression_is_read_once_for_its_flags() {
        let shared = Shared::default();
        let read =
            |flags, text: &str| shared.pattern("a", flags, |_| Regex::new(text).map(Arc::new)).unwrap();
        let plain = Flags::default();
        assert_eq!(read(plain, "first").as_str(), "first");
        assert_eq!(read(plain, "later").as_str(), "first");
        assert_eq!(read(Flags { ignore_case: true, ..plain }, "other").as_str(), "other");
        for number in 0..3 * PATTERNS {
            let read = |text: &str| Regex::new(text).map(Arc::new);
            shared.pattern(&format!("{number}"), plain, read).unwrap();
        }
        assert!(shared.patterns.lock().unwrap().len() <= PATTERNS);
    }

    #[test]
    fn the_documents_kept_have_a_bound() {
        let mut documents = Documents::default();
        let kept = |size| Kept { document: Arc::new(node("x")), size };
        for number in 0..100u8 {
            documents.keep([number; 32], kept(LIMIT / 10));
            assert!(documents.find(&[number; 32]).is_some());
            assert!(documents.younger.len() + documents.elder.len() <= 20);
            // What is asked for again and again stays.
            assert!(documents.find(&[0; 32]).is_some());
        }
        assert!(documents.find(&[50; 32]).is_none());
        documents.keep([200; 32], kept(LIMIT + 1));
        assert!(documents.find(&[200; 32]).is_none());
    }

    /// What a file comes to on a host with that role.
    fn rendered(run: RunState, path: &str, text: &str, role: &str) -> Node {
        let tree = Tree::new(&[("defaults.yaml", "port: 80\n")]);
        let pillar = map([("role", Value::from(role))]);
        let host = context(tree, Arc::new(Book::new(|_| output(0, ""))), pillar, true)
            .varied(|context| context.run = run);
        let source =
            Source { path: path.into(), saltenv: "base".into(), sls: "web".into(), text: text.into() };
        render(&host, &source, &Map::new()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn hosts_that_share_get_what_each_gets_alone() {
        let own = "id:\n  cmd.run:\n    - name: {{ pillar.role }}\n";
        let texts = [
            own,
            "id:\n  cmd.run:\n    - name: web\n",
            // The same text from other lines, and from another part of the template.
            "{# more #}\n{%- if true %}\nid:\n  cmd.run:\n    - name: {{ 'web' }}\n{%- endif %}\n",
            "#!jinja|json\n{\"a\": 1.0}\n",
            "#!jinja|yaml\n{\"a\": 1.0}\n",
            "{% import_yaml 'defaults.yaml' as it %}{% do it.update({'more': pillar.role}) %}a: {{ it }}\n",
        ];
        let shared = Arc::default();
        for text in texts {
            for path in ["web.sls", "web/init.sls"] {
                for role in ["web", "db", "web"] {
                    let alone = rendered(RunState::default(), path, text, role);
                    let beside = rendered(RunState::sharing(&shared), path, text, role);
                    assert_eq!(format!("{alone:?}"), format!("{beside:?}"));
                }
            }
        }
        let twice = [0, 1].map(|_| rendered(RunState::sharing(&shared), "web.sls", own, "web"));
        let [first, second] = twice.each_ref().map(|node| &node.as_map().unwrap()[0].1);
        assert!(Arc::ptr_eq(first, second), "nothing was shared");
    }
}
