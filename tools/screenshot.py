"""Renew the picture in the README: the sample catalogue's front page, as a browser shows it.

    python tools/screenshot.py docs/screenshot.png

Works in a home of its own, on a free port of the loopback address.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENCE_SECONDS = 120
WIDTH, HEIGHT = 1280, 900


def main(target: Path) -> None:
    """Serve the sample, take the picture, stop."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("no Chromium was found: run tools/install_browser.sh")
    with tempfile.TemporaryDirectory() as home:
        address = f"127.0.0.1:{_free_port()}"
        environment = os.environ | {"BROADSHEET_HOME": home, "BROADSHEET_BIND": address}
        server = subprocess.Popen([sys.executable, "-m", "broadsheet", "run"], env=environment)
        try:
            _wait_for(f"http://{address}/about")
            _take(browser, f"http://{address}/", target)
        finally:
            server.terminate()
            server.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"{url} did not answer within {PATIENCE_SECONDS} seconds")


def _take(browser: str, url: str, target: Path) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(url)
        page.screenshot(path=target)
        chromium.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
