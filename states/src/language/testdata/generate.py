"""Renders the snippets of one file with Salt's own Jinja and writes what each printed: see README.md."""

import json
import logging
import os
import sys
import tempfile
import time

import salt.config
import salt.exceptions
import salt.loader
import salt.utils.secret
import salt.utils.templates

logging.disable(logging.CRITICAL)
HERE = os.path.dirname(os.path.abspath(__file__))
FILES = json.load(open(os.path.join(HERE, "files.json")))


def main(snippets):
    os.environ["TZ"] = "UTC"
    time.tzset()
    # As while an SLS is rendered.
    salt.utils.secret.mask_pillar.set(False)
    root = tempfile.mkdtemp()
    for path, text in FILES.items():
        target = os.path.join(root, "tree", path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "w").write(text)
    opts = salt.config.DEFAULT_MINION_OPTS.copy()
    opts.update(
        file_client="local",
        file_roots={"base": [os.path.join(root, "tree")]},
        cachedir=os.path.join(root, "cache"),
        extension_modules=os.path.join(root, "ext"),
        root_dir=root,
        id="fp-1",
        hash_type="sha256",
        own={"key": 1},
        grains={"id": "fp-1", "os": "Debian", "os_family": "Debian", "osrelease": "12", "kernel": "Linux"},
        pillar=pillar(),
    )
    golden = []
    for snippet in open(os.path.join(HERE, snippets)).read().split("\n----\n"):
        opts["pillar"] = pillar()
        context = dict(
            opts=opts,
            saltenv="base",
            sls="web",
            slspath="web",
            tpldir="web",
            salt=salt.utils.templates.AliasedLoader(salt.loader.minion_mods(opts, context={})),
            grains={"id": "fp-1", "os": "Debian", "osrelease": "12", "ips": ["10.0.0.1", "::1"]},
            pillar=opts["pillar"],
        )
        try:
            printed = salt.utils.templates.render_jinja_tmpl(
                snippet, context, tmplpath=os.path.join(root, "tree", "web", "init.sls")
            )
            golden.append([snippet, printed, None])
        except salt.exceptions.SaltRenderError as error:
            golden.append([snippet, None, str(error).split("\n")[0]])
    json.dump(golden, sys.stdout, indent=0, ensure_ascii=False)


def pillar():
    return {
        "p": 1,
        "role": "proxy",
        "ports": [80, 443],
        "users": {"ops": {"uid": 7}},
    }


main(sys.argv[1])
