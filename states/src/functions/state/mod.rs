//! `state.*`: applying states, and showing what would be applied.

mod loose;
mod request;
mod run;

use common::value::Value;

pub use request::pillarenv;

use super::registry::Function;
use crate::compile::show;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "state.apply",
        doc: "Applies the named SLS files, or what the top file gives the host.\n\n\
              mods: the SLS files, a list or a text with commas\n\
              exclude: SLS files to leave out, or maps {id: …} and {sls: …}\n\
              test: whether nothing is changed and it is only said what would be\n\
              pillar: a map that is merged into the pillar\n\
              saltenv: the environment of the SLS files",
        parameters: APPLY,
        run: |context, arguments| run::apply(context, "state.apply", arguments),
    },
    Function {
        name: "state.sls",
        doc: "Applies the named SLS files; arguments as for state.apply.",
        parameters: APPLY,
        run: |context, arguments| run::sls(context, "state.sls", arguments),
    },
    Function {
        name: "state.highstate",
        doc: "Applies what the top file gives the host.\n\n\
              test: whether nothing is changed and it is only said what would be\n\
              pillar: a map that is merged into the pillar",
        parameters: &["test", "pillar"],
        run: |context, arguments| run::highstate(context, "state.highstate", arguments),
    },
    Function {
        name: "state.test",
        doc: "Says what state.apply would change; arguments as for state.apply.",
        parameters: APPLY,
        run: |context, arguments| {
            let mut arguments = arguments.clone();
            arguments.keyword.insert("test".into(), true.into());
            run::apply(context, "state.test", &arguments)
        },
    },
    Function {
        name: "state.single",
        doc: "Runs one state function.\n\n\
              fun: the function, such as pkg.installed\n\
              name: its name\n\
              test: whether nothing is changed and it is only said what would be\n\
              Other arguments are those of the function.",
        parameters: &["fun", "name", "test"],
        run: |context, arguments| run::single(context, "state.single", arguments),
    },
    Function {
        name: "state.sls_id",
        doc: "Applies one id of the named SLS files, and before it what it requires.\n\n\
              id: the id\nmods, test, pillar, saltenv: as for state.apply",
        parameters: &["id", "mods", "test"],
        run: |context, arguments| run::sls_id(context, "state.sls_id", arguments),
    },
    Function {
        name: "state.sls_exists",
        doc: "Whether the named SLS files are there and render.\n\nmods: the SLS files, a list or a text with commas",
        parameters: &["mods"],
        run: |context, arguments| run::exists(context, "state.sls_exists", arguments),
    },
    Function {
        name: "state.running",
        doc: "The state runs that are going on, a sentence for each. Under an agent its daemon answers.",
        parameters: &[],
        run: |_, _| Ok(Value::List(Vec::new())),
    },
    Function {
        name: "state.show_top",
        doc: "The SLS files that the top file gives the host, by environment.",
        parameters: &[],
        run: |context, arguments| run::shown(context, "state.show_top", arguments, show::top),
    },
    Function {
        name: "state.show_highstate",
        doc: "What the SLS files of the top file declare.",
        parameters: &[],
        run: |context, arguments| run::shown(context, "state.show_highstate", arguments, show::highstate),
    },
    Function {
        name: "state.show_lowstate",
        doc: "The states that the top file gives the host, in their order.",
        parameters: &[],
        run: |context, arguments| run::shown(context, "state.show_lowstate", arguments, show::lowstate),
    },
    Function {
        name: "state.show_sls",
        doc: "What the named SLS files declare.\n\nmods: the SLS files, a list or a text with commas",
        parameters: &["mods"],
        run: |context, arguments| run::shown_sls(context, "state.show_sls", arguments, show::sls),
    },
    Function {
        name: "state.show_low_sls",
        doc: "The states of the named SLS files, in their order.\n\nmods: the SLS files, a list or a text with commas",
        parameters: &["mods"],
        run: |context, arguments| run::shown_sls(context, "state.show_low_sls", arguments, show::low_sls),
    },
    Function {
        name: "state.show_states",
        doc: "The SLS files that the top file gives the host, with what they include, in the order of their states.",
        parameters: &[],
        run: |context, arguments| run::shown(context, "state.show_states", arguments, show::states),
    },
    Function {
        name: "state.show_state_usage",
        doc: "For each environment which SLS files the top file names for the host, and which not.",
        parameters: &[],
        run: |context, arguments| run::shown(context, "state.show_state_usage", arguments, show::usage),
    },
    Function {
        name: "state.id_exists",
        doc: "Whether the named SLS files declare these ids.\n\nids: a list, or a text with commas\nmods: the SLS files",
        parameters: &["ids", "mods"],
        run: |context, arguments| loose::id_exists(context, "state.id_exists", arguments),
    },
    Function {
        name: "state.top",
        doc: "Applies what another top file gives the host.\n\ntopfn: the file\ntest, pillar: as for state.highstate",
        parameters: &["topfn", "test"],
        run: |context, arguments| loose::top(context, "state.top", arguments),
    },
    Function {
        name: "state.template_str",
        doc: "Applies the states of a template.\n\ntem: its text",
        parameters: &["tem"],
        run: |context, arguments| loose::template_str(context, "state.template_str", arguments),
    },
    Function {
        name: "state.high",
        doc: "Applies declarations given as data.\n\ndata: ids with their states, as in an SLS\ntest, pillar: as for state.apply",
        parameters: &["data", "test"],
        run: |context, arguments| loose::high(context, "state.high", arguments),
    },
    Function {
        name: "state.low",
        doc: "Runs one state given as data.\n\ndata: a map with state, fun and name, and the arguments of the function",
        parameters: &["data"],
        run: |context, arguments| loose::low(context, "state.low", arguments),
    },
];

const APPLY: &[&str] = &["mods", "test", "pillar", "saltenv"];
