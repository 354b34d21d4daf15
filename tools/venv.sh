#!/bin/sh
# Makes a virtual environment from a lock file and installs this project into it: tools/venv.sh FOLDER LOCK
# Asks the package index for nothing that the lock does not name. PYTHON says which Python to use.
set -eu
folder=$1 lock=$2

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if new_enough "$candidate"; then echo "$candidate"; return; fi
    done
    echo "Harmattan needs Python 3.11 or newer, and ${PYTHON:-python3} is not. Install one, or name it: make PYTHON=/path/to/python3.11" >&2
    exit 1
}

if [ ! -x "$folder/bin/pip" ]; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python can't make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    "$python" -m venv --clear "$folder"
fi

echo "Installing the packages of $lock into $folder. This is done once, and takes up to half a minute."
pip="$folder/bin/python -m pip --disable-pip-version-check --no-input -qq"
chosen="--require-hashes --only-binary :all: --requirement"

# uv takes a sixth of pip's time. The development lock brings it; where it can't do it, as with settings that pip alone
# knows, pip does.
uv=.venv/bin/uv
if [ ! -x "$uv" ] && [ "$folder" = .venv ] && grep -q '^uv==' "$lock"; then
    sed -n '/^uv==/,/^ *# via/p' "$lock" >"$folder/uv.lock"
    $pip install $chosen "$folder/uv.lock"
fi
if [ ! -x "$uv" ] || ! "$uv" --quiet pip install --python "$folder/bin/python" $chosen "$lock"; then
    $pip install $chosen "$lock"
fi
$pip install --no-deps --no-build-isolation --no-index --editable .
