//! `file.managed`: a file with this content, owner and mode.

mod contents;
mod converge;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use common::value::{Map, Value, map};
use serde::{Deserialize, Deserializer, de};

use super::super::arguments::{Flag, Many, Mode, Text, unless_blank, unless_empty};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::content::Content;
use super::ownership::{Principal, Status, Wanted, mode_text};
use super::source::{Located, SourceArgument, locate};
use super::{paths, template};

/// The arguments of `file.managed`.
#[derive(Deserialize)]
pub(super) struct Managed {
    name: Text,
    #[serde(default)]
    source: Option<SourceArgument>,
    #[serde(default)]
    source_hash: Option<Text>,
    #[serde(default)]
    contents: Option<Value>,
    #[serde(default)]
    contents_pillar: Option<Value>,
    #[serde(default)]
    contents_grains: Option<Value>,
    #[serde(default = "yes")]
    contents_newline: Flag,
    #[serde(default)]
    contents_delimiter: Option<Text>,
    #[serde(default = "yes")]
    allow_empty: Flag,
    #[serde(default, deserialize_with = "unless_empty")]
    template: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    context: Option<Value>,
    #[serde(default, deserialize_with = "unless_empty")]
    defaults: Option<Value>,
    #[serde(default)]
    user: Option<Principal>,
    #[serde(default)]
    group: Option<Principal>,
    #[serde(default)]
    mode: Option<FileMode>,
    #[serde(default)]
    makedirs: Flag,
    #[serde(default, deserialize_with = "unless_blank")]
    dir_mode: Option<Mode>,
    #[serde(default = "yes")]
    replace: Flag,
    #[serde(default = "yes")]
    create: Flag,
    #[serde(default)]
    backup: Option<Text>,
    #[serde(default = "yes")]
    show_changes: Flag,
    #[serde(default)]
    new_file_diff: Flag,
    #[serde(default = "yes")]
    follow_symlinks: Flag,
    #[serde(default)]
    check_cmd: Many<Text>,
    #[serde(default)]
    tmp_dir: Option<Text>,
    #[serde(default)]
    tmp_ext: Option<Text>,
}

/// `mode`: permission bits, or `keep` for those of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileMode {
    /// Those of the source.
    Keep,
    /// These.
    Bits(u32),
}

/// What `file.managed` found to do.
pub(super) enum Plan {
    /// The content is right, or not to be touched; owner or mode are not.
    Permissions { path: PathBuf, wanted: Wanted, comment: String },
    /// The content is to be replaced.
    Replace { path: PathBuf, content: Content, wanted: Wanted, changes: Map },
    /// There is no file yet.
    Create {
        path: PathBuf,
        content: Option<Content>,
        /// The content is a copy of a source, not something of the state itself.
        from_source: bool,
        wanted: Wanted,
    },
}

/// The content a state asks for.
enum Desired {
    /// None: whatever is there stays.
    Anything,
    /// This.
    Content(Content),
    /// That of a source.
    Source(Located),
}

/// Arguments of Salt's function that this one takes and has no use for; templates don't see them.
const WITHOUT_EFFECT: &[&str] = &[
    "keep_source",
    "source_hash_name",
    "skip_verify",
    "verify_ssl",
    "encoding_errors",
    "win_owner",
    "win_perms",
    "win_deny_perms",
    "win_inheritance",
    "win_perms_reset",
    "env",
];

/// Arguments of Salt's function that would change what happens and are not supported.
const UNSUPPORTED: &[&str] = &[
    "attrs",
    "selinux",
    "encoding",
    "signature",
    "source_hash_sig",
    "signed_by_any",
    "signed_by_all",
    "keyring",
    "gnupghome",
    "sig_backend",
    "use_etag",
    "ignore_ordering",
    "ignore_whitespace",
    "ignore_comment_characters",
];

