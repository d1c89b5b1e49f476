#!/bin/sh
# Makes .venv from the lock (requirements.txt) and installs gptutils into it, editable. Called by the Makefile.
# Usage: tools/setup.sh [PYTHON]   a wrong or missing Python and a missing network each end in one clear line.
set -u
cd "$(dirname "$0")/.." || exit 1
log=.venv/setup.log

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

is_supported() { # the command $1 runs Python 3.11, 3.12 or 3.13
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

python=${1:-}
if [ -n "$python" ]; then
    command -v "$python" >/dev/null 2>&1 || fail "PYTHON=$python was not found; give the path of a Python 3.11, 3.12 or 3.13."
    is_supported "$python" || fail "PYTHON=$python is $("$python" --version 2>&1 | tail -n 1); the course needs Python 3.11, 3.12 or 3.13."
else
    found=
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c '' >/dev/null 2>&1 && found="$found $("$candidate" --version 2>&1 | tail -n 1),"
        if is_supported "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || fail "no Python 3.11, 3.12 or 3.13 was found (found:${found:- none,} which is not enough); install one, or name it: make book PYTHON=/path/to/python3.12"
fi

# A .venv of an unsupported Python, or one whose making was interrupted, is made anew.
if [ -e .venv ] && ! { is_supported .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    rm -rf .venv
fi
if [ ! -e .venv ]; then
    "$python" -m venv .venv >/dev/null 2>&1 || {
        rm -rf .venv
        fail "$python could not make a virtual environment; on Debian and Ubuntu run: apt install python3-venv"
    }
fi

printf 'setup: installing the packages of requirements.txt into .venv (a few minutes the first time)\n'
{
    .venv/bin/python -m pip install --retries 2 --disable-pip-version-check --requirement requirements.txt &&
        .venv/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
} >"$log" 2>&1 || {
    if grep -q -i -E 'connection (broken|refused|error)|ConnectionError|NewConnectionError|name resolution|Max retries|timed out|unreachable' "$log"; then
        fail "the packages could not be downloaded; connect to the internet and run the same command again (details: $log)"
    fi
    fail "installing the packages failed: $(grep -E '^ERROR' "$log" | head -n 1) (details: $log)"
}
.venv/bin/python -c 'import matplotlib.font_manager' >>"$log" 2>&1 # builds its cache of fonts now, not in a lesson
touch .venv/ready
