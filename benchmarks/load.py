"""A small load on a server: a few threads, each with a connection that stays open, for a set time."""

from __future__ import annotations

import http.client
import itertools
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.instance import ROOT, SERVER_SETTINGS, environment

CONNECTIONS = 4
START_SECONDS = 30.0


@contextmanager
def server(home: Path, files: Path, more: Mapping[str, str] | None = None) -> Iterator[int]:
    """The site as ``broadsheet run`` serves it (gunicorn, one process, four threads); gives its port.

    ``more`` is added to its environment.
    """
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--log-level", "warning", "--workers", "1", "--threads", "4", "broadsheet.site.wsgi:application"]
    told = environment(home) | {"DJANGO_SETTINGS_MODULE": SERVER_SETTINGS, "BENCHMARK_FILES": str(files)}
    told |= dict(more or {})
    process = subprocess.Popen(command, cwd=ROOT, env=told)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def responses_per_second(port: int, addresses: Sequence[str], seconds: float, headers: Mapping[str, str]) -> float:
    """Whole answers a second over all connections. An answer that is not a 200 ends the benchmark."""
    counts = [0] * CONNECTIONS
    failures: list[str] = []
    ends = time.perf_counter() + seconds

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for address in itertools.islice(itertools.cycle(addresses), number * len(addresses) // CONNECTIONS, None):
            if time.perf_counter() >= ends or failures:
                break
            connection.request("GET", address, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                failures.append(f"{address}: {answer.status}")
            counts[number] += 1
        connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"the server did not answer: {failures[0]}")
    return sum(counts) / (time.perf_counter() - began)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"the server did not start (status {process.poll()})")
