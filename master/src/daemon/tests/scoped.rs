//! `file_access: scoped` against hosts that ask for more, by the hashes of what they want.

use common::message::{ObjectHeader, Work};
use common::store::Hash;
use common::tree::{Snapshot, flatten};

use super::*;
use crate::config::FileAccess;
use crate::jobs::ApplySpec;

const WEB: &[u8] = b"a:\n  file.managed:\n    - name: /a\n    - source: salt://page\n";

impl Master {
    /// A master that offers each host its part of a tree in which `fp-1` gets `web` and `db-1` gets `db`.
    async fn scoped() -> Self {
        let mut master = Self { folder: tempfile::tempdir().unwrap(), running: None };
        let tree = master.folder.path().join("tree");
        std::fs::create_dir(&tree).unwrap();
        let top = "base:\n  'fp-*': [web]\n  'db-*': [db]\n";
        for (path, content) in [
            ("top.sls", top.as_bytes()),
            ("web.sls", WEB),
            ("page", b"page"),
            ("db.sls", b"{}"),
            ("key", b"secret"),
        ] {
            std::fs::write(tree.join(path), content).unwrap();
        }
        master.running = Some(start(master.scoped_config()).await.unwrap());
        master
    }

    fn scoped_config(&self) -> Config {
        let roots = Roots::from([("base".into(), vec![self.folder.path().join("tree")])]);
        Config { file_access: FileAccess::Scoped, file_roots: roots, ..self.config(true) }
    }

    async fn apply(&self, target: &str) -> Client {
        self.begin(Spec::Apply(ApplySpec::default()), target, None, Policy::default()).await
    }
}

/// Whether each object is sent, one request each.
async fn sent(link: &Link, hashes: &[Hash]) -> Vec<bool> {
    let mut sent = Vec::new();
    for hash in hashes {
        let (mut send, mut recv) = link.connection.open_bi().await.unwrap();
        frame::write(&mut send, &AgentRequest::Objects { hashes: vec![*hash] }).await.unwrap();
        let _ = send.finish();
        sent.push(frame::read::<ObjectHeader>(&mut recv).await.unwrap().size.is_some());
    }
    sent
}

fn tree_of(task: &Task) -> Hash {
    let Work::Prepare(request) = &task.work else { panic!("{task:?}") };
    request.tree
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_sent_no_object_of_anothers_part() {
    within(async {
        let master = Master::scoped().await;
        let (web, db) =
            (Actor::new("fp-1").come_in(&master).await, Actor::new("db-1").come_in(&master).await);
        let (mut applied_web, mut applied_db) = (master.apply("fp-1").await, master.apply("db-1").await);
        let (web_task, db_task) = (web.task().await.0, db.task().await.0);
        let (web_tree, db_tree) = (tree_of(&web_task), tree_of(&db_task));
        assert_ne!(web_tree, db_tree);
        let store = &master.daemon().store;
        let part = Snapshot::from_object(web_tree, &store.read(web_tree).unwrap()).unwrap();
        let files = flatten(store, part.environments[0].root).unwrap();
        assert_eq!(files.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["page", "top.sls", "web.sls"]);

        let [page, key, db_sls] = [b"page".as_slice(), b"secret", b"{}"].map(Hash::of);
        assert!(store.contains(key) && store.contains(db_sls), "the master has them");
        let root = part.environments[0].root;
        let whole = master.daemon().ledger.job(&web_task.jid).unwrap().unwrap().tree.unwrap();
        let wanted = [web_tree, root, page, Hash::of(WEB), key, db_sls, db_tree, whole, Hash::of(b"no such")];
        let own = [true, true, true, true, false, false, false, false, false];
        assert_eq!(sent(&web, &wanted).await, own);
        assert_eq!(
            sent(&db, &[db_sls, db_tree, page, web_tree, key]).await,
            [true, true, false, false, false]
        );
        drop((applied_web.next().await, applied_db.next().await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_offered_is_offered_again_after_a_restart() {
    within(async {
        let mut master = Master::scoped().await;
        let mut actor = Actor::new("fp-1");
        let link = actor.come_in(&master).await;
        let job = master.apply("fp-1").await;
        let tree = tree_of(&link.task().await.0);
        master.running.take().unwrap().stop().await;
        master.running = Some(start(master.scoped_config()).await.unwrap());
        let link = actor.come_in(&master).await;
        // A worker that goes on asks before the job has sent its task again.
        let wanted = [tree, Hash::of(b"page")];
        let (sent, task) = tokio::join!(sent(&link, &wanted), link.task());
        assert_eq!(sent, [true, true]);
        assert_eq!(tree_of(&task.0), tree);
        drop(job);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_retired_host_was_offered_is_forgotten() {
    within(async {
        let master = Master::scoped().await;
        let (web, db) =
            (Actor::new("fp-1").come_in(&master).await, Actor::new("db-1").come_in(&master).await);
        // A call that reads the tree, of which the job knows nothing any more when it has ended.
        let call = CallSpec { function: "cp.list_master".into(), ..CallSpec::default() };
        let job = master.begin(Spec::Call(call), "*", None, Policy::default()).await;
        tokio::join!(web.answer(), db.answer());
        outcome(job).await;
        let remembered = || {
            let mut objects = std::collections::HashSet::new();
            master.daemon().scoper.objects(&mut objects);
            [b"page".as_slice(), b"{}"].map(|content| objects.contains(&Hash::of(content)))
        };
        assert_eq!(remembered(), [true, true]);
        let retire = Request::Retire { pattern: "fp-1".into(), unseen: None };
        assert!(matches!(Client::ask(&master.socket(), &retire).await, Ok(Response::Retired(gone)) if gone.len() == 1));
        assert_eq!(master.keys(KeyAction::Delete, "db-1").await, 1);
        // The job's own hold on them goes a moment after its end is told.
        while remembered() != [false, false] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
