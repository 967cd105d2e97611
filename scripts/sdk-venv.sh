#!/bin/sh
# Makes target/sdk-venv with the version of Huawei's own SDK that the simulator is held to.
set -eu
cd "$(dirname "$0")/.."
venv=${CARGO_TARGET_DIR:-target}/sdk-venv
sdk=huaweicloudsdkbss==3.1.219
if "$venv/bin/python" -c 'import huaweicloudsdkbss.v2' 2>/dev/null; then
    exit 0
fi
python3 -m venv "$venv" || {
    echo "Python's venv module is missing: apt-get install python3-venv" >&2
    exit 1
}
"$venv/bin/pip" install --quiet --disable-pip-version-check "$sdk"