impl StateFunction for Managed {
    const NAME: &'static str = "file.managed";
    const DOC: &'static str = "A file with this content, owner and mode.\n\n\
        source (salt://, a local path, or a list), contents, contents_pillar, contents_grains, template (jinja), \
        context, defaults, user, group, mode (or keep), makedirs, dir_mode, replace, create, backup (minion), \
        show_changes, new_file_diff, follow_symlinks, check_cmd, allow_empty, contents_newline, source_hash";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        self.check_arguments(call)?;
        let given = template::given(self.context.as_ref(), self.defaults.as_ref())?;
        let contents = contents::of(self, call, &given)?;
        let name = paths::expand_user(&self.name);
        let path = PathBuf::from(&name);
        if !self.create.0 && !path.is_file() {
            return Ok(Check::clean(format!("File {name} is not present and is not set for creation")));
        }
        let mut wanted = self.wanted(call)?;
        wanted.check_names(call)?;
        paths::absolute(&name)?;
        if path.is_dir() {
            return Err(Failure::new(format!("Specified target {name} is a directory")));
        }
        if path.exists() && !path.is_file() {
            return Err(Failure::new(format!("Specified target {name} is not a regular file")));
        }
        let source = self.source.as_ref().filter(|source| !source.is_empty());
        if path.exists() && (!self.replace.0 || (source.is_none() && contents.is_none())) {
            return self.check_permissions(call, &path, wanted);
        }
        let desired = match (contents, source) {
            (Some(bytes), _) => Desired::Content(Content::Bytes(bytes)),
            (None, None) => Desired::Anything,
            (None, Some(source)) => self.check_source(call, source, &mut wanted, given)?,
        };
        if paths::exists_itself(&path) {
            self.check_existing(call, &path, &desired, wanted)
        } else {
            self.check_missing(call, path, &desired, wanted)
        }
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        converge::converge(self, call, plan)
    }
}

impl Managed {
    fn check_arguments(&self, call: &Call<'_>) -> Result<(), Failure> {
        let fail = |comment: &str| Err(Failure::new(comment));
        if self.name.is_empty() {
            return fail("Destination file name is required");
        }
        if let Some(argument) = UNSUPPORTED
            .iter()
            .find(|argument| common::value::get(call.extra, argument).is_some_and(Value::is_true))
        {
            return fail(&format!("The argument '{argument}' of file.managed is not supported; remove it"));
        }
        if common::value::get(call.extra, "file_mode").is_some() {
            call.warnings.borrow_mut().push(
                "The 'file_mode' argument will be ignored.  Please use 'mode' instead to set file permissions.".into(),
            );
        }
        let given = |value: &Option<Value>| usize::from(value.as_ref().is_some_and(|value| !value.is_null()));
        let contents = given(&self.contents) + given(&self.contents_pillar) + given(&self.contents_grains);
        if self.source.as_ref().is_some_and(|source| !source.is_empty()) && contents > 0 {
            return fail(
                "'source' cannot be used in combination with 'contents', 'contents_pillar', or 'contents_grains'",
            );
        }
        if self.mode == Some(FileMode::Keep) && contents > 0 {
            return fail(
                "Mode preservation cannot be used in combination with 'contents', 'contents_pillar', or \
                 'contents_grains'",
            );
        }
        if contents > 1 {
            return fail("Only one of 'contents', 'contents_pillar', and 'contents_grains' is permitted");
        }
        Ok(())
    }

    /// Owner, group and mode; `owner`, which old trees use, counts where there is no `user`.
    fn wanted(&self, call: &Call<'_>) -> Result<Wanted, Failure> {
        let mode = match self.mode {
            Some(FileMode::Bits(mode)) => Some(mode),
            _ => None,
        };
        let wanted = Wanted::new(self.user.as_ref(), self.group.as_ref(), mode);
        let Some(owner) = common::value::get(call.extra, "owner").filter(|_| wanted.user.is_none()) else {
            return Ok(wanted);
        };
        call.warnings
            .borrow_mut()
            .push("Use of argument owner found, \"owner\" is invalid, please use \"user\"".into());
        let owner = Principal::deserialize(owner.clone())?;
        Ok(Wanted::new(Some(&owner), self.group.as_ref(), mode))
    }

