#!/bin/sh
# install.sh STAMP LOCK: installs into .venv unless the stamp says that exactly this is there already. Every file that is
# downloaded must have a hash of the lock, and nothing is built.
set -eu
stamp=$1 lock=$2
wanted=$(cksum < "$lock")
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    echo "Installing $lock ..."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
fi
echo "$wanted" > "$stamp"
