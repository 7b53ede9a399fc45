"""Earlier models stay until they are dropped, and are found by their fingerprint; the instance's encoders follow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from broadsheet.search.embedder import encoder, encoder_for
from broadsheet.search.embedding import (
    Encoder,
    ModelError,
    ModelMissing,
    drop_others,
    install_from_folder,
    installed,
    locate,
    locate_fingerprint,
)
from broadsheet.search.embedding.store import building

Write = Callable[..., Path]


def ignore(_: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def two(tiny: Path, tmp_path: Path) -> tuple[str, str]:
    """Install two models in turn, which differ in their prefix; return the fingerprints."""
    first, second = (
        install_from_folder(tiny, tmp_path, progress=ignore, model_id=f"me/{name}", document_prefix=name)
        for name in ("old", "new")
    )
    return first.manifest.fingerprint, second.manifest.fingerprint


def test_the_earlier_model_stays_and_is_found_by_its_fingerprint(two: tuple[str, str], tmp_path: Path) -> None:
    old, new = two
    assert [(model.manifest.fingerprint, model.is_current) for model in installed(tmp_path)] == [
        (new, True),
        (old, False),
    ]
    assert Encoder.load(tmp_path).fingerprint == new
    earlier = Encoder.load(tmp_path, fingerprint=old)
    assert earlier.fingerprint == old
    assert np.array_equal(earlier.encode(["x"]), Encoder.load(tmp_path).encode(["x"])) is False


def test_a_model_that_is_not_there_is_not_found(two: tuple[str, str], tmp_path: Path) -> None:
    assert locate_fingerprint(tmp_path, "f" * 64) is None
    assert locate_fingerprint(tmp_path, two[0][:12] + "f" * 52) is None
    assert locate_fingerprint(tmp_path / "nowhere", two[0]) is None
    with pytest.raises(ModelMissing, match="has the fingerprint ffff"):
        Encoder.load(tmp_path, fingerprint="f" * 64)


def test_a_damaged_earlier_model_does_not_count(two: tuple[str, str], tmp_path: Path) -> None:
    old, new = two
    folder = locate_fingerprint(tmp_path, old)
    assert folder is not None
    (folder / "tokenizer.json").unlink()
    assert locate_fingerprint(tmp_path, old) is None
    assert [model.manifest.fingerprint for model in installed(tmp_path)] == [new]
    assert drop_others(tmp_path, {old}) == [folder.name]


def test_models_are_dropped_but_the_current_one_and_those_to_keep(
    two: tuple[str, str], tiny: Path, tmp_path: Path
) -> None:
    old, new = two
    newest = install_from_folder(tiny, tmp_path, progress=ignore, document_prefix="newest").manifest.fingerprint
    assert drop_others(tmp_path, {old}) == [new]
    assert [model.manifest.fingerprint for model in installed(tmp_path)] == [newest, old]
    assert drop_others(tmp_path, []) == [old]
    assert drop_others(tmp_path, []) == []
    assert Encoder.load(tmp_path).fingerprint == newest


def test_nothing_is_dropped_during_an_installation(two: tuple[str, str], tmp_path: Path) -> None:
    with building(tmp_path), pytest.raises(ModelError, match="another installation is at work"):
        drop_others(tmp_path, [])
    assert len(installed(tmp_path)) == 2


def test_a_model_folder_by_itself_is_its_only_model(two: tuple[str, str], tmp_path: Path) -> None:
    folder = locate("", tmp_path)
    assert [(model.folder, model.is_current) for model in installed(folder)] == [(folder, True)]
    assert locate_fingerprint(folder, two[1]) == folder
    assert installed(tmp_path / "nowhere") == []


def test_the_model_that_the_settings_name_is_found_among_the_earlier_ones(two: tuple[str, str], tmp_path: Path) -> None:
    assert Encoder.load(tmp_path, model="me/old").fingerprint == two[0]
    assert Encoder.load(tmp_path, model="me/new").fingerprint == two[1]
    with pytest.raises(ModelMissing, match=r"name the model me/other, but .* holds me/new"):
        Encoder.load(tmp_path, model="me/other")


@pytest.fixture
def instance(tmp_path: Path, settings: Any) -> Path:
    """The model folder of an instance that names no model."""
    settings.MODEL, settings.MODEL_DIR, settings.EMBEDDING_THREADS = "", tmp_path, 1
    return tmp_path


def test_the_instance_notices_what_is_installed_and_dropped_while_it_runs(
    instance: Path, tiny: Path, settings: Any
) -> None:
    assert encoder() is None
    old = install_from_folder(tiny, instance, progress=ignore).manifest.fingerprint
    first = encoder()
    assert first is not None
    assert (first.fingerprint, encoder(), encoder_for(old)) == (old, first, first)
    new = install_from_folder(tiny, instance, progress=ignore, document_prefix="doc: ").manifest.fingerprint
    second = encoder()
    assert second is not None
    assert (second.fingerprint, encoder_for(new), encoder_for(old)) == (new, second, first)
    drop_others(instance, [])
    assert encoder_for(old) is None


def test_the_instance_does_not_embed_with_another_model_than_the_settings_name(
    instance: Path, two: tuple[str, str], settings: Any
) -> None:
    settings.MODEL = "me/other"
    assert encoder() is None
    assert (earlier := encoder_for(two[0])) is not None  # an index with its vectors can still be asked
    assert earlier.fingerprint == two[0]
    settings.MODEL = "me/old"
    assert (named := encoder()) is not None
    assert named.fingerprint == two[0]
