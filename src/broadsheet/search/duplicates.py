"""Papers that are probably the same one, told with reasons: preprint and journal version, one paper from two sources.

Nothing here changes the catalogue. Candidates are the nearest by meaning and those whose title shares words; an
explicit rule over few features (``resemblance``, ``is_same``) decides, and decision 0019 has its measured precision and
recall. Titles alone never suffice where there are abstracts: look-alike titles are common, copied abstracts are not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from broadsheet.catalogue.identity import are_kept_apart
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import fold, normalise_title, to_plain
from broadsheet.search.engines.base import Engine
from broadsheet.search.language import Clause

# Each is enough: so much of the abstract together with so much of the title.
WITH_AUTHORS = ((0.35, 0.0), (0.2, 0.6), (0.1, 0.8))
WITHOUT_AUTHORS = ((0.9, 0.4), (0.75, 0.5), (0.3, 0.9), (0.2, 0.99))
# So much of the abstract for two arXiv ids; and for titles that differ in a numeral, with shared authors.
WITH_TWO_IDS, WITH_TWO_NUMERALS = 0.75, 0.6
FEWEST_AUTHORS = 0.3
# Papers of one title and the same authors, whose abstracts prove nothing, are not one when they are more years apart,
# nor, where the abstracts differ, with fewer words in the title ("Editorial", "A reply to our critics").
MOST_YEARS, TELLING_TITLE = 3, 5
# The nearest so many by meaning with at least this cosine, and the best so many by the words of the title.
NEAREST, LEAST_COSINE = 8, 0.7
BY_TITLE = 8
CHUNK = 256
# Runs of five words (Broder, "On the resemblance and containment of documents", 1997); abstracts with fewer runs than
# this say nothing by sharing some.
RUN, FEWEST_RUNS = 5, 15
MOST_NAMES, MOST_TITLE_WORDS = 60, 30
# A title that is a part of the other one, in words at least so long, counts for so much.
FEWEST_PART_WORDS, PART_OF_TITLE = 3, 0.95

_WORD = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(r"[:?!.]\s+|\s+[-–—]+\s+|\s*—\s*|\s+\(|\)\s*")
# Words that tell a paper from its sequel wherever they stand, and names of versions, which a dropped subtitle may hold.
_SEQUEL = re.compile(
    r"part|[ivx]+|v?\d+|one|two|three|four|first|second|third|fourth|initial|final|appendix|supplement|revisited"
)
_VERSION = re.compile(r".*\d.*")
# What is published about a paper and repeats its title.
_NOTICE = re.compile(
    r"errat(?:um|a)|corrigend(?:um|a)|correction|retraction|retracted|comments?|commentary|reply|response|rebuttal"
)
_INITIALS = re.compile(r"[A-Z]{1,3}")


@dataclass(frozen=True)
class Described:
    """What is compared of a paper."""

    number: int
    title: str
    abstract: str
    names: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    year: int | None = None

    @cached_property
    def title_words(self) -> tuple[str, ...]:
        """The words of the title, folded."""
        return tuple(normalise_title(self.title).split())

    @cached_property
    def title_parts(self) -> frozenset[str]:
        """The title, and what of it stands before and behind a colon or dash, where that is long enough to tell."""
        found = {" ".join(self.title_words)}
        for match in _SEPARATOR.finditer(to_plain(self.title)):
            plain = to_plain(self.title)
            for part in (plain[: match.start()], plain[match.end() :]):
                if len(words := normalise_title(part).split()) >= FEWEST_PART_WORDS:
                    found.add(" ".join(words))
        return frozenset(found)

    @cached_property
    def sequels(self) -> frozenset[str]:
        """The words of the title that tell a paper from its sequel."""
        return frozenset(word for word in self.title_words if _SEQUEL.fullmatch(word))

    @cached_property
    def notices(self) -> frozenset[str]:
        """The words of the title that tell a notice about a paper from the paper."""
        return frozenset(word for word in self.title_words if _NOTICE.fullmatch(word))

    @cached_property
    def runs(self) -> frozenset[int]:
        """All runs of five words of the abstract, as hashes that hold for this process."""
        words = _WORD.findall(fold(self.abstract))
        return frozenset(hash(tuple(words[start : start + RUN])) for start in range(len(words) - RUN + 1))

    @cached_property
    def people(self) -> tuple[frozenset[str], ...]:
        """Each author as the words of the name that are more than initials."""
        found = (_name_words(name) for name in self.names[:MOST_NAMES])
        return tuple(words for words in found if words)

    def values(self, scheme: str) -> frozenset[str]:
        """The paper's identifiers of one scheme."""
        return frozenset(value for name, value in self.identifiers if name == scheme)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two papers have in common.

    ``title``, ``authors`` and ``abstract`` are shares in [0, 1], None where a side has none; ``years`` is how far apart
    they were published; ``title_length`` counts the words of the shorter title. ``differs_in_numeral``: one title says
    "Part II" or "2.5" and the other does not. ``is_notice``: one is an erratum, a comment or the like, the other not.
    """

    title: float
    authors: float | None
    abstract: float | None
    years: int | None
    is_same_title: bool
    title_length: int
    differs_in_numeral: bool
    is_notice: bool
    has_two_arxiv_ids: bool

    @property
    def score(self) -> float:
        """How much speaks for one paper, in [0, 1]: the mean of what is known, the abstract counting twice."""
        parts = [(1.0, self.title)]
        parts += [(1.0, self.authors)] if self.authors is not None else []
        parts += [(2.0, self.abstract)] if self.abstract is not None else []
        return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)

    def reasons(self) -> list[str]:
        """What speaks for one paper, then what differs, each in a few words."""
        said = ["same title" if self.is_same_title else f"titles {self.title:.0%} alike"]
        if self.authors is not None:
            said.append("same authors" if self.authors == 1 else f"{self.authors:.0%} of the authors")
        if self.abstract is not None:
            said.append(f"{self.abstract:.0%} of the abstract")
        said += ["two arXiv ids"] if self.has_two_arxiv_ids else []
        said += [f"{self.years} years apart"] if self.years is not None and self.years > 1 else []
        return said


@dataclass(frozen=True, slots=True)
class Pair:
    """Two papers, by row id in rising order, that are probably one."""

    first: int
    second: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A paper that is probably the one it was looked for."""

    paper: Paper
    evidence: Evidence


