"""Embedding side by side and without end: every text once, the same vector as alone, and an end when told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from broadsheet.search.embedding import Encoder, encoder, install_from_folder
from broadsheet.search.embedding.runtime import Runtime, Tokens

TEXTS = [f"paper {number} " + "on owls " * (number * 7 % 5) for number in range(60)]


def ignore(_: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def model(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """An encoder of the tiny model in 8 bits, whose vectors depend on the batch."""
    folder = tmp_path_factory.mktemp("models")
    install_from_folder(tiny, folder, progress=ignore)
    return Encoder.load(folder, threads=2)


def _workers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("embedding")]


@given(st.lists(st.text("ab 1.", max_size=50), max_size=40), st.integers(1, 9), st.integers(1, 30))
def test_every_text_comes_back_once_with_its_vector(model: Encoder, texts: list[str], chunk: int, window: int) -> None:
    expected = model.encode(texts)
    found: dict[int, NDArray[np.float32]] = {}
    for keys, vectors in model.encode_stream(enumerate(texts), chunk=chunk, window=window):
        assert 0 < len(keys) <= chunk
        assert vectors.shape == (len(keys), 32)
        assert not found.keys() & set(keys)
        found.update(zip(keys, vectors, strict=True))
    assert sorted(found) == list(range(len(texts)))
    assert all(np.array_equal(found[number], row) for number, row in enumerate(expected))


def test_it_reads_no_further_than_the_window(model: Encoder) -> None:
    read = 0

    def endless() -> Iterator[tuple[int, str]]:
        nonlocal read
        while True:
            read += 1
            yield read, TEXTS[read % len(TEXTS)]

    stream = model.encode_stream(endless(), chunk=4, window=40)
    done = sum(len(keys) for keys, _ in (next(stream) for _ in range(50)))
    assert done == 200
    assert read <= 200 + 2 * 40 + 3 * 4  # a window sorted, the next one, and chunks at work
    assert _workers()
    del stream
    assert not _workers()


def test_within_a_window_the_longest_come_first(model: Encoder) -> None:
    lengths = [len(TEXTS[key]) for keys, _ in model.encode_stream(enumerate(TEXTS), chunk=60) for key in keys]
    assert lengths == sorted(lengths, reverse=True)


def test_an_interrupted_job_goes_on_where_it_stopped(model: Encoder) -> None:
    stored: dict[int, NDArray[np.float32]] = {}
    stream = model.encode_stream(enumerate(TEXTS), chunk=8)
    for keys, vectors in stream:
        stored.update(zip(keys, vectors, strict=True))
        if len(stored) >= 24:
            break
    stream.close()  # type: ignore[attr-defined]
    assert len(stored) == 24
    rest = [(key, text) for key, text in enumerate(TEXTS) if key not in stored]
    for keys, vectors in model.encode_stream(rest, chunk=8):
        stored.update(zip(keys, vectors, strict=True))
    assert np.array_equal(np.stack([stored[number] for number in range(len(TEXTS))]), model.encode(TEXTS))


def test_it_stops_after_the_texts_at_work_when_told(model: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, computed = threading.Event(), 0
    vectors = Runtime.vectors

    def counted(runtime: Runtime, batch: Sequence[Tokens]) -> NDArray[np.float32]:
        nonlocal computed
        computed += 1
        if computed >= 20:
            stop.set()
        return vectors(runtime, batch)

    monkeypatch.setattr(Runtime, "vectors", counted)
    done = [key for keys, _ in model.encode_stream(enumerate(TEXTS), chunk=8, is_stopped=stop.is_set) for key in keys]
    assert 20 <= computed <= 20 + 2
    assert len(done) <= 16
    assert not _workers()
    assert list(model.encode_stream(enumerate(TEXTS), is_stopped=stop.is_set)) == []


def test_what_the_source_raises_is_passed_on(model: Encoder) -> None:
    def failing() -> Iterator[tuple[int, str]]:
        yield from enumerate(TEXTS)
        raise OSError("the disk is gone")

    stream = model.encode_stream(failing(), chunk=4)
    with pytest.raises(OSError, match="the disk is gone"):
        list(stream)
    assert not _workers()


@pytest.mark.parametrize("is_stream", [False, True])
def test_texts_are_computed_side_by_side(model: Encoder, monkeypatch: pytest.MonkeyPatch, is_stream: bool) -> None:
    """Each text waits for another one to be at work: with one thread alone it would wait in vain."""
    met, vectors = threading.Barrier(2, timeout=10), Runtime.vectors

    def meet(runtime: Runtime, batch: Sequence[Tokens]) -> NDArray[np.float32]:
        met.wait()
        return vectors(runtime, batch)

    monkeypatch.setattr(Runtime, "vectors", meet)
    if is_stream:
        assert len(next(iter(model.encode_stream(enumerate(TEXTS[:16]), chunk=16)))[0]) == 16
    else:
        assert len(model.encode(TEXTS[:16])) == 16


def test_senseless_sizes_are_refused_at_once(model: Encoder) -> None:
    with pytest.raises(ValueError, match="window and chunk must be 1 or more, not 0 and 256"):
        model.encode_stream([], window=0)
    with pytest.raises(ValueError, match="not 4096 and 0"):
        model.encode_stream([], chunk=0)


def test_the_document_prefix_is_put_before_every_text(model: Encoder, tiny: Path, tmp_path: Path) -> None:
    install_from_folder(tiny, tmp_path, progress=ignore, document_prefix="doc: ")
    [(keys, vectors)] = Encoder.load(tmp_path).encode_stream([("k", "x")])
    assert keys == ["k"]
    assert np.array_equal(vectors, model.encode(["doc: x"]))


@pytest.fixture
def asked(model: Encoder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were turned into tokens, with no query remembered from before."""
    told: list[str] = []
    tokenise = Runtime.tokenise

    def note(runtime: Runtime, text: str) -> list[int]:
        told.append(text)
        return tokenise(runtime, text)

    model._query_vector.cache_clear()
    monkeypatch.setattr(Runtime, "tokenise", note)
    return told


def test_a_query_is_embedded_once(model: Encoder, asked: list[str]) -> None:
    first = model.encode_query("owls in winter")
    assert model.encode_query("owls in winter") is first
    assert not np.array_equal(model.encode_query("owls in summer"), first)
    assert asked == ["owls in winter", "owls in summer"]


def test_a_remembered_vector_cannot_be_changed(model: Encoder) -> None:
    with pytest.raises(ValueError, match="read-only"):
        model.encode_query("owls")[0] = 1


def test_only_so_many_queries_are_remembered(model: Encoder, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "QUERIES_KEPT", 2)
    small = Encoder(model._folder, model.manifest, threads=1)
    for query in ("a", "b", "a", "c", "a", "b"):  # c pushes out b, the one longest unused
        small.encode_query(query)
    assert asked == ["a", "b", "c", "b"]


def test_a_very_long_query_is_cut(model: Encoder, asked: list[str]) -> None:
    kept = "o" * encoder.QUERY_CHARACTERS
    assert model.encode_query(kept + "wl") is model.encode_query(kept)
    assert asked == [kept]
