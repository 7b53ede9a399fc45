"""Run every benchmark and renew its tables in docs/benchmarks.md: ``python -m benchmarks [NAME...]``.

The text around the tables is written by people and stays. One instance with the collection serves all of them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time

from benchmarks.instance import ROOT, temporary_home

PAGE = ROOT / "docs" / "benchmarks.md"
NAMES = (
    "importing",
    "storing",
    "parsing",
    "bombs",
    "keyphrases",
    "extracts",
    "search",
    "quality",
    "pages",
    "weight",
    "voting",
    "embedding",
    "text",
    "screening",
    "clicks",
    "personal",
    "digests",
    "trending",
    "spreading",
    "calibrating",
    "topic_map",
    "topic_trends",
    "letters",
    "planning",
)
USES_THE_COLLECTION = ("importing", "search", "pages", "weight")


def main() -> None:
    """Run the benchmarks that are named, or all, one after the other; each one's tables are kept as soon as it ends."""
    names = sys.argv[1:] or NAMES
    if unknown := set(names) - set(NAMES):
        raise SystemExit(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    with temporary_home() as home:
        for name in names:
            began = time.monotonic()
            command = [sys.executable, "-m", f"benchmarks.{name}"]
            command += ["--home", str(home)] if name in USES_THE_COLLECTION else []
            done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                raise SystemExit(f"benchmarks.{name} failed; the tables before it were renewed")
            PAGE.write_text(with_tables(PAGE.read_text("utf-8"), name, done.stdout), "utf-8")
            print(f"{name} ({time.monotonic() - began:.0f} s)\n{done.stdout}", flush=True)


def with_tables(page: str, name: str, tables: str) -> str:
    """The page with new tables between the marks of a benchmark. Ends the run when the page has no such marks."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not marked.search(page):
        raise SystemExit(f"{PAGE.name} has no place for {name}: {begin} ... {end}")
    return marked.sub(lambda _: f"{begin}\n{tables.strip()}\n{end}", page)


if __name__ == "__main__":
    main()
