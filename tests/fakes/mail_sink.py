"""A mail server as a process that takes every letter and writes down each on the disk before it says yes.

``python -m tests.fakes.mail_sink LOG --delay 0.003`` prints its port. LOG gets a line for each letter: Message-ID,
recipient, and the name that the client gave itself. Ends with its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sunk:
    """A letter that was taken."""

    message_id: str
    recipient: str
    client: str


class Talk(asyncio.Protocol):
    """One connection, in as few steps as the protocol allows: what is measured is the client."""

    def __init__(self, log: int, delay: float, *, is_quick: bool) -> None:
        self.log, self.delay, self.is_quick = log, delay, is_quick
        self.rest = b""
        self.client = self.recipient = "-"
        self.is_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.say("220 sink")

    def say(self, line: str) -> None:
        self.transport.write(f"{line}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while True:
            end = b"\r\n.\r\n" if self.is_letter else b"\r\n"
            said, found, rest = self.rest.partition(end)
            if not found:
                return
            self.rest = rest
            if self.is_letter:
                self.is_letter = False
                # Nothing else comes before the answer: clients wait for it.
                self.waited_for = asyncio.ensure_future(self.take(said))
            else:
                self.obey(said.decode("ascii", "replace"))

    def obey(self, line: str) -> None:
        verb, _, told = line.partition(" ")
        if verb.upper() in ("EHLO", "HELO"):
            self.client = told
        elif verb.upper() == "RCPT":
            self.recipient = told.partition("<")[2].partition(">")[0]
        elif verb.upper() == "DATA":
            self.is_letter = True
            self.say("354 go on")
            return
        elif verb.upper() == "QUIT":
            self.say("221 bye")
            self.transport.close()
            return
        self.say("250 ok")

    async def take(self, raw: bytes) -> None:
        found = MESSAGE_ID.search(raw[:10_000])
        line = f"{found[1].decode() if found else '-'} {self.recipient} {self.client}\n".encode()
        if self.is_quick:
            os.write(self.log, line)
        else:
            await asyncio.to_thread(self.keep, line)
        if self.delay:
            await asyncio.sleep(self.delay)
        self.say("250 taken")

    def keep(self, line: bytes) -> None:
        os.write(self.log, line)
        os.fsync(self.log)


async def serve(path: Path, delay: float, *, is_quick: bool) -> None:
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Talk(log, delay, is_quick=is_quick), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)


@contextmanager
def mail_sink(log: Path, delay: float = 0.0, *, is_quick: bool = False) -> Iterator[int]:
    """The sink as a process; yields its port. A quick one leaves it to the system when its list is on the disk."""
    command = [sys.executable, "-m", "tests.fakes.mail_sink", str(log), "--delay", str(delay)]
    command += ["--quick"] if is_quick else []
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def sunk(log: Path) -> list[Sunk]:
    """The letters that were taken so far, in order."""
    return [Sunk(*line.split(" ", 2)) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.log, chosen.delay, is_quick=chosen.quick))


if __name__ == "__main__":
    main()
