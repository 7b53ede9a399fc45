#!/bin/sh
# Installs newsboat, a feed reader, for the test that reads feeds with it. Without it that test is skipped, so nothing
# here fails a build.
set -eu

if command -v newsboat >/dev/null 2>&1; then
    exit 0
fi

status=0
sh "$(dirname "$0")/apt_install.sh" "newsboat for the test of feeds" newsboat || status=$?
case $status in
    0 | 3) ;;
    4) echo "One test reads feeds with newsboat and is skipped without it: 'sudo apt-get install newsboat'." >&2 ;;
    *) echo "newsboat could not be installed; the test that reads feeds with it is skipped." >&2 ;;
esac
