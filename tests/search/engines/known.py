"""A few papers, what they satisfy, and where their vectors lie."""

from __future__ import annotations

from datetime import date

import numpy as np

from broadsheet.search.conditions import (
    All,
    Any,
    Condition,
    FigureWithin,
    HasFlag,
    HasPhrase,
    HasWords,
    InCategory,
    InLanguage,
    ListedWithin,
    Not,
    OfOrganisation,
    OneOf,
    UpTo,
    YearWithin,
)
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import Engine

DIMS = 8
MODEL = "model-a"
EVERY = [1, 2, 3, 4, 70]

PAPERS = (
    IndexDocument(
        number=1, title="attention is all you need", abstract="a network for translation built from attention alone",
        title_key="attention is all you need", authors=("ada lovelace", "alan turing"),
        organisations=(("north-lab", "north laboratory"),), categories=("cs.CL", "cs.LG"),
        days=(date(2024, 3, 1), date(2024, 3, 9)), published_on=date(2023, 12, 30), has_code=True, votes_count=12,
        comments_count=3, language="en",
    ),
    IndexDocument(
        number=2, title="zero-sum games and their values", abstract="we study matrix games and o'brien equilibria",
        title_key="zero sum games and their values", authors=("emmy noether",), categories=("math.OC",),
        days=(date(2024, 3, 5),), votes_count=12, comments_count=0, language="en",
    ),
    IndexDocument(
        number=3, title="values of attention", abstract="games played by networks of learners; learning the value",
        title_key="values of attention", authors=("alan lovelace",), organisations=(("north-lab", "north laboratory"),
        ("sud", "sud institut")), categories=("cs.GT",), days=(date(2025, 1, 2),), published_on=date(2025, 1, 1),
        votes_count=0, comments_count=9, language="fr",
    ),
    IndexDocument(
        number=4, title="机器学习的理论", abstract="深度网络", title_key="机器学习的理论", categories=("cs.LG",),
        has_code=True, votes_count=2, language="zh",
    ),
    IndexDocument(
        number=70, title="a note without anything", abstract="", title_key="a note without anything",
        days=(date(2024, 3, 1),),
    ),
)  # fmt: skip


def vectors_of(*numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors by paper: paper n is at the angle of n * 10 degrees in the first plane."""
    angles = np.deg2rad(np.array(numbers, np.float64) * 10)
    rows = np.zeros((len(numbers), DIMS), np.float32)
    rows[:, 0], rows[:, 1] = np.cos(angles), np.sin(angles)
    return np.array(numbers, np.int64), rows


def no_vectors() -> tuple[np.ndarray, np.ndarray]:
    return np.empty(0, np.int64), np.empty((0, DIMS), np.float32)


def fill(engine: Engine) -> Engine:
    engine.update(PAPERS, (), vectors_of(1, 2, 3, 4), MODEL)
    engine.reload()
    return engine


FACTS: list[tuple[Condition, list[int]]] = [
    (InCategory("cs.LG"), [1, 4]),
    (InCategory("CS.lg"), [1, 4]),
    (InCategory("cs.*"), [1, 3, 4]),
    (InCategory("math.*"), [2]),
    (InCategory("cs"), []),
    (OfOrganisation("north-lab"), [1, 3]),
    (OfOrganisation("sud"), [3]),
    (OfOrganisation("nowhere"), []),
    (ListedWithin(date(2024, 3, 9), date(2024, 3, 9)), [1]),
    (ListedWithin(date(2024, 3, 2), date(2024, 3, 8)), [2]),
    (ListedWithin(None, date(2024, 3, 1)), [1, 70]),
    (ListedWithin(date(2024, 12, 31), None), [3]),
    (ListedWithin(), [1, 2, 3, 70]),
    (YearWithin(2024, 2024), [2, 70]),
    (YearWithin(None, 2023), [1]),
    (YearWithin(2025), [3]),
    (YearWithin(), [1, 2, 3, 70]),
    (HasFlag("code"), [1, 4]),
    (HasFlag("comments"), [1, 3]),
    (FigureWithin("votes", 3), [1, 2]),
    (FigureWithin("votes", None, 0), [3, 70]),
    (FigureWithin("votes"), EVERY),
    (FigureWithin("comments", 3, 8), [1]),
    (InLanguage("fr"), [3]),
    (OneOf(frozenset({2, 70, 999, -1})), [2, 70]),
    (OneOf(frozenset()), []),
    (UpTo(3), [1, 2, 3]),
    (All(()), EVERY),
    (Any(()), []),
    (Not(All(())), []),
    (Not(Any(())), EVERY),
    (Not(InCategory("cs.*")), [2, 70]),
    (Not(Not(HasFlag("code"))), [1, 4]),
    (All((InCategory("cs.*"), Not(HasFlag("code")))), [3]),
    (Any((InLanguage("fr"), All((HasFlag("code"), FigureWithin("votes", 5))))), [1, 3]),
    (Not(ListedWithin(date(2024, 3, 1), date(2024, 3, 1))), [2, 3, 4]),
]

TEXTS: list[tuple[Condition, list[int]]] = [
    (HasWords("attention"), [1, 3]),
    (HasWords("attention", "title"), [1, 3]),
    (HasWords("attention", "abstract"), [1]),
    (HasWords("networks attention"), [1, 3]),
    (HasWords("value", "title"), [2, 3]),
    (HasWords("learn"), [3]),
    (HasWords("lovelace"), [1, 3]),
    (HasWords("lovelace", "title"), []),
    (HasWords("lovelace", "authors"), [1, 3]),
    (HasWords("laboratory", "organisations"), [1, 3]),
    (HasWords("laboratory"), []),
    (HasWords("the"), []),
    (HasWords(""), []),
    (HasWords("of the value"), [2, 3]),
    (HasWords("zero-sum"), [2]),
    (HasWords("zerosum"), [2]),
    (HasWords("o'brien"), [2]),
    (HasWords("games-zero"), [2]),
    (HasWords("to-be"), []),
    (HasPhrase("zero sum games"), [2]),
    (HasPhrase("study zero-sum"), []),
    (HasWords("学习"), [4]),
    (HasWords("器学", "title"), [4]),
    (HasWords("学机"), []),
    (HasPhrase("matrix games"), [2]),
    (HasPhrase("games matrix"), []),
    (HasPhrase("values of attention"), [3]),
    (HasPhrase("networks of learners"), [3]),
    (HasPhrase("alan turing", "authors"), [1]),
    (HasPhrase("lovelace alan", "authors"), []),
    (HasPhrase("alan turing"), [1]),
    (HasPhrase("need a network"), []),
    (HasPhrase("sud institut", "organisations"), [3]),
    (HasPhrase("机器学习"), [4]),
    (HasPhrase("the"), []),
    (Not(HasWords("games")), [1, 4, 70]),
    (Any((HasPhrase("matrix games"), HasWords("attention", "abstract"))), [1, 2]),
    (All((HasWords("games"), InCategory("cs.*"))), [3]),
]
