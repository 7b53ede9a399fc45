"""The vocabulary is kept up to date, read by many and survives whatever happens to its files."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from broadsheet.search.spelling import Tally, Vocabulary, words_of
from broadsheet.search.spelling.table import Table, signature, write_table
from broadsheet.search.spelling.vocabulary import LEAST_TO_FOLD

WORDS = st.text("abcxyz", min_size=2, max_size=8)


def test_what_is_learnt_is_known_at_once_and_to_other_readers(tmp_path) -> None:
    writer = Vocabulary(tmp_path)
    reader = Vocabulary(tmp_path)
    writer.learn({"mamba": 2, "graph": 5})
    writer.learn({"mamba": 1, "rwkv": 4})
    assert [writer.count(word) for word in ("mamba", "graph", "rwkv", "none")] == [3, 5, 4, 0]
    assert reader.count("mamba") == 0
    reader.reload()
    assert [reader.count(word) for word in ("mamba", "graph", "rwkv", "none")] == [3, 5, 4, 0]
    writer.learn({"mamba": -3})
    reader.reload()
    assert reader.count("mamba") == 0


def test_folding_changes_no_count_and_leaves_one_table(tmp_path) -> None:
    writer, reader = Vocabulary(tmp_path), Vocabulary(tmp_path)
    writer.learn({"mamba": 2})
    writer.learn({"graph": 5, "mamba": 1})
    reader.reload()
    writer.fold()
    assert [path.name.partition(".")[0] for path in tmp_path.iterdir()] == ["words"]
    for vocabulary in (reader, writer, Vocabulary(tmp_path)):
        assert [vocabulary.count(word) for word in ("mamba", "graph")] == [3, 5]
        vocabulary.reload()
        assert [vocabulary.count(word) for word in ("mamba", "graph")] == [3, 5]
        assert [near.word for near in vocabulary.near("grph", 1, 1)] == ["graph"]


def test_maintenance_folds_when_it_is_worth_it(tmp_path) -> None:
    writer = Vocabulary(tmp_path)
    writer.learn({"mamba": 2})
    writer.learn({"graph": 5})
    assert not writer.maintain()
    names = (f"{a}{b}{c}" for a in "abcdefghijklmnop" for b in "abcdefghijklmnop" for c in "abcdefghijklmnop")
    writer.learn(dict.fromkeys((word for word, _ in zip(names, range(LEAST_TO_FOLD + 1), strict=False)), 1))
    assert len(writer) > LEAST_TO_FOLD
    assert not writer.maintain()


def test_a_torn_journal_loses_only_its_last_line(tmp_path) -> None:
    writer = Vocabulary(tmp_path)
    writer.learn({"mamba": 2})
    writer.learn({"graph": 5})
    writer.learn({"speech": 7})
    journal = next(tmp_path.glob("journal.*"))
    journal.write_bytes(journal.read_bytes()[:-9])
    again = Vocabulary(tmp_path)
    assert [again.count(word) for word in ("mamba", "graph", "speech")] == [2, 5, 0]
    again.learn({"speech": 1})
    assert [Vocabulary(tmp_path).count(word) for word in ("mamba", "graph", "speech")] == [2, 5, 1]


@pytest.mark.parametrize("harm", [lambda data: data[:-5], lambda data: b"{}" + data[2:], lambda data: b""])
def test_a_damaged_table_is_passed_over(tmp_path, harm) -> None:
    writer = Vocabulary(tmp_path)
    writer.replace({"mamba": 2})
    path = next(tmp_path.glob("words.*"))
    path.with_name("words.9").write_bytes(harm(path.read_bytes()))
    with pytest.raises(ValueError, match=r"words\.9"):
        Table(path.with_name("words.9"))
    again = Vocabulary(tmp_path)
    assert again.count("mamba") == 2
    again.replace({"graph": 3})
    assert Vocabulary(tmp_path).count("graph") == 3


def test_a_crash_while_folding_leaves_the_old_vocabulary(tmp_path, monkeypatch) -> None:
    writer = Vocabulary(tmp_path)
    writer.learn({"mamba": 2})
    writer.learn({"graph": 5})
    (tmp_path / "words.2.draft").write_bytes(b"half of it")
    again = Vocabulary(tmp_path)
    assert [again.count(word) for word in ("mamba", "graph")] == [2, 5]
    again.fold()
    assert [Vocabulary(tmp_path).count(word) for word in ("mamba", "graph")] == [2, 5]


@given(st.dictionaries(WORDS, st.integers(1, 1_000), max_size=40), WORDS, st.sampled_from([1, 2]), st.booleans())
@settings(max_examples=60)
def test_near_is_what_a_full_comparison_finds(tmp_path_factory, counts, word, distance, same_initial) -> None:
    path = tmp_path_factory.mktemp("table") / "words.1"
    write_table(path, counts)
    table = Table(path)
    assert dict(table.items()) == counts
    assert all(table.count(known) == count for known, count in counts.items())
    found = {near.word: near.distance for near in table.near(word, distance, 5, same_initial=same_initial)}
    assert found == {
        other: edits
        for other, count in counts.items()
        if count >= 5
        and 0 < (edits := OSA.distance(word, other)) <= distance
        and (not same_initial or other[0] == word[0])
    }


@given(WORDS, WORDS)
def test_an_edit_changes_at_most_two_bits(one, other) -> None:
    assert (signature(one) ^ signature(other)).bit_count() <= 2 * OSA.distance(one, other)


def test_only_the_most_frequent_words_are_kept(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("broadsheet.search.spelling.table.MOST_WORDS", 2)
    write_table(tmp_path / "words.1", {"aa": 1, "bb": 5, "cc": 3})
    assert dict(Table(tmp_path / "words.1").items()) == {"bb": 5, "cc": 3}


def test_words_are_folded_latin_letters_and_counted_once_a_paper() -> None:
    assert words_of("zero-sum games, zero-sum", "gpt4 x2 大语言 naive o'brien a") == {
        "zero",
        "sum",
        "games",
        "naive",
        "brien",
    }
    tally = Tally()
    tally.add("deep deep nets", "deep thought")
    tally.add("deep sea")
    assert tally.counts == Counter({"deep": 2, "nets": 1, "thought": 1, "sea": 1})


def test_a_tally_stays_bounded_and_keeps_what_is_frequent() -> None:
    tally = Tally(most=50)
    for number in range(500):
        first, second = divmod(number, 26)
        tally.add(f"common word{chr(97 + first)}{chr(97 + second)}")
    assert len(tally.counts) <= 50
    assert tally.counts["common"] == 500
