"""Importing the room of search sends idle threads of numpy to sleep, unless somebody decided otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASK = "import broadsheet.search, os; print(os.environ['OPENBLAS_THREAD_TIMEOUT'], 'numpy' in __import__('sys').modules)"


@pytest.mark.parametrize(("given", "told"), [(None, "4 False"), ("20", "20 False")])
def test_idle_threads_sleep_unless_told_otherwise(given: str | None, told: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"}
    if given is not None:
        environment["OPENBLAS_THREAD_TIMEOUT"] = given
    done = subprocess.run([sys.executable, "-c", ASK], check=True, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == told.split()
