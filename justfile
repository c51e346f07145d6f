# The verbs of the project. Each is a script or a cargo command that works without `just` as well.

# Lists the verbs.
default:
    @just --list

# Builds everything.
build *ARGS:
    cargo build --workspace {{ARGS}}

# Runs every test; arguments filter by name.
test *ARGS:
    bin/test {{ARGS}}

# Formatting, lints, and the rules about dependencies where cargo-deny is installed.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    if command -v cargo-deny > /dev/null; then cargo deny check; else echo "cargo-deny is not installed: skipped"; fi

# Shows the product on this machine.
demo *ARGS:
    bin/demo {{ARGS}}

# Measures against real Salt: SALT_VENV names a virtual environment with Salt 3008.3.
bench-salt *ARGS:
    tests/bench/salt {{ARGS}}

# Measures how long states take to compile, beside real Salt, likewise.
bench-compile *ARGS:
    tests/bench/compile {{ARGS}}

# Measures one master with N agents on this machine: their real session code, thousands in a process.
bench-scale N *ARGS:
    tests/scale/bench {{N}} {{ARGS}}

# Feeds what finds new ways through the code to all that reads what strangers send, for SECONDS a target.
fuzz SECONDS *TARGETS:
    bin/fuzz {{SECONDS}} {{TARGETS}}

# Asks real Salt again what the conformance cases should give.
goldens SALT3008 SALT3006 *CASES:
    tests/conformance/make --salt3008 {{SALT3008}} --salt3006 {{SALT3006}} {{CASES}}

# What continuous integration runs.
ci:
    .ci/run
