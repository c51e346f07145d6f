use std::sync::{Arc, Mutex};

use common::value::map;

use super::super::StateReturn;
use super::super::file::testing::value;
use super::super::registry::{Site, find};
use crate::process::{Command, Output, ProcessError, Processes, Program};
use crate::testing::{Tree, context, output};

/// A `crontab` program with one table.
#[derive(Default)]
struct Crontab(Mutex<String>);

impl Processes for Crontab {
    fn run(&self, command: &Command) -> Result<Output, ProcessError> {
        let Program::Direct(words) = &command.program else { panic!("{command:?}") };
        assert_eq!(words[..2], ["crontab", "-u"]);
        if words[2] == "nobody-such" {
            let failed =
                Output { stderr: b"crontab: user `nobody-such' unknown\n".to_vec(), ..output(1, "") };
            return Ok(failed);
        }
        let mut table = self.0.lock().unwrap();
        if words[3] == "-l" {
            return Ok(if table.is_empty() { output(1, "") } else { output(0, &table) });
        }
        *table = String::from_utf8(command.stdin.clone().unwrap()).unwrap();
        Ok(output(0, ""))
    }
}

fn run(crontab: &Arc<Crontab>, function: &str, yaml: &str, test: bool) -> StateReturn {
    let context = context(Tree::new(&[]), crontab.clone(), common::value::Map::new(), test);
    let site = Site { context: &context, id: "x", sls: "t", saltenv: "base", changed: &[] };
    find(function).unwrap().run(&site, value(yaml).as_map().unwrap())
}

#[test]
fn a_job_comes_changes_and_goes() {
    let crontab = Arc::new(Crontab::default());
    let yaml = "{name: /bin/x --y, user: root, minute: 5, hour: '0,12', identifier: X}";
    let dry = run(&crontab, "cron.present", yaml, true);
    assert_eq!((dry.result, dry.comment.as_str()), (None, "Cron /bin/x --y is set to be added"));
    let real = run(&crontab, "cron.present", yaml, false);
    assert_eq!(real.comment, "Cron /bin/x --y added to root's crontab");
    assert_eq!(real.changes, map([("root", "/bin/x --y".into())]));
    assert_eq!(
        *crontab.0.lock().unwrap(),
        "# Lines below here are managed by Salt, do not edit\n# SALT_CRON_IDENTIFIER:X\n5 0,12 * * * /bin/x --y\n"
    );
    let again = run(&crontab, "cron.present", yaml, false);
    assert_eq!((again.comment.as_str(), again.changes.len()), ("Cron /bin/x --y already present", 0));
    let updated = run(&crontab, "cron.present", "{name: /bin/x --y, minute: 6, identifier: X}", false);
    assert_eq!(updated.comment, "Cron /bin/x --y updated");
    let dry = run(&crontab, "cron.absent", "{name: other, identifier: X}", true);
    assert_eq!(dry.comment, "Cron other is set to be removed");
    let gone = run(&crontab, "cron.absent", "{name: other, identifier: X}", false);
    assert_eq!(gone.comment, "Cron other removed from root's crontab");
    let again = run(&crontab, "cron.absent", "{name: other, identifier: X}", false);
    assert_eq!(again.comment, "Cron other already absent");
}

#[test]
fn variables_come_and_go() {
    let crontab = Arc::new(Crontab::default());
    let yaml = "{name: MAILTO, value: ops, user: root}";
    assert_eq!(
        run(&crontab, "cron.env_present", yaml, false).comment,
        "Cron env MAILTO added to root's crontab"
    );
    assert_eq!(run(&crontab, "cron.env_present", yaml, false).comment, "Cron env MAILTO already present");
    assert_eq!(run(&crontab, "cron.env_absent", "{name: MAILTO}", true).result, None);
    assert_eq!(
        run(&crontab, "cron.env_absent", "{name: MAILTO}", false).comment,
        "Cron env MAILTO removed from root's crontab"
    );
}

#[test]
fn a_table_that_is_refused_fails_the_state() {
    let crontab = Arc::new(Crontab::default());
    let failed = run(&crontab, "cron.present", "{name: x, user: nobody-such}", false);
    assert_eq!(failed.result, Some(false));
    assert_eq!(
        failed.comment,
        "Cron x for user nobody-such failed to commit with error \ncrontab: user `nobody-such' unknown"
    );
}
