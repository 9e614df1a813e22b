#!/bin/sh
# install.sh STAMP REQUIREMENTS: installs into .venv unless the stamp says that exactly this is there already.
set -eu
stamp=$1 requirements=$2
wanted=$(cat requirements.txt "$requirements" constraints.txt | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    echo "Installing $requirements ..."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r "$requirements"
fi
echo "$wanted" > "$stamp"