    /// Finds the source and, if it is a template, renders it.
    fn check_source(
        &self,
        call: &Call<'_>,
        source: &SourceArgument,
        wanted: &mut Wanted,
        mut given: Map,
    ) -> Result<Desired, Failure> {
        let hash = self.source_hash.as_deref();
        let (text, hash) = source
            .choose(call, hash)
            .map_err(|error| Failure::new(format!("Unable to manage file: {error}")))?;
        let found = locate(call, text).and_then(|located| located.verify(hash).map(|()| located));
        let located = found.map_err(|error| unable(call, &error))?;
        if self.mode == Some(FileMode::Keep) {
            wanted.mode = Some(located.mode());
        }
        let Some(engine) = &self.template else { return Ok(Desired::Source(located)) };
        if let Some(gathered) = call.context.run.accumulators.of(&paths::expand_user(&self.name)) {
            given.insert("accumulator".into(), Value::Map(gathered.texts));
        }
        let variables = self.variables(call, &located, wanted, given);
        let rendered = located
            .read_text(call)
            .and_then(|text| template::render(call, engine, &located.path(), &text, &variables))
            .map_err(|error| unable(call, &error))?;
        Ok(Desired::Content(Content::Bytes(rendered.into_bytes())))
    }

    /// What a template sees besides the globals: the arguments that describe the file, arguments that the function does
    /// not know, and over all of them `defaults` and `context`.
    fn variables(&self, call: &Call<'_>, located: &Located, wanted: &Wanted, given: Map) -> Map {
        let mut variables = map([
            ("name", paths::expand_user(&self.name).into()),
            ("source", (&located.text).into()),
            ("user", wanted.user.as_ref().map(Principal::to_value).into()),
            ("group", wanted.group.as_ref().map(Principal::to_value).into()),
            ("mode", self.wanted(call).ok().and_then(|wanted| wanted.mode).map(mode_text).into()),
            ("attrs", Value::Null),
            ("saltenv", call.saltenv.into()),
        ]);
        let strays = call.extra.iter().filter(|(key, _)| {
            key.as_str().is_none_or(|key| !WITHOUT_EFFECT.contains(&key) && !UNSUPPORTED.contains(&key))
        });
        variables.extend(strays.map(|(key, value)| (key.clone(), value.clone())));
        variables.extend(given);
        variables
    }

    /// Content is not asked for, or `replace: False`.
    fn check_permissions(
        &self,
        call: &Call<'_>,
        path: &Path,
        wanted: Wanted,
    ) -> Result<Check<Plan>, Failure> {
        let status = self.status(path)?;
        let changes = wanted.differences(&status);
        let name = path.display();
        if changes.is_empty() {
            let comment = if call.context.test {
                format!("File {name} not updated")
            } else {
                format!("File {name} exists with proper permissions. No changes made.")
            };
            return Ok(Check::clean(comment));
        }
        let comment = match wanted.mode.filter(|mode| *mode != status.mode) {
            Some(mode) => format!(
                "File {name} will be updated with permissions {} from its current state of {}",
                mode_text(mode),
                mode_text(status.mode)
            ),
            None => format!("File {name} not updated"),
        };
        let plan = Plan::Permissions { path: path.into(), wanted, comment: String::new() };
        Ok(Check::differs(plan, comment, changes))
    }

