"""The instance of the benchmark of digests: filled, and ranked in.

``python -m benchmarks.digests_instance fill CORPUS PEOPLE`` makes papers, people and what they saved; ``rank PART
PARTS`` ranks a day's digest for a part of the people, ``signal PEOPLE`` saves one more paper for each of some people
and ranks at once, ``peer PEOPLE`` trains and ranks as arxiv-sanity-lite does. Each prints figures as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.instance import open_here

DAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 6, tzinfo=UTC)
CANDIDATES, OLDER, DAYS = 10_000, 2_000, 14
SIGNALS, FIELDS, DIMS = 30, 40, 384
AT_ONCE = 2_000


def fill(corpus: Path, people: int) -> None:
    """Papers mixed from those of the collection, each with a vector near to its field's, and people of two fields."""
    from broadsheet.catalogue.intake import take_in
    from broadsheet.catalogue.models import Paper
    from broadsheet.community.models import Account, Shelved
    from broadsheet.search.models import PaperVector

    rng, draw = np.random.default_rng(1), random.Random(1)
    take_in(_records(corpus, draw), source="benchmark")
    numbers = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    centres = rng.normal(size=(FIELDS, DIMS))
    fields = rng.integers(0, FIELDS, len(numbers))
    vectors = centres[fields] + rng.normal(size=(len(numbers), DIMS)) * 1.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        PaperVector(paper_id=number, fingerprint="benchmark", text_digest="", vector=vector.astype("<f2").tobytes())
        for number, vector in zip(numbers, vectors, strict=True)
    ]
    PaperVector.objects.bulk_create(rows, batch_size=AT_ONCE)
    accounts = [Account(username=f"person{n}", password="!") for n in range(people)]
    Account.objects.bulk_create(accounts, batch_size=AT_ONCE)
    of_field = [[numbers[row] for row in np.flatnonzero(fields == field)] for field in range(FIELDS)]
    shelved = []
    for account in accounts:
        liked = [number for field in draw.sample(range(FIELDS), 2) for number in of_field[field]]
        for place, number in enumerate(draw.sample(liked, SIGNALS)):
            at = NOW - timedelta(days=20, minutes=place)
            shelved.append(Shelved(account=account, paper_id=number, saved_at=at, seen_at=at))
    Shelved.objects.bulk_create(shelved, batch_size=AT_ONCE)


def rank(part: int, parts: int) -> None:
    """A digest of ten papers for every person of a part."""
    from broadsheet.community.models import Account
    from broadsheet.ranking.models import HeldPaper
    from broadsheet.ranking.personal.serving import for_digests

    people = [account for account in Account.objects.order_by("pk") if account.pk % parts == part]
    began = time.perf_counter()
    count = sum(len(found.recommendations) == 10 for _, found in for_digests(people, NOW))
    seconds = time.perf_counter() - began
    # Nothing but what people told is stored of them: what is held of papers is there once for all.
    stored = sum(len(bytes(row.body)) for row in HeldPaper.objects.order_by("pk").iterator())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"people": count, "seconds": seconds, "stored": stored, "memory": memory}))


def signal(people: int) -> None:
    """One more paper saved, and the first page of thirty ranked: the milliseconds of both for each person."""
    from broadsheet.catalogue.models import Paper
    from broadsheet.community.library import save
    from broadsheet.community.models import Account
    from broadsheet.ranking.personal.serving import for_you

    accounts = list(Account.objects.order_by("pk")[:people])
    papers = list(Paper.objects.order_by("pk")[:people])
    for_you(accounts[0], now=NOW)
    told: dict[str, list[float]] = {"with the vote": [], "ranking": []}
    for account, paper in zip(accounts, papers, strict=True):
        began = time.perf_counter()
        save(account, paper)
        saved = time.perf_counter()
        for_you(account, now=NOW)
        told["with the vote"].append(1000 * (time.perf_counter() - began))
        told["ranking"].append(1000 * (time.perf_counter() - saved))
    print(json.dumps(told))


def peer(people: int) -> None:
    """The seconds that each person costs by arxiv-sanity-lite's method, with its settings, on the same papers."""
    from benchmarks.rivals.tfidf import FEATURES, LEAST_PAPERS, MOST_OF_PAPERS, TOKEN
    from broadsheet.catalogue.models import Paper
    from broadsheet.community.models import Account, Shelved

    rows = list(Paper.objects.order_by("pk").values_list("pk", "title", "abstract"))
    made = importlib.import_module("sklearn.feature_extraction.text").TfidfVectorizer(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=TOKEN,
        ngram_range=(1, 2),
        max_features=FEATURES,
        sublinear_tf=True,
        max_df=MOST_OF_PAPERS,
        min_df=LEAST_PAPERS,
    )
    matrix = made.fit_transform([f"{title} {abstract}" for _, title, abstract in rows]).astype(np.float32)
    machine = importlib.import_module("sklearn.svm").LinearSVC
    numbers, seconds = np.array([row[0] for row in rows]), []
    for account in Account.objects.order_by("pk")[:people]:
        liked = list(Shelved.objects.filter(account=account).values_list("paper_id", flat=True))
        began = time.perf_counter()
        positive = np.isin(numbers, liked).astype(np.int8)
        fitted = machine(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01, dual=True).fit(matrix, positive)
        np.argsort(-fitted.decision_function(matrix))
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


def _records(corpus: Path, draw: random.Random) -> Any:
    from broadsheet.sources.record import AuthorRecord, IdentifierRecord, ListingRecord, PaperRecord

    with corpus.open(encoding="utf-8") as lines:
        papers = [json.loads(line) for line in islice(lines, CANDIDATES)]
    for n in range(CANDIDATES + OLDER):
        one, other = papers[n % len(papers)], draw.choice(papers)
        day = DAY - timedelta(days=n % DAYS if n < CANDIDATES else DAYS + n % 200)
        yield PaperRecord(
            title=_mixed(one["title"].split(), other["title"].split(), " "),
            abstract=_mixed(one["text"].split(". "), other["text"].split(". "), ". "),
            authors=tuple(AuthorRecord(name=f"Ada Reader{draw.randrange(4_000)}") for _ in range(4)),
            identifiers=(IdentifierRecord(scheme="doi", value=f"10.5555/digests.{n}"),),
            categories=("cs.CL", "cs.IR"),
            listing=ListingRecord(listed_on=day),
            votes_count=draw.randrange(100),
        )


def _mixed(first: Sequence[str], second: Sequence[str], between: str) -> str:
    return between.join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])


def main() -> None:
    """Do what is asked in the instance of the environment."""
    open_here(Path(os.environ["BROADSHEET_HOME"]))
    verb, *given = sys.argv[1:]
    if verb == "fill":
        fill(Path(given[0]), int(given[1]))
    elif verb == "rank":
        rank(int(given[0]), int(given[1]))
    else:
        {"signal": signal, "peer": peer}[verb](int(given[0]))


if __name__ == "__main__":
    main()
