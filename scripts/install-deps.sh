#!/bin/sh
# Installs what the portal needs beside Rust, where it is missing: for "run" a PostgreSQL server,
# for "test" also a browser, Chinese fonts and Python, for "bench" also pgbench and Python. It starts nothing and changes no settings.
set -eu

purpose=${1:-run}
packages=

want() { # package, and a test that says whether it is there already
    package=$1
    shift
    "$@" >/dev/null 2>&1 || packages="$packages $package"
}

has_postgres() {
    for server in /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres /usr/libexec/postgresql*/postgres \
        /opt/homebrew/opt/postgresql*/bin/postgres /usr/local/opt/postgresql*/bin/postgres \
        /Applications/Postgres.app/Contents/Versions/*/bin/postgres; do
        [ -x "$server" ] && return 0
    done
    command -v postgres
}
has_pgbench() {
    for program in /usr/lib/postgresql/*/bin/pgbench /usr/pgsql-*/bin/pgbench /opt/homebrew/opt/postgresql*/bin/pgbench \
        /usr/local/opt/postgresql*/bin/pgbench; do
        [ -x "$program" ] && return 0
    done
    command -v pgbench
}
has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_driver() { command -v chromedriver || [ -x /usr/lib/chromium-browser/chromedriver ]; }
has_fonts() { fc-list :lang=zh-cn | grep -q .; }
has_venv() { python3 -c 'import ensurepip, venv'; }

# A given server makes an own one unnecessary for running; the tests start their own.
if [ "$purpose" != run ] || [ -z "${DATABASE_URL:-}${BSS_PORTAL_DATABASE_URL:-}" ]; then
    want postgresql has_postgres
fi
want gcc command -v cc
if [ "$purpose" = bench ]; then
    want postgresql-contrib has_pgbench
    want python3-venv has_venv
fi
if [ "$purpose" = test ]; then
    want chromium has_browser
    want chromium-driver has_driver
    want fonts-noto-cjk has_fonts
    want python3-venv has_venv
fi
[ -n "$packages" ] || exit 0

by_hand() {
    cat >&2 <<TEXT
Missing on this system:$packages (names as in Debian).$1
  Debian, Ubuntu   sudo apt-get install$packages
  Fedora, RHEL     sudo dnf install postgresql-server postgresql-contrib gcc chromium chromedriver google-noto-sans-cjk-fonts python3
  Arch             sudo pacman -S postgresql gcc chromium noto-fonts-cjk python
  macOS            brew install postgresql@17 python && brew install --cask chromium chromedriver
TEXT
    exit 1
}

command -v apt-get >/dev/null 2>&1 || by_hand ""
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    by_hand " Installing needs root, and sudo is not here."
fi

echo "installing:$packages" >&2
export DEBIAN_FRONTEND=noninteractive
install() {
    # shellcheck disable=SC2086 # several words on purpose
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >&2
}
install || { $as_root apt-get update -q >&2 && install; } || by_hand " apt-get could not install them."
