"""One queue a host for all processes: the interval between two arrivals, one connection, whoever is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from broadsheet.sources.door import BusyError, FetchError, RefusedAddressError
from broadsheet.sources.http.turns import INTERVAL, PACES, Pace, Turns
from broadsheet.sources.http.waiting import Patience
from tests.fakes import servers
from tests.fakes.servers import FakeServer, answer
from tests.sources.http.lines import Hands, Line, Make, Names

# What another process of the instance does: ask for an address so many times.
ASKER = """
import sys
from pathlib import Path
from broadsheet.sources.http import HttpDoor
folder, url, interval, count = sys.argv[1:]
door = HttpDoor(Path(folder), contact="none", allowed=["127.0.0.1"], interval=float(interval), patience=300)
for _ in range(int(count)):
    door.get(url)
"""
HOST = "papers.example.org"


@contextmanager
def asking(folder: Path, url: str, interval: float, count: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", ASKER, str(folder), url, str(interval), str(count)]
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def turns(folder: Path, hands: Hands, interval: float = 1.0) -> Turns:
    return Turns(folder, interval=interval, clock=hands.clock())


def ask(queue: Turns, host: str = HOST, patience: float = 60.0) -> None:
    with queue.turn(host, Patience(patience)) as turn:
        turn.fine()


def test_three_processes_together_keep_the_interval_and_one_connection(tmp_path: Path, server: FakeServer) -> None:
    interval = 0.3
    server.on("/", servers.after(0.05, answer("good")))
    with (
        asking(tmp_path, server.url, interval, 4) as first,
        asking(tmp_path, server.url, interval, 4) as second,
        asking(tmp_path, server.url, interval, 4) as third,
    ):
        assert [process.wait(60) for process in (first, second, third)] == [0, 0, 0]
    gaps = [after - before for before, after in pairwise(server.arrivals)]
    assert len(gaps) == 11
    assert min(gaps) >= interval - 0.001
    assert server.most_at_once == 1


def test_a_killed_process_gives_its_turn_back(tmp_path: Path, make_door: Make, server: FakeServer) -> None:
    server.on("/silence", servers.silence).on("/", answer("good"))
    folder = tmp_path / "politeness"
    with asking(folder, f"{server.url}/silence", 0.0, 1) as process:
        end = time.monotonic() + 30
        while not server.requests and time.monotonic() < end:
            time.sleep(0.01)
        with pytest.raises(BusyError) as caught:
            make_door(patience=0.2).get(server.url)
        assert caught.value.retry_after >= 1.0
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert make_door().get(server.url).content == b"good"


def test_arxiv_is_one_host_with_three_seconds_and_one_connection(tmp_path: Path) -> None:
    queue = Turns(tmp_path)
    names = ["arxiv.org", "export.arxiv.org", "oaipmh.arxiv.org", "rss.arxiv.org", "static.export.arxiv.org"]
    assert {queue.pace(name).name for name in names} == {"arxiv.org"}
    assert {queue.pace(name).interval for name in names} == {3.0}
    assert [pace.name for pace in PACES] == ["arxiv.org"]
    assert queue.pace("notarxiv.org").interval == INTERVAL == 1.0
    assert queue.pace("arxiv.org.example.org").name == "arxiv.org.example.org"


def test_the_hosts_of_a_group_wait_for_one_another(tmp_path: Path, hands: Hands) -> None:
    queue = turns(tmp_path, hands)
    for host in ("rss.arxiv.org", "export.arxiv.org", "arxiv.org", "api.example.org", "www.example.org"):
        ask(queue, host)
    assert hands.sleeps == [3.0, 3.0]


def test_a_redirect_within_a_group_waits_like_any_request(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/old", servers.redirect("https://export.arxiv.org/new")).on("/new", answer("good"))
    door = make_door(clock=hands.clock(), resolve=Names(), backend=Line(server.port), interval=1.0)
    assert door.get("http://arxiv.org/old").content == b"good"
    assert hands.slept == pytest.approx(3.0)


def test_the_interval_begins_with_the_answer_and_not_with_the_connection(tmp_path: Path, hands: Hands) -> None:
    """A request that was long on its way arrived late: the next one must not come too soon after it."""
    queue = turns(tmp_path, hands)
    with queue.turn(HOST, Patience(60)) as turn:
        hands.move(10.0)
        turn.mark()
        turn.fine()
    hands.move(0.25)
    ask(queue)
    assert hands.sleeps == [0.75]


def test_nobody_waits_for_a_host_that_was_not_asked(tmp_path: Path, hands: Hands) -> None:
    queue = turns(tmp_path, hands)
    ask(queue)
    hands.move(1.0)
    ask(queue)
    assert hands.sleeps == []


def jump_wall_forward(hands: Hands) -> None:
    hands.wall += 86_400


def jump_wall_back(hands: Hands) -> None:
    hands.wall -= 86_400


def restart(hands: Hands) -> None:
    hands.boot, hands.steady = "second", 3.0


def restart_long_ago(hands: Hands) -> None:
    hands.boot, hands.steady = "second", 900_000.0


def steady_back(hands: Hands) -> None:
    hands.steady -= 4_000


JUMPS = [jump_wall_forward, jump_wall_back, restart, restart_long_ago, steady_back]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_costs_one_interval_at_most_and_never_less(tmp_path: Path, hands: Hands, jump) -> None:
    queue = turns(tmp_path, hands)
    ask(queue)
    jump(hands)
    ask(queue)
    assert hands.sleeps == [1.0]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_long_wait_is_never_longer_than_it_was_meant(tmp_path: Path, hands: Hands, jump) -> None:
    queue = turns(tmp_path, hands)
    with queue.turn(HOST, Patience(60)) as turn:
        assert turn.wished(503, 500.0) == 500.0
    jump(hands)
    with pytest.raises(BusyError) as caught:
        ask(queue, patience=0.0)
    # Only a machine that was started anew has to believe the wall clock.
    assert caught.value.retry_after <= 500.0
    assert caught.value.status == 503


def test_a_long_wait_outlasts_a_restart(tmp_path: Path, hands: Hands) -> None:
    queue = turns(tmp_path, hands)
    with queue.turn(HOST, Patience(60)) as turn:
        turn.wished(429, 500.0)
    hands.move(100.0)
    restart(hands)
    with pytest.raises(BusyError) as caught:
        ask(queue, patience=0.0)
    assert caught.value.retry_after == pytest.approx(400.0)


@pytest.mark.parametrize(
    "content", [b"\0" * 512, b"{", b"[]", b'{"failures": "many"}', b'{"wait": null}', b"\xff" * 9, b"7"]
)
def test_a_damaged_file_costs_one_interval(tmp_path: Path, hands: Hands, content: bytes) -> None:
    queue = turns(tmp_path, hands)
    ask(queue)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    ask(queue)
    assert hands.sleeps == [1.0]
    assert json.loads(path.read_bytes()[:512])["failures"] == 0


def test_a_queue_that_is_longer_than_the_patience_is_told(tmp_path: Path, hands: Hands) -> None:
    queue = turns(tmp_path, hands)
    ask(queue, "arxiv.org")
    with pytest.raises(BusyError, match=r"arxiv\.org") as caught:
        ask(queue, "arxiv.org", patience=2.0)
    assert caught.value.retry_after == 3.0
    assert hands.sleeps == []


def test_others_find_the_queue_taken(tmp_path: Path, hands: Hands) -> None:
    queue = turns(tmp_path, hands)
    with queue.turn(HOST, Patience(60)):
        with pytest.raises(BusyError, match="others"):
            ask(turns(tmp_path, hands), patience=1.0)
        ask(queue, "other.example.org")
    assert hands.slept == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("host", ["x" * 60 + "." + "y" * 60 + "." + "z" * 60, "2606:4700::1111", "xn--bcher-kva.de"])
def test_any_host_has_a_file(tmp_path: Path, hands: Hands, host: str) -> None:
    queue = turns(tmp_path, hands)
    ask(queue, host)
    ask(queue, host)
    assert hands.sleeps == [1.0]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, hands: Hands) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FetchError, match="taken"):
        ask(turns(tmp_path / "taken", hands))


def test_a_refused_address_costs_nobody_a_turn(make_door: Make, tmp_path: Path) -> None:
    door = make_door(allowed=[])
    for _ in range(3):
        with pytest.raises(RefusedAddressError):
            door.get("http://10.0.0.1/")
    assert not (tmp_path / "politeness" / "hosts").exists()


def test_a_pace_of_ones_own_is_kept(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/", answer("good"))
    paces = [Pace(name="loopback", hosts=("127.0.0.1",), interval=7.0)]
    door = make_door(clock=hands.clock(), paces=paces)
    door.get(server.url)
    door.get(server.url)
    assert hands.slept == pytest.approx(7.0)
