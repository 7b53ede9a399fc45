#!/bin/sh
# Installs packages with the system's package manager: apt_install.sh WHAT PACKAGE... says what for.
# Exit status: 0 done, 3 there is no apt-get, 4 it may not be used here, other failures with the end of its log.
set -eu

what=$1
shift
command -v apt-get >/dev/null 2>&1 || exit 3

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || exit 4
    as_root="sudo"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing $what ..."
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
