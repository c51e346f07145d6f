"""Salt's side of `compile`, run by the Python of a Salt installation: FIXTURE ID GRAINS RUNS, answered in JSON.

Grains are given, so both sides compile for the same host; modules are loaded before the watch is started.
"""

import copy
import json
import os
import pathlib
import sys
import tempfile
import time

import salt.config
import salt.loader
import salt.minion


def main():
    fixture, identity, grains, runs = sys.argv[1:]
    grains = {**json.loads(grains), "id": identity}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        minion = start(pathlib.Path(fixture), pathlib.Path(folder), identity, grains)
        show = minion.functions["state.show_lowstate"]
        times = []
        for _ in range(int(runs) + 1):
            begin = time.perf_counter()
            low = show()
            times.append(time.perf_counter() - begin)
        if not low or not isinstance(low[0], dict):
            sys.exit(f"Salt does not compile {fixture}: {low}")
        states = [f"{chunk['state']}.{chunk['fun']} {chunk['__id__']} {chunk['name']}" for chunk in low]
        print(json.dumps({"first": times[0], "later": times[1:], "states": states}))


def start(fixture, folder, identity, grains):
    config = folder / "minion"
    config.write_text(json.dumps({
        "root_dir": str(folder), "id": identity, "file_client": "local", "log_level": "quiet",
        "file_roots": {"base": [str(fixture / "tree")]}, "pillar_roots": {"base": [str(fixture / "pillar")]},
    }))
    opts = salt.config.minion_config(str(config))
    # As salt-call does, so that pillar is compiled at the start alone.
    opts.update(grains=copy.deepcopy(grains), __cli="salt-call")
    salt.loader.grains = lambda *args, **kwargs: copy.deepcopy(grains)
    for key in ("cachedir", "extension_modules"):
        os.makedirs(opts[key], exist_ok=True)
    minion = salt.minion.SMinion(opts)
    # The loader's own work at the first call of a function is a part of the start.
    minion.functions["test.ping"]()
    list(minion.functions)
    list(minion.states)
    return minion


main()
