"""Real Salt answering for conformance cases. `make` starts it with the Python of a Salt installation.

One request a line on standard input, `{"case": FOLDER, "call": "state.show_sls t"}`, one answer a line on standard
output, `{"return": …}` or `{"error": [TEXT, …]}`. Every call is answered by a fork, so none sees what another left.
"""

import copy
import json
import os
import pathlib
import re
import select
import shutil
import signal
import sys
import tempfile

import salt._logging
import salt.config
import salt.exceptions
import salt.loader
import salt.minion
import salt.pillar
import salt.utils.args
import salt.utils.yaml

SECONDS = 300
CASES = pathlib.Path(__file__).resolve().parent / "cases"


def main():
    answers = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        answer = forked(pathlib.Path(request["case"]), request["call"])
        os.write(answers, answer + b"\n")


def forked(case, call):
    reader, writer = os.pipe()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="conformance-"))
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.close(reader)
        try:
            answer = answer_call(case, call, folder)
        except salt.exceptions.SaltException as error:
            answer = {"error": [str(error)]}
        except BaseException as error:  # the answer has to be written whatever Salt throws
            answer = {"error": [f"{type(error).__name__}: {error}"]}
        with os.fdopen(writer, "w") as pipe:
            pipe.write(normal(answer, folder))
        os._exit(0)
    os.close(writer)
    text = b""
    while True:
        if not select.select([reader], [], [], SECONDS)[0]:
            os.kill(child, signal.SIGKILL)
            text = json.dumps({"late": SECONDS}).encode()
            break
        part = os.read(reader, 1 << 16)
        if not part:
            break
        text += part
    os.close(reader)
    os.waitpid(child, 0)
    shutil.rmtree(folder, ignore_errors=True)
    return text


def answer_call(case, call, folder):
    opts = prepare(case, folder)
    function, *words = call.split()
    args, kwargs = salt.utils.args.parse_input(words, condition=False)
    if function == "pillar.items":
        return pillar(opts, kwargs.get("pillar"))
    minion = salt.minion.SMinion(opts)
    result = minion.functions[function](*args, **kwargs)
    texts = isinstance(result, list) and result and all(isinstance(item, str) for item in result)
    if texts and function.startswith("state.") and function != "state.show_states":
        return {"error": result}
    return {"return": result}


def pillar(opts, override):
    """Pillar as a master compiles it: afresh, so that nothing of an earlier compile is seen."""
    opts = dict(opts, pillar={})
    compiler = salt.pillar.Pillar(opts, opts["grains"], opts["id"], opts.get("saltenv"), pillar_override=override)
    compiled = compiler.compile_pillar()
    if compiled.get("_errors"):
        return {"error": compiled["_errors"]}
    return {"return": compiled}


def prepare(case, folder):
    """Copies the case to `folder`, where `@DIR@` becomes an empty folder of its own, and makes a configuration."""
    sandbox = folder / "dir"
    sandbox.mkdir()
    home = folder / "case"
    shutil.copytree(case, home, ignore=shutil.ignore_patterns("expected*"))
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink() and b"@DIR@" in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"@DIR@", str(sandbox).encode()))
    read = lambda name, default: (home / name).read_text() if (home / name).exists() else default
    load = lambda text: salt.utils.yaml.safe_load(text) or {}
    config = load(read("config.yaml", ""))
    roots = {"file_roots": {"base": ["tree"]}, "pillar_roots": {"base": ["pillar"]}}
    for key, value in roots.items():
        environments = config.pop(key, value)
        roots[key] = {env: [str(home / root) for root in folders] for env, folders in environments.items()}
    grains = load((CASES.parent / "grains.yaml").read_text())
    grains.update(load(read("grains.yaml", "")))
    identity = read("id", "fp-1").strip()
    grains["id"] = identity
    main_config = folder / "minion"
    minion = {"root_dir": str(folder / "root"), "id": identity, "file_client": "local", "log_level": "quiet", **config}
    main_config.write_text(json.dumps(minion))
    opts = salt.config.minion_config(str(main_config))
    opts.update(roots, grains=copy.deepcopy(grains), __cli="salt-call")
    salt.loader.grains = lambda *args, **kwargs: copy.deepcopy(grains)
    for key in ("cachedir", "extension_modules"):
        os.makedirs(opts[key], exist_ok=True)
    # Processes of parallel states look there.
    salt._logging.set_logging_options_dict(opts)
    return opts


DROPPED = ("start_time", "duration", "pid")


def normal(answer, folder):
    """What differs from run to run is dropped or named; nothing is sorted."""
    if isinstance(answer.get("return"), dict):
        for tag, entry in answer["return"].items():
            if "_|-" in str(tag) and isinstance(entry, dict):
                comment = entry.get("comment")
                if isinstance(comment, str) and "Traceback" in comment:
                    entry["comment"] = comment[: comment.index("Traceback") + len("Traceback")]
                for key in DROPPED:
                    entry.pop(key, None)
                    if isinstance(entry.get("changes"), dict):
                        entry["changes"].pop(key, None)
    if "error" in answer:
        answer["error"] = [str(text).split("\nTraceback", 1)[0] for text in answer["error"]]
    text = json.dumps(answer, default=str, ensure_ascii=False)
    text = text.replace("salt.utils.optsdict.DictProxy object", "dict object")
    text = text.replace(str(folder / "dir"), "@DIR@").replace(str(folder / "case"), "@CASE@")
    return re.sub(re.escape(str(folder)), "@TMP@", text)


main()