def resemblance(one: Described, other: Described) -> Evidence:
    """What two papers have in common; the same in either order."""
    arxiv = one.values("arxiv"), other.values("arxiv")
    title, differs_in_version = _titles(one, other)
    return Evidence(
        title=title,
        authors=_people(one.people, other.people),
        abstract=_shared(one.runs, other.runs),
        years=abs(one.year - other.year) if one.year and other.year else None,
        is_same_title=one.title_words == other.title_words != (),
        title_length=min(len(one.title_words), len(other.title_words)),
        differs_in_numeral=differs_in_version or one.sequels != other.sequels,
        is_notice=one.notices != other.notices,
        has_two_arxiv_ids=bool(arxiv[0] and arxiv[1] and arxiv[0].isdisjoint(arxiv[1])),
    )


def is_same(evidence: Evidence) -> bool:
    """The rule: whether what two papers have in common makes them one. Decision 0019 says how it was found."""
    title, authors, abstract = evidence.title, evidence.authors, evidence.abstract
    if evidence.is_notice or (authors is not None and authors < FEWEST_AUTHORS):
        return False
    if evidence.has_two_arxiv_ids or evidence.differs_in_numeral:
        # Sequels and the papers of one group share phrases; only a copied abstract makes them one.
        is_doubtful = evidence.has_two_arxiv_ids or authors is None
        least = WITH_TWO_IDS if is_doubtful else WITH_TWO_NUMERALS
        return abstract is not None and abstract >= least and (title >= 0.6 or (authors or 0) >= 0.9)
    if abstract is not None and any(
        abstract >= least_abstract and title >= least_title
        for least_abstract, least_title in (WITH_AUTHORS if authors is not None else WITHOUT_AUTHORS)
    ):
        return True
    # An abstract that was written anew, or is not known: then the title has to say it all.
    if authors is None or authors < 0.5 or (evidence.years or 0) > MOST_YEARS:
        return False
    return title >= 0.85 if abstract is None else title >= 0.95 and evidence.title_length >= TELLING_TITLE


def _titles(one: Described, other: Described) -> tuple[float, bool]:
    """How alike two titles are, also where one lacks the part before or behind a colon; and whether versions differ."""
    whole = (" ".join(one.title_words), " ".join(other.title_words))
    if not all(whole):
        return 0.0, False
    found = [(_dice(_threes(whole[0]), _threes(whole[1])), _versions(whole[0]) != _versions(whole[1]))]
    for left, right in {(whole[0], part) for part in other.title_parts} | {
        (part, whole[1]) for part in one.title_parts
    }:
        alike = PART_OF_TITLE * _dice(_threes(left), _threes(right))
        found.append((alike, _versions(left) != _versions(right)))
    return max(found)


def _versions(title: str) -> frozenset[str]:
    return frozenset(word for word in title.split() if _VERSION.fullmatch(word))


def _threes(text: str) -> Counter[str]:
    padded = f"  {text} "
    return Counter(padded[start : start + 3] for start in range(len(padded) - 2))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _shared(one: frozenset[int], other: frozenset[int]) -> float | None:
    """The share of the shorter abstract's runs of words that the longer one has."""
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer >= FEWEST_RUNS else None


