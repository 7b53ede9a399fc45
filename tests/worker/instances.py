"""Instances in homes of their own, for tests with several processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


class Instance:
    """A Broadsheet in a home of its own, without an embedding model."""

    def __init__(self, home: Path, **variables: str) -> None:
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "PYTEST"))}
        kept.pop("DATABASE_URL", None)
        own = {"BROADSHEET_HOME": str(home), "BROADSHEET_MODEL_DIR": str(home / "no-model")}
        self.environment = kept | own | variables

    def run(self, module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr[-4_000:]}"
        return done.stdout

    def papers(self) -> list[dict[str, Any]]:
        return json.loads(self.run("tests.worker.neighbour", "dump"))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urlopen(url).close()
        except URLError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.2)
        else:
            return
