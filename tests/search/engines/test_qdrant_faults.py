"""A cluster that hangs, refuses, fails and comes back, played by a small server on loopback."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from broadsheet.search.engines.base import EngineError, EngineGoneError
from broadsheet.search.engines.qdrant import Address
from broadsheet.search.engines.qdrant.collection import form
from broadsheet.search.engines.qdrant.engine import QdrantEngine
from broadsheet.search.engines.qdrant.link import FIRST_REST, Breaker, Link
from broadsheet.search.language import Clause
from tests.search.engines.known import PAPERS, no_vectors

HANG, GARBAGE, OK = "hang", "garbage", 200


@dataclass
class Node:
    """A node that answers as the plan says, step by step, and then well."""

    plan: list[int | str] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def body(self, path: str) -> object:
        if path.endswith("/points/count"):
            return {"count": 7}
        if path.endswith("/points"):
            return []
        if path.endswith("/points/batch"):
            return [{"operation_id": 1, "status": "completed"}]
        config = {
            "params": {}, "metadata": {"form": form()}, "hnsw_config": {"m": 16, "ef_construct": 100,
            "full_scan_threshold": 10000}, "optimizer_config": {"deleted_threshold": 0.2,
            "vacuum_min_vector_number": 1000, "default_segment_number": 0, "flush_interval_sec": 5},
        }  # fmt: skip
        return {
            "status": "green", "optimizer_status": "ok", "segments_count": 1, "config": config, "payload_schema": {},
        }  # fmt: skip


@contextmanager
def running(*plan: int | str) -> Iterator[Node]:
    node = Node(list(plan))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            path = self.path.partition("?")[0]
            node.asked.append((self.command, path, sent))
            step = node.plan.pop(0) if node.plan else OK
            if step == HANG:
                node.released.wait(30)
                return
            text = (
                "{nonsense" if step == GARBAGE else json.dumps({"result": node.body(path), "status": "ok", "time": 0})
            )
            self.send_response(step if isinstance(step, int) else OK)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_PUT = do_POST

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    node.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield node
    finally:
        node.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def engine_on(*urls: str, timeout: float = 2.0, breaker: Breaker | None = None) -> Iterator[QdrantEngine]:
    address = Address(nodes=urls, name="papers", timeout=timeout)
    link = Link.to(address, breaker)
    try:
        yield QdrantEngine(link, address, dims=8)
    finally:
        link.close()


def nobody() -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_a_cluster_that_hangs_is_given_up_while_it_still_hangs() -> None:
    with running(*[HANG] * 9) as node, engine_on(node.url, timeout=0.3) as engine:
        with pytest.raises(EngineGoneError, match="count"):
            engine.count(None)
        assert not node.released.is_set()


def test_a_cluster_that_is_not_there_is_gone() -> None:
    with engine_on(nobody(), timeout=0.3) as engine, pytest.raises(EngineGoneError, match="search words: no answer"):
        engine.words((Clause("games"),), None, 5)


def test_failures_that_pass_are_retried_with_the_same_request() -> None:
    with running(500, 503, GARBAGE) as node, engine_on(node.url) as engine:
        assert engine.count(None) == 7
    assert len(node.asked) == 4
    assert len(set(node.asked)) == 1


def test_a_cluster_that_keeps_failing_is_gone() -> None:
    with running(*[502] * 9) as node, engine_on(node.url) as engine, pytest.raises(EngineGoneError, match="502"):
        engine.count(None)


def test_another_node_answers_for_one_that_does_not() -> None:
    with running(HANG, HANG) as first, running() as second, engine_on(first.url, nobody(), second.url) as engine:
        assert engine.count(None) == 7
        assert engine.count(None) == 7
    assert len(first.asked) == 1
    assert len(second.asked) == 2


def test_a_refused_request_is_an_error_at_once_and_does_not_open_the_breaker() -> None:
    with running(400, 403) as node, engine_on(node.url) as engine:
        for status in ("400", "403"):
            with pytest.raises(EngineError, match=status) as caught:
                engine.count(None)
            assert not isinstance(caught.value, EngineGoneError)
        assert engine.count(None) == 7
    assert len(node.asked) == 3


def test_a_missing_collection_is_an_empty_one() -> None:
    with running(404, 404) as node, engine_on(node.url) as engine:
        assert engine.count(None) == 0
        assert engine.nearest(np.eye(8, dtype=np.float32)[0], None, 5).numbers.tolist() == []


def test_the_breaker_spares_pages_the_wait_and_one_probe_closes_it() -> None:
    now = [0.0]
    with running(*[500] * 4) as node, engine_on(node.url, breaker=Breaker(lambda: now[0])) as engine:
        with pytest.raises(EngineGoneError, match="no answer"):
            engine.count(None)
        asked = len(node.asked)
        with pytest.raises(EngineGoneError, match="left alone"):
            engine.count(None)
        assert len(node.asked) == asked
        now[0] += FIRST_REST
        assert engine.count(None) == 7
        assert engine.count(None) == 7
        assert len(node.asked) == asked + 2


def test_a_breaker_lets_one_probe_through_and_rests_longer_each_time() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    assert breaker.lets_through()
    breaker.failed()
    rests = []
    for _ in range(8):
        start = now[0]
        while not breaker.lets_through():
            now[0] += 1.0
        assert not breaker.lets_through()
        rests.append(now[0] - start)
        breaker.failed()
    assert rests == sorted(rests)
    assert rests[0] == FIRST_REST < rests[-1] <= 30
    now[0] += 30
    assert breaker.lets_through()
    breaker.succeeded()
    assert breaker.lets_through()
    assert breaker.lets_through()


def test_a_write_is_repeated_whole_until_it_is_acknowledged() -> None:
    with running(OK, OK, 503, 500) as node, engine_on(node.url) as engine:
        engine.update(PAPERS[:2], (), no_vectors(), "")
    writes = [sent for _, path, sent in node.asked if path.endswith("/points/batch")]
    assert len(writes) == 3
    assert len(set(writes)) == 1
    assert [point["id"] for point in json.loads(writes[0])["operations"][0]["upsert"]["points"]] == [1, 2]


def test_a_large_load_is_sent_in_batches_at_once_and_a_lost_one_again() -> None:
    papers = [replace(PAPERS[0], number=number) for number in range(1, 1001)]
    with running(OK, OK, 503, OK, 500) as node, engine_on(node.url) as engine:
        engine.update(papers, (), no_vectors(), "")
    writes = [json.loads(sent) for _, path, sent in node.asked if path.endswith("/points/batch")]
    assert len(writes) == 6
    sent = [point["id"] for write in writes for one in write["operations"] for point in one["upsert"]["points"]]
    assert set(sent) == set(range(1, 1001))


def test_a_load_that_cannot_be_finished_says_so() -> None:
    papers = [replace(PAPERS[0], number=number) for number in range(1, 1001)]
    with (
        running(OK, OK, OK, *[400] * 3) as node,
        engine_on(node.url) as engine,
        pytest.raises(EngineError, match="write: refused with 400"),
    ):
        engine.update(papers, (), no_vectors(), "")