def _people(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> float | None:
    """The share of the shorter list's people that the longer one has; abbreviated names agree with whole ones."""
    if not one or not other:
        return None
    fewer, more = sorted((one, other), key=len)
    held = sum(any(name <= known or known <= name for known in more) for name in fewer)
    back = sum(any(name <= known or known <= name for known in fewer) for name in more)
    return min(held, back) / len(fewer)


def _name_words(name: str) -> frozenset[str]:
    whole = [word for word in re.split(r"[\s,.]+", name) if not _INITIALS.fullmatch(word)]
    return frozenset(word for part in whole for word in _WORD.findall(fold(part)) if len(word) > 1)


Load = Callable[[Iterable[int]], dict[int, Described]]
Progress = Callable[[int, int], None]


def described_papers(numbers: Iterable[int]) -> dict[int, Described]:
    """What is compared of papers of the catalogue, by row id; those that are not there are left out."""
    papers = Paper.shown.filter(pk__in=list(numbers)).prefetch_related("authorships", "identifiers")
    return {
        paper.pk: Described(
            number=paper.pk,
            title=paper.title,
            abstract=paper.abstract,
            names=tuple(authorship.name for authorship in paper.authorships.all()),
            identifiers=tuple((identifier.scheme, identifier.value) for identifier in paper.identifiers.all()),
            year=day.year if (day := paper.published_on or paper.first_listed_on) else None,
        )
        for paper in papers
    }


def pairs(
    engine: Engine,
    numbers: Sequence[int] | None = None,
    *,
    load: Load = described_papers,
    on_progress: Progress = lambda done, total: None,
) -> Iterator[Pair]:
    """Pairs of papers that are probably one, each once: of all papers, or those with one of ``numbers`` in them.

    Works in chunks, by row id: what was found is given at once, and the caller may stop at any time. ``load`` gives
    what is compared of papers, in any order; ``on_progress`` gets how many papers were looked at and how many are.
    """
    wanted = engine.numbers()[0].tolist() if numbers is None else sorted(set(numbers))
    told: set[tuple[int, int]] = set()
    for start in range(0, len(wanted), CHUNK):
        # A database gives rows in any order; pairs come by row id, so that a limit always gives the same ones.
        part = dict(sorted(load(wanted[start : start + CHUNK]).items()))
        # Of all papers each pair is looked at from both sides, so the costly look by title is left to those that the
        # look by meaning cannot find.
        near = _candidates(engine, part, is_thorough=numbers is not None)
        others = load({other for found in near.values() for other in found}.difference(part)) | part
        for number, found in near.items():
            for pair in _compared(part[number], (others[other] for other in found if other in others)):
                if (pair.first, pair.second) not in told:
                    told.add((pair.first, pair.second))
                    yield pair
        on_progress(min(start + CHUNK, len(wanted)), len(wanted))


def duplicates_of(engine: Engine, paper: Paper) -> list[Duplicate]:
    """The papers that are probably the same as ``paper``, the surest first, with what they have in common.

    Without those of which somebody said that they are different.
    """
    found = {
        pair.first if pair.second == paper.pk else pair.second: pair.evidence
        for pair in pairs(engine, [paper.pk])
        if not are_kept_apart(pair.first, pair.second)
    }
    papers = Paper.objects.in_bulk(list(found))
    duplicates = [Duplicate(papers[number], evidence) for number, evidence in found.items() if number in papers]
    return sorted(duplicates, key=lambda one: (-one.evidence.score, one.paper.pk))


def _compared(one: Described, others: Iterable[Described]) -> Iterator[Pair]:
    for other in others:
        # Most candidates are other people's papers; their abstracts need not be folded.
        if (authors := _people(one.people, other.people)) is not None and authors < FEWEST_AUTHORS:
            continue
        evidence = resemblance(one, other)
        if is_same(evidence):
            yield Pair(min(one.number, other.number), max(one.number, other.number), evidence)


def _candidates(engine: Engine, papers: dict[int, Described], *, is_thorough: bool) -> dict[int, list[int]]:
    """For each paper others that may be the same, by row id, sorted."""
    numbers = np.array(list(papers), np.int64)
    told = engine.told(numbers)
    found: dict[int, list[int]] = {}
    for number, vector, has_vector in zip(numbers.tolist(), told.vectors, told.has_vector.tolist(), strict=True):
        paper, near = papers[number], set[int]()
        if has_vector:
            listed = engine.nearest(vector, None, NEAREST + 1)
            near.update(listed.numbers[listed.scores >= LEAST_COSINE].tolist())
        if is_thorough or not has_vector or len(paper.runs) < FEWEST_RUNS:
            title = Clause(" ".join(paper.title_words[:MOST_TITLE_WORDS]), "title")
            near.update(engine.words([title], None, BY_TITLE + 1).numbers.tolist())
        found[number] = sorted(near - {number})
    return found