    fn check_existing(
        &self,
        call: &Call<'_>,
        path: &Path,
        desired: &Desired,
        wanted: Wanted,
    ) -> Result<Check<Plan>, Failure> {
        let name = path.display();
        let real = if paths::is_link(path) {
            path.canonicalize()
                .map_err(|error| unable(call, &format!("{name} is a link to nothing: {error}")))?
        } else {
            path.to_path_buf()
        };
        let replaces_link = paths::is_link(path) && !self.follow_symlinks.0;
        let failed = |error: String| unable(call, &error);
        let same = !replaces_link
            && match desired {
                Desired::Anything => true,
                Desired::Content(content) => {
                    content.equals(&real).map_err(|error| paths::failure("Unable to read", &real, &error))?
                }
                Desired::Source(located) => located.equals(call, &real).map_err(failed)?,
            };
        let mut changes = Map::new();
        let content = match desired {
            _ if same => None,
            Desired::Anything => None,
            Desired::Content(content) => Some(content.clone()),
            Desired::Source(located) => Some(located.content(call).map_err(failed)?),
        };
        if let Some(content) = &content {
            let diff = self.diff(content, Some(&real))?;
            let replaced = "Replace symbolic link with regular file";
            changes.insert("diff".into(), if diff.is_empty() { replaced.into() } else { diff.into() });
        }
        changes.extend(wanted.differences(&self.status(path)?));
        if changes.is_empty() {
            return Ok(Check::clean(format!("File {name} is in the correct state").replacen(
                "File",
                if call.context.test { "The file" } else { "File" },
                1,
            )));
        }
        let written = if replaces_link { path.to_path_buf() } else { real };
        let plan = match content {
            Some(content) => Plan::Replace { path: written, content, wanted, changes: changes.clone() },
            None => Plan::Permissions { path: path.into(), wanted, comment: format!("File {name} updated") },
        };
        Ok(Check::differs(plan, set_to_be_changed(path), changes))
    }

    fn check_missing(
        &self,
        call: &Call<'_>,
        path: PathBuf,
        desired: &Desired,
        wanted: Wanted,
    ) -> Result<Check<Plan>, Failure> {
        let (content, from_source) = match desired {
            Desired::Anything => (None, false),
            Desired::Content(content) => (Some(content.clone()), self.source.is_some()),
            Desired::Source(located) => {
                (Some(located.content(call).map_err(|error| unable(call, &error))?), true)
            }
        };
        if !call.context.test && !self.makedirs.0 && !path.parent().is_some_and(Path::is_dir) {
            return Err(Failure::new("Parent directory not present"));
        }
        let changes = match &content {
            Some(content) if self.new_file_diff.0 => change("diff", self.diff(content, None)?),
            _ => change("newfile", path.display().to_string()),
        };
        let comment = set_to_be_changed(&path);
        Ok(Check::differs(Plan::Create { path, content, from_source, wanted }, comment, changes))
    }

    fn diff(&self, content: &Content, old: Option<&Path>) -> Result<String, Failure> {
        if !self.show_changes.0 {
            return Ok("<show_changes=False>".into());
        }
        content
            .diff_from(old)
            .map_err(|error| Failure::new(format!("Unable to compare {}: {error}", self.name)))
    }

    fn status(&self, path: &Path) -> Result<Status, Failure> {
        Status::read(path, self.follow_symlinks.0)
            .map_err(|error| paths::failure("Unable to read", path, &error))
    }
}

/// Salt puts this sentence before what went wrong with a source, except in a dry run.
fn unable(call: &Call<'_>, error: &str) -> Failure {
    Failure::new(if call.context.test { error.to_owned() } else { format!("Unable to manage file: {error}") })
}

fn set_to_be_changed(path: &Path) -> String {
    format!(
        "The file {} is set to be changed\nNote: No changes made, actual changes may\nbe different due to other states.",
        path.display()
    )
}

fn yes() -> Flag {
    Flag(true)
}

impl<'de> Deserialize<'de> for FileMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("keep")) {
            return Ok(Self::Keep);
        }
        Mode::deserialize(value).map(|mode| Self::Bits(mode.0)).map_err(de::Error::custom)
    }
}
