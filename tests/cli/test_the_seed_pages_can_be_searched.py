"""Searches that people make on the saved pages, with the real model where it is installed and else by words."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.search.embedder import encoder
from tests.cli.running import run, run_json

pytestmark = pytest.mark.django_db


def test_it_finds_what_people_look_for(shared, index_dir, monkeypatch) -> None:
    pages = sorted((shared / "seeds").glob("*.txt"))
    run("import", "--no-index", *pages)
    # A tenth of the papers and those that are looked for is enough to embed.
    spiral = Paper.objects.get(title__startswith="SPIRAL")
    wanted = {spiral.pk} | set(Paper.objects.filter(title__contains="μLO").values_list("pk", flat=True))
    wanted |= set(Paper.objects.filter(abstract__contains="200times faster").values_list("pk", flat=True))
    bare = Paper.objects.filter(author_count__isnull=True).exclude(pk__in=wanted).order_by("title")[0]
    others = Paper.objects.exclude(pk__in={*wanted, bare.pk}).order_by("title")[::10]
    Paper.objects.exclude(pk__in={*wanted, bare.pk, *(paper.pk for paper in others)}).delete()
    assert len(wanted) >= 3
    assert run("index", "update").exit_code == 0

    def first(words: str) -> str:
        return run_json("search", words)["papers"][0]["key"]

    assert first("zero-sum games self-play") == spiral.key
    assert first(bare.title) == bare.key
    for words, field in (("μLO", "title"), ("200times faster", "abstract")):
        keys = Paper.objects.filter(**{f"{field}__contains": words}).values_list("key", flat=True)
        assert first(words) in set(keys)
    assert run_json("stats")["with_vector"] == (Paper.objects.count() if encoder() else 0)
