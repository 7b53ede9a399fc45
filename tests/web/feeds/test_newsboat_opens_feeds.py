"""A real feed reader, newsboat, takes in the instance's list of feeds and every feed in it, and shows nothing twice."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalogue.models import Paper
from tests.builders import many, record, take_and_index

NEWSBOAT = shutil.which("newsboat")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NEWSBOAT is None, reason="newsboat is not installed: apt-get install newsboat"),
]


def newsboat(home: Path, *arguments: str) -> str:
    """What newsboat says, with files of its own and nothing of whoever runs the tests."""
    told = ["-q", "-C", str(home / "config"), "-u", str(home / "urls"), "-c", str(home / "cache.db"), *arguments]
    done = subprocess.run(
        [str(NEWSBOAT), *told],
        env={"HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def items(home: Path) -> dict[str, tuple[str, str, str]]:
    """Title, author and content by id, as newsboat keeps them: of each id one, whichever feed it came by last."""
    with closing(sqlite3.connect(home / "cache.db")) as database:
        rows = database.execute("select guid, title, author, content from rss_item order by id").fetchall()
    return {guid: (title, author, content) for guid, title, author, content in rows}


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_newsboat_reads_feeds_and_shows_nothing_twice(
    kind: str, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    settings.BASE_URL = live_server.url
    take_and_index(*many(6))
    (tmp_path / "config").write_text("auto-reload no\n", encoding="utf-8")
    urls = [f"{live_server.url}/feed.{kind}{query}" for query in ("", "?q=front+pages", "?sort=newest")]
    (tmp_path / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")
    newsboat(tmp_path, "-x", "reload")
    first = items(tmp_path)
    assert sorted(first) == sorted(f"{live_server.url}/papers/{paper.key}" for paper in Paper.objects.all())
    title, author, content = next(told for told in first.values() if "Part 3:" in told[0])
    # Of several authors in RSS newsboat keeps the last, in Atom all.
    assert author == ("Dee Printer" if kind == "rss" else "Ada Reader3, Ben Writer3, Chi Editor, Dee Printer")
    assert "ℝ" in title
    assert "<math" not in content
    take_and_index(*many(6), record("One more", arxiv="2510.99999"))
    newsboat(tmp_path, "-x", "reload")
    assert set(items(tmp_path)) - set(first) == {f"{live_server.url}/papers/{Paper.objects.get(title='One more').key}"}
    assert newsboat(tmp_path, "-x", "print-unread").split()[0] == "7"
