"""A fake arXiv on loopback: OAI-PMH, announcement feeds, listing pages and the query API of made-up papers.

In a test: ``with FakeArxiv(records=500) as fake: ...`` with the addresses ``fake.oai_url``, ``fake.feed_url``,
``fake.site_url`` and ``fake.api_url``, the simulated time ``fake.now``, the faults ``fake.faults.add("html", "/oai",
at={2})`` and what came in, ``fake.arrivals``. As a process of its own: ``python -m tests.fakes.arxiv --port 8123
--records 100000``; there ``POST /_control`` with ``{"now": ..., "add": {"kind": ..., "path": ...}, "clear": true}``
sets time and faults, and ``GET /_arrivals`` tells what came in.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.arxiv_catalogue import MadeCatalogue
from tests.fakes.arxiv_faults import Fault, Faults, Reply, spoil
from tests.fakes.arxiv_oai import OaiServer
from tests.fakes.arxiv_pages import PageServer
from tests.fakes.arxiv_query import QueryServer

LONG_AFTER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Arrival:
    """One request: when it came (seconds of the machine's monotonic clock), what it asked for, and what it got."""

    at: float
    path: str
    query: dict[str, str]
    user_agent: str
    status: int


class FakeArxiv:
    """The server. ``options`` are those of ``MadeCatalogue``; ``now`` is the time it believes to be."""

    def __init__(
        self,
        records: int = 1000,
        *,
        page_size: int = 1000,
        style: str = "new",
        now: datetime = LONG_AFTER,
        port: int = 0,
        **options: Any,
    ) -> None:
        self.catalogue = MadeCatalogue(records, **options)
        self.oai = OaiServer(self.catalogue, page_size, style)
        self.pages = PageServer(self.catalogue)
        self.api = QueryServer(self.catalogue)
        self.now = now
        self.faults = Faults()
        self.arrivals: list[Arrival] = []
        self._lock = Lock()
        self._last: dict[str, Reply] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.port: int = self._server.server_address[1]
        self.site_url = f"http://127.0.0.1:{self.port}"
        self.oai_url = f"{self.site_url}/oai"
        self.feed_url = f"{self.site_url}/rss"
        self.atom_url = f"{self.site_url}/atom"
        self.api_url = f"{self.site_url}/api/query"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def asked(self, path: str) -> list[Arrival]:
        """The requests whose path begins with this, in the order in which they came."""
        return [arrival for arrival in self.arrivals if arrival.path.startswith(path)]

    def answer(self, path: str, query: dict[str, str], user_agent: str = "") -> Reply:
        """What goes out for a request, faults included; takes note of the request."""
        at = time.monotonic()
        with self._lock:
            faults = self.faults.hit(path)
            good = self._good(path, query, faults)
            reply = spoil(good, faults, self._last.get(path))
            if reply is good:
                self._last[path] = Reply(good.body, good.status, good.media_type, dict(good.headers))
            self.arrivals.append(Arrival(at, path, query, user_agent, reply.status))
        return reply

    def _good(self, path: str, query: dict[str, str], faults: dict[str, Fault]) -> Reply:
        if path.startswith("/oai"):
            return self.oai.answer(query, self.now, faults)
        if path.startswith("/api"):
            return self.api.answer(query, self.now, faults)
        return self.pages.answer(path, query, self.now, faults)

    def control(self, wish: dict[str, Any]) -> None:
        """Set the time and the faults, as ``POST /_control`` asks."""
        if wish.get("clear"):
            self.faults.clear()
        if now := wish.get("now"):
            self.now = datetime.fromisoformat(now)
        if added := wish.get("add"):
            at = set(added.pop("at", ()))
            self.faults.add(added.pop("kind"), added.pop("path", ""), at=at, times=added.pop("times", None), **added)


def _handler(fake: FakeArxiv) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/_arrivals":
                return self._send(Reply(json.dumps([asdict(one) for one in fake.arrivals]).encode()))
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            return self._send(fake.answer(address.path, query, self.headers.get("User-Agent", "")))

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            fake.control(json.loads(content))
            self._send(Reply(b"{}"))

        def _send(self, reply: Reply) -> None:
            # Whoever asked may have had enough of an answer before its end.
            with suppress(ConnectionError):
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.media_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.pieces is None:
                    self.send_header("Content-Length", str(reply.length or len(reply.body)))
                    self.close_connection = reply.length is not None
                    self.end_headers()
                    self.wfile.write(reply.body)
                    return
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in reply.pieces:
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:
            """Tell nothing: tests look at the arrivals."""

    return Handler


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--page-size", type=int, default=1000)
    parser.add_argument("--per-day", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--style", choices=("new", "old"), default="new")
    parser.add_argument("--deleted-every", type=int, default=0)
    parser.add_argument("--now", type=datetime.fromisoformat, default=LONG_AFTER)
    options = vars(parser.parse_args())
    with FakeArxiv(options.pop("records"), **options) as fake:
        print(fake.site_url, flush=True)  # noqa: T201
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
