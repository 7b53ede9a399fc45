"""How well near-duplicates are told from papers that only look alike, through the code of ``broadsheet duplicates``.

The pairs to find are made from the given papers by a fixed seed as sources really change them (``VARIANTS``). What must
not be paired are the same papers' real neighbours: all pairs of the daily papers, with their arXiv ids taken away, so
that only title, authors and abstract tell sequels and rivals apart. Papers with even row numbers were there to choose
the rule's figures; what is printed is of those with odd ones. Intervals are Wilson's (1927), 95 %.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import read_options
from benchmarks.originals import Original, originals
from benchmarks.report import print_source, print_table

if TYPE_CHECKING:
    from broadsheet.search.documents import IndexDocument
    from broadsheet.search.duplicates import Described

SEED, MADE_OF_EACH = 20_190, 120
DAILY_PAPERS = "hf-daily-2024-2025"
# Pairs of originals that were read and found to be one paper published twice, by how their titles begin.
KNOWN = (("Seeker: Enhancing Exception Handling", "Seeker: Towards Exception Safety"),)


@dataclass(frozen=True, slots=True)
class Change:
    """How much a variant differs: shares of sentences dropped and of words replaced, and what happens to the rest."""

    sentences: float = 0.0
    words: float = 0.0
    typos: int = 0
    has_subtitle: bool = True
    has_abstract: bool = True
    has_authors: bool = True
    abbreviates: bool = True
    title_words: int = 0


VARIANTS = {
    "light: case, markup, a typo": Change(sentences=0.1, words=0.02, typos=1),
    "medium: no subtitle, abbreviated, fifth cut": Change(sentences=0.2, words=0.05, typos=1, has_subtitle=False),
    "strong: other title words, half cut": Change(0.5, 0.15, 2, has_subtitle=False, title_words=1),
    "without authors": Change(sentences=0.2, words=0.05, typos=1, has_authors=False),
    "without abstract": Change(typos=1, has_abstract=False),
}
SUFFIXES = (
    ": An Empirical Study",
    ": Technical Report",
    " (Extended Abstract)",
    " - A Case Study",
    ": Theory and Practice",
)


class Outcome(NamedTuple):
    """Pairs that were to be found, how many of each kind of variant were, and which others were given."""

    made: dict[str, int]
    found: dict[str, int]
    wrong: list[tuple[str, str]]


def main() -> None:
    """Print both tables."""
    options = read_options(__doc__, rounds=1)
    with temporary_home() as home:
        kept = options.home or home
        papers, vectors = _daily_papers(options.data, kept)
        open_here(home)
        rows = []
        for has_authors in (True, False):
            outcome = measured(papers, vectors, parity=1, has_authors=has_authors)
            rows += _rows(outcome, "with authors" if has_authors else "authors unknown")
            for pair in outcome.wrong:
                print("not one paper:", *pair, sep="\n  ", file=sys.stderr)
    print_table(["daily papers and variants of some", "pairs", "found", "share, 95 % interval"], rows)
    print_source("duplicates")


def _daily_papers(data: Path, folder: Path) -> tuple[list[Original], np.ndarray]:
    known = originals(data, folder)
    chosen = [place for place, one in enumerate(known.papers) if one.collection == DAILY_PAPERS]
    vectors = known.vectors[chosen].astype(np.float32)
    return [known.papers[place] for place in chosen], vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _rows(outcome: Outcome, label: str) -> list[list[str]]:
    rows = [
        [f"{label}: recall, {name}", str(made), str(outcome.found[name]), interval(outcome.found[name], made)]
        for name, made in outcome.made.items()
    ]
    right = sum(outcome.found.values())
    given = right + len(outcome.wrong)
    return [*rows, [f"{label}: precision", str(given), str(right), interval(right, given)]]


def interval(held: int, of: int) -> str:
    """A share with its 95 % interval (Wilson, "Probable inference", 1927)."""
    if not of:
        return "–"
    z, share = 1.96, held / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return f"{share:.3f} ({max(middle - half, 0):.3f} to {min(middle + half, 1):.3f})"


def measured(papers: Sequence[Original], vectors: np.ndarray, *, parity: int, has_authors: bool) -> Outcome:
    """Look for pairs among the papers whose row has this parity and variants of some of them."""
    from broadsheet.search.duplicates import Described, pairs
    from broadsheet.search.engines.embedded import EmbeddedEngine

    own = [place for place, one in enumerate(papers) if one.row % 2 == parity]
    described = [Described(place, papers[place].title, papers[place].abstract, papers[place].authors) for place in own]
    made = variants(described, len(papers), parity)
    everything = {one.number: one for one in [*described, *(variant for _, _, variant in made)]}
    if not has_authors:
        everything = {number: replace(one, names=()) for number, one in everything.items()}
    kinds = {(original, variant.number): name for name, original, variant in made}

    with tempfile.TemporaryDirectory(prefix="broadsheet-benchmark-") as folder:
        engine = EmbeddedEngine(Path(folder))
        rows = np.concatenate([vectors[own], _embedded([variant for _, _, variant in made])])
        engine.update([_document(one) for one in everything.values()], [], (np.array(list(everything)), rows), "made")

        def load(numbers: Iterable[int]) -> dict[int, Described]:
            return {number: everything[number] for number in numbers}

        given = [(pair.first, pair.second) for pair in pairs(engine, load=load)]
    found = Counter(kinds[pair] for pair in given if pair in kinds)
    wrong = [(everything[one].title, everything[other].title) for one, other in given if (one, other) not in kinds]
    counted = Counter(name for name, _, _ in made)
    return Outcome(dict(counted), {name: found[name] for name in counted}, [pair for pair in wrong if not _known(pair)])


def _known(pair: tuple[str, str]) -> bool:
    return any(
        all(any(title.lower().startswith(start.lower()) for title in pair) for start in starts) for starts in KNOWN
    )


def _embedded(variants: Sequence[Described]) -> np.ndarray:
    from broadsheet.search.embedder import encoder
    from broadsheet.search.indexing import embedded_text

    model = encoder()
    if model is None:
        raise SystemExit("variants are embedded, and there is no model: broadsheet model install")
    return np.asarray(model.encode([embedded_text(one.title, one.abstract) for one in variants]))


def _document(one: Described) -> IndexDocument:
    from broadsheet.catalogue.text import index_text, normalise_title
    from broadsheet.search.documents import IndexDocument

    return IndexDocument(
        number=one.number,
        title=index_text(one.title),
        abstract=index_text(one.abstract),
        title_key=normalise_title(one.title),
    )


def variants(papers: Sequence[Described], first: int, seed: int) -> list[tuple[str, int, Described]]:
    """Variants of different papers by the seed: the kind of each, the number of its paper, and itself.

    Their own numbers begin with ``first``.
    """
    dice = random.Random(SEED + seed)
    words = sorted({word for one in papers[:500] for word in one.abstract.split()})
    chosen = iter(
        dice.sample([one for one in papers if len(one.abstract) > 400 and one.names], MADE_OF_EACH * len(VARIANTS))
    )
    made = []
    for name, change in VARIANTS.items():
        for _ in range(MADE_OF_EACH):
            one = next(chosen)
            made.append((name, one.number, replace(_varied(one, change, dice, words), number=first + len(made))))
    return made


def _varied(one: Described, change: Change, dice: random.Random, words: Sequence[str]) -> Described:
    title = one.title if change.has_subtitle else _other_subtitle(one.title, dice)
    pieces = title.split()
    for _ in range(change.title_words):
        pieces[dice.randrange(len(pieces))] = dice.choice(words)
    for _ in range(change.typos):
        place = dice.randrange(len(pieces))
        pieces[place] = _mistyped(pieces[place], dice)
    place = dice.randrange(len(pieces))
    pieces[place] = f"\\emph{{{pieces[place]}}}"
    title = dice.choice((str.lower, str.title, str))(" ".join(pieces)).replace("\\Emph", "\\emph")
    return replace(
        one,
        title=title,
        abstract=_other_abstract(one.abstract, change, dice, words) if change.has_abstract else "",
        names=_other_names(one.names, dice) if change.has_authors else (),
    )


def _other_subtitle(title: str, dice: random.Random) -> str:
    """Without what stands before or behind the colon, whichever is shorter; with a suffix where there is no colon."""
    head, colon, rest = title.partition(": ")
    if not colon:
        return title + dice.choice(SUFFIXES)
    return max(head, rest, key=len)


def _mistyped(word: str, dice: random.Random) -> str:
    if len(word) < 4:
        return word
    place = dice.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _other_abstract(abstract: str, change: Change, dice: random.Random, words: Sequence[str]) -> str:
    sentences = re.split(r"(?<=[.!?])\s+", abstract)
    kept = [sentence for sentence in sentences if dice.random() >= change.sentences] or sentences[:1]
    return " ".join(
        dice.choice(words) if dice.random() < change.words else word for sentence in kept for word in sentence.split()
    )


def _other_names(names: Sequence[str], dice: random.Random) -> tuple[str, ...]:
    """First names as initials, in another order, and one name lost where there are several."""
    short = [f"{name.split()[0][0]}. {name.split()[-1]}" if len(name.split()) > 1 else name for name in names]
    dice.shuffle(short)
    return tuple(short[: max(1, len(short) - 1)] if len(short) > 3 else short)


if __name__ == "__main__":
    main()
