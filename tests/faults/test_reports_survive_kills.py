"""A listener killed with SIGKILL loses no report that it accepted, and counts none twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.bounce_kills import hand_in
from tests.worker.instances import Instance

KILLS = 6


def test_what_was_accepted_is_counted_once(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "home", BROADSHEET_BOUNCE_ADDRESS="bounces@papers.example.org")
    address = instance.run("tests.faults.bounce_kills", "prepare").strip().splitlines()[-1]
    accepted = hand_in(instance, address, KILLS)
    assert len(accepted) > KILLS
    told = json.loads(instance.run("tests.faults.bounce_kills", "count").strip().splitlines()[-1])
    assert told["left"] == []
    # Of each killed listener one more may have been stored without the answer having come through.
    assert len(accepted) <= told["counted"] <= len(accepted) + KILLS
