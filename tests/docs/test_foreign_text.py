"""Nothing in the repository that does not belong there: other people's text, registries' hosts, one machine's paths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from broadsheet.sources.files import read_file
from broadsheet.sources.record import PaperRecord
from tests.docs.reading import own_files, text_of

# Split, so that this file does not hold them.
REGISTRIES = ["py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.org", "npm" + "js.com", "crates" + ".io",
              "rubygems" + ".org", "anaconda" + ".org", "proxy.golang" + ".org"]  # fmt: skip
MACHINE = ["/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/"]
WORD = re.compile(r"\w+")
# Addresses may be repeated: they are facts.
ADDRESS = re.compile(r"https?://\S+|\b(?:github|gitlab)\.com/\S+|\bhuggingface\.co/\S+")
SHINGLE = 8
# A run of nothing but everyday words ("improves the state of the art by up to") belongs to nobody; a word is everyday
# when this share of the abstracts has it.
EVERYDAY = 0.02


def test_no_registry_and_no_path_of_one_machine_is_named() -> None:
    forbidden = re.compile("|".join(re.escape(word) for word in [*REGISTRIES, *MACHINE]), re.IGNORECASE)
    found = [f"{path.name}: {match[0]}" for path in own_files() for match in [forbidden.search(text_of(path))] if match]
    assert not found


def shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(ADDRESS.sub(" ", text.lower()))
    return zip(*(words[start:] for start in range(SHINGLE)), strict=False)


def papers_beside(shared: Path) -> Iterator[PaperRecord]:
    files = [*sorted((shared / "seeds").glob("*.txt")), shared / "collections" / "hf-daily-2024-2025" / "corpus.jsonl"]
    for path in files:
        yield from (record for record in read_file(path).records if isinstance(record, PaperRecord))


def test_no_abstract_of_the_data_folder_is_in_the_repository(shared: Path) -> None:
    own = {shingle: path.name for path in own_files() for shingle in shingles(text_of(path))}
    assert own
    found: set[tuple[str, ...]] = set()
    abstracts_with: Counter[str] = Counter()
    abstracts_count = 0
    for record in papers_beside(shared):
        abstracts_count += 1
        abstracts_with.update(set(WORD.findall(record.abstract.lower())))
        titled = set(shingles(record.title))
        found.update(shingle for shingle in shingles(record.abstract) if shingle in own and shingle not in titled)
    everyday = {word for word, times in abstracts_with.items() if times >= EVERYDAY * abstracts_count}
    copied = [f"{own[shingle]}: {' '.join(shingle)}" for shingle in sorted(found) if not everyday.issuperset(shingle)]
    assert not copied


def test_a_copied_sentence_would_be_noticed() -> None:
    sentence = "An invented method walks nine quiet steps before its harbour."
    assert set(shingles(f"x {sentence} y")) >= set(shingles(sentence))
    assert len(list(shingles(sentence))) == 3
    assert not list(shingles("Code: https://github.com/someone/a-repository-with-a-very-long-name-of-words"))
