#!/bin/sh
# Installs newsboat, a feed reader, for the test that reads feeds with it. Without it that test is skipped, so nothing
# here fails a build.
set -eu

if command -v newsboat >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "One test reads feeds with newsboat and is skipped without it: 'sudo apt-get install newsboat'." >&2
        exit 0
    fi
    as_root="sudo"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing newsboat for the test of feeds ..."
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends newsboat; } >"$log" 2>&1; then
    echo "newsboat could not be installed; the test that reads feeds with it is skipped." >&2
fi
