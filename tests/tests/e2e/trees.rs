//! Small trees that several tests use.

use tests::fleet::Fleet;

/// A tree of six states: folder, template with a macro and pillar, file that a command watches.
pub(super) fn site(fleet: &Fleet) {
    fleet.tree("top.sls", "base:\n  '*': [site]\n");
    fleet.tree(
        "site/init.sls",
        "{% from 'site/macros.sls' import line %}\n\
         {{ grains['root'] }}/conf:\n  file.directory: []\n\
         {{ grains['root'] }}/conf/site.conf:\n  file.managed:\n    - source: salt://site/site.conf\n    \
         - template: jinja\n    - context:\n        port: {{ pillar['port'] }}\n    - require:\n      \
         - file: {{ grains['root'] }}/conf\n\
         {% for name, n in ('a', 1), ('b', 2) %}\n\
         {{ grains['root'] }}/{{ name }}:\n  file.managed:\n    - contents: {{ line(name, n) }}\n\
         {% endfor %}\n\
         reload:\n  cmd.wait:\n    - name: echo reloaded >> {{ grains['root'] }}/reloads\n    - watch:\n      \
         - file: {{ grains['root'] }}/conf/site.conf\n\
         check:\n  test.nop:\n    - require:\n      - cmd: reload\n",
    );
    fleet.tree("site/macros.sls", "{% macro line(name, n) %}{{ name }}={{ n }}{% endmacro %}\n");
    fleet.tree("site/site.conf", "listen {{ port }}\nhost {{ grains['id'] }}\nsite {{ pillar['site'] }}\n");
    fleet.pillar("top.sls", "base:\n  '*': [common]\n");
    fleet.pillar("common.sls", "site: demo\nport: 8080\n");
}

/// How many states [`site`] has.
pub(super) const SITE_STATES: usize = 6;

/// A state that waits until `gate` exists in the host's folder, for two minutes at most; before that it makes `begun`.
pub(crate) fn gated(fleet: &Fleet) {
    fleet.tree(
        "gated.sls",
        "gate:\n  cmd.run:\n    - name: |\n        touch {{ grains['root'] }}/begun\n        \
         for i in $(seq 2400); do test -e {{ grains['root'] }}/gate && exit 0; sleep 0.05; done; exit 1\n\
         {{ grains['root'] }}/after:\n  file.managed:\n    - contents: done\n    - require:\n      - cmd: gate\n",
    );
}
