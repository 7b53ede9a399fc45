"""A few hundred damaged files of every format in each run of the tests; ``python -m tests.fuzz`` runs many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadsheet.sources.files import FORMATS
from tests.fuzz.mutations import mutations
from tests.fuzz.subjects import PACKED, Outcome, damage, is_read, originals, packed_originals, read_prefixes

MUTATIONS = 300
ROOT = Path(__file__).resolve().parents[2]


def shared_or_none() -> Path | None:
    folder = ROOT.parent / "shared"
    return folder if (folder / "captures").is_dir() else None


@pytest.mark.parametrize("format", FORMATS)
def test_no_damage_crashes_hangs_or_makes_up_records(tmp_path, format) -> None:
    outcome = Outcome()
    damage(format, originals(format, None), MUTATIONS, 1, tmp_path, outcome)
    assert outcome.faults == []
    assert outcome.refused + outcome.read == MUTATIONS


def test_no_damage_to_packed_files_does_either(tmp_path) -> None:
    outcome = Outcome()
    damage(PACKED, packed_originals(), MUTATIONS, 3, tmp_path, outcome)
    assert outcome.faults == []
    assert outcome.refused > MUTATIONS // 3


def test_no_damage_to_captured_files_does_either(tmp_path, shared) -> None:
    outcome = Outcome()
    for name in FORMATS:
        if captured := originals(name, shared)[len(originals(name, None)) :]:
            damage(name, captured, MUTATIONS // 6, 2, tmp_path, outcome)
    assert outcome.faults == []


@pytest.mark.parametrize("format", FORMATS)
def test_every_prefix_of_a_small_file_is_refused_or_read(tmp_path, format) -> None:
    content = min(originals(format, None), key=len)
    outcome = Outcome()
    read_prefixes(format, content, 150, tmp_path, outcome)
    assert outcome.faults == []


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_damaged_was_sound(tmp_path, format) -> None:
    assert all(is_read(format, content, tmp_path) for content in originals(format, shared_or_none()))


def test_the_same_seed_gives_the_same_damage() -> None:
    content = [b"a sound file", b"and another one"]
    assert list(mutations(content, 50, 7)) == list(mutations(content, 50, 7)) != list(mutations(content, 50, 8))
