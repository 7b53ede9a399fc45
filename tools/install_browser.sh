#!/bin/sh
# Installs Chromium for the browser tests with the system's package manager, where no browser is there yet.
set -eu

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

status=0
sh "$(dirname "$0")/apt_install.sh" "Chromium for the browser tests" chromium fonts-dejavu-core || status=$?
case $status in
    3) echo "The browser tests need Chromium and there is no apt-get here: install the package chromium yourself." >&2 ;;
    4) echo "The browser tests need Chromium: run 'sudo apt-get install chromium' once, then this again." >&2 ;;
esac
[ "$status" -eq 0 ] || exit 1
