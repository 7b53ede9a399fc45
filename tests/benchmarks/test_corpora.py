"""Made corpora: the same for the same seed, and what they say of themselves is true."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.corpora import Corpus, corpora_folder, corpus_of, load
from benchmarks.mixtures import Mixtures, hardness, nearest
from benchmarks.prose import Prose, invented_words
from benchmarks.questions import made_questions
from tests.benchmarks.made import BIRDS, corpus_in, originals

FILES = ("documents.jsonl", "vectors.npy", "queries.jsonl", "query_vectors.npy", "long_queries.jsonl", "corpus.json")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return load(corpus_in(tmp_path_factory.mktemp("corpora")))


def test_the_same_seed_makes_the_same_corpus_and_another_seed_another(corpus: Corpus, tmp_path: Path) -> None:
    again = corpus_in(tmp_path / "again")
    assert all((again / name).read_bytes() == (corpus.folder / name).read_bytes() for name in FILES)
    other = corpus_in(tmp_path / "other", seed=2)
    assert (other / "documents.jsonl").read_bytes() != (corpus.folder / "documents.jsonl").read_bytes()


def test_documents_are_numbered_from_1_and_in_the_order_of_their_days(corpus: Corpus) -> None:
    documents = list(corpus.documents())
    assert [one.number for one in documents] == list(range(1, corpus.count + 1))
    assert [one.day for one in documents] == sorted(one.day for one in documents)
    assert all(one.title and one.abstract.endswith(".") for one in documents)
    assert all(1 <= len(one.categories) == len(set(one.categories)) <= 3 for one in documents)


def test_batches_hold_every_document_with_its_vector(corpus: Corpus) -> None:
    batches = list(corpus.batches(64))
    assert [len(documents) for documents, _ in batches] == [64, 64, 64, 8]
    assert np.array_equal(np.concatenate([vectors for _, vectors in batches]), corpus.vectors)
    assert [one for documents, _ in batches for one in documents] == list(corpus.documents())
    assert [one.number for one in corpus.documents(10, 12)] == [11, 12]


def test_vectors_have_length_1(corpus: Corpus) -> None:
    assert np.allclose(np.linalg.norm(np.asarray(corpus.vectors, np.float32), axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("name", ["all", "week", "year", "category", "code"])
def test_limits_let_through_what_they_say(corpus: Corpus, name: str) -> None:
    limits, allowed = corpus.limits[name], corpus.allowed(name)
    for one, is_allowed in zip(corpus.documents(), allowed, strict=True):
        holds = (limits.day_from or date.min) <= one.day < (limits.day_before or date.max)
        holds &= not limits.category or limits.category in one.categories
        assert is_allowed == (holds and (one.has_code or not limits.has_code))
    assert name != "all" or allowed.all()


@pytest.mark.parametrize("name", ["all", "week", "year", "category", "code"])
def test_the_truth_is_what_comparing_everything_finds(corpus: Corpus, name: str) -> None:
    cosines = corpus.query_vectors @ np.asarray(corpus.vectors, np.float32).T
    cosines[:, ~corpus.allowed(name)] = -np.inf
    there = min(10, int(corpus.allowed(name).sum()))
    for scores, numbers in zip(cosines, corpus.truth(name), strict=True):
        assert np.allclose(scores[numbers[:there] - 1], np.sort(scores)[::-1][:there], atol=1e-5)
        assert (numbers[there:] == -1).all()
    assert corpus.truth("long").shape == (len(corpus.long_queries), 10)


def test_a_corpus_that_is_there_is_not_made_again(corpus: Corpus) -> None:
    name = corpus.folder.name
    assert corpus_of(name, corpus.folder.parent, Path("/nonexistent")).count == corpus.count
    with pytest.raises(SystemExit, match=r"corpus\.jsonl"):
        corpus_of(name, corpus.folder.parent, Path("/nonexistent"), seed=7)
    with pytest.raises(FileNotFoundError):
        load(corpus.folder.parent / "nothing")


def test_the_folder_is_the_named_one_or_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_BENCH_DIR", "/somewhere")
    assert corpora_folder(None) == Path("/somewhere")
    assert corpora_folder(Path("/else")) == Path("/else")
    monkeypatch.delenv("BROADSHEET_BENCH_DIR")
    assert corpora_folder(None).name == "broadsheet-bench"


def test_texts_speak_of_what_they_are_made_after() -> None:
    rng = np.random.default_rng(1)
    common = "we watched this and that for a season and it watched us "
    prose = Prose([common + f"{bird} seen {bird} heard {bird} lost {bird} found" for bird in BIRDS], rng, 500)
    for number, bird in enumerate(BIRDS):
        about = np.full(20, number)
        said = " ".join([*prose.titles(about, rng), *prose.abstracts(about, rng)]).lower().split()
        assert max(BIRDS, key=said.count) == bird


def test_invented_words_are_different_and_as_many_as_wanted() -> None:
    words = invented_words(3_000, np.random.default_rng(1))
    assert len(words) == len(set(words)) == 3_000


def test_questions_have_one_to_five_words_and_are_the_same_each_time() -> None:
    papers = [(one.title, one.abstract) for one in originals().papers]
    questions = made_questions(papers, ["the winter of the heron"], 200)
    assert questions == made_questions(papers, ["the winter of the heron"], 200)
    assert questions[0].text == "learning"
    assert {len(one.text.split()) for one in questions} == {1, 2, 3, 4, 5}
    assert {one.kind for one in questions} == {"title", "abstract", "query", "frequent"}


def test_made_vectors_have_length_1_and_lie_near_what_they_are_made_around() -> None:
    real = np.asarray(originals().vectors, np.float32)
    base = np.arange(len(real))
    made = Mixtures(real).around(base, np.random.default_rng(1), 0.2)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert float(np.median(np.sum(made * real, axis=1))) > 0.8


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 2**31), st.booleans())
def test_nearest_finds_what_sorting_finds(count: int, limit: int, seed: int, is_limited: bool) -> None:
    rng = np.random.default_rng(seed)
    vectors, queries = rng.normal(size=(count, 4)).astype(np.float32), rng.normal(size=(3, 4)).astype(np.float32)
    allowed = rng.random(count) < 0.5 if is_limited else np.ones(count, bool)
    rows, cosines = nearest(vectors, queries, limit, allowed if is_limited else None)
    there = min(limit, int(allowed.sum()))
    exact = np.where(allowed, queries @ vectors.T, -np.inf)
    assert np.allclose(cosines[:, :there], -np.sort(-exact, axis=1)[:, :there], atol=1e-5)
    assert allowed[rows[:, :there]].all()
    assert (rows[:, there:] == -1).all()


def test_spread_out_vectors_are_harder_than_clustered_ones() -> None:
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(5, 16))
    clustered = centres[rng.integers(0, 5, 400)] + 0.1 * rng.normal(size=(400, 16))
    spread = rng.normal(size=(400, 16))
    easy, hard = (
        hardness(all_[:350], all_[350:])
        for all_ in (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (clustered, spread))
    )
    assert easy.first > hard.first
    assert easy.contrast > hard.contrast
