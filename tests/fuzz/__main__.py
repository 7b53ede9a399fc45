"""Damage files of every format, as often as asked: ``python -m tests.fuzz [--mutations N] [--seed N] [--format NAME]``.

Prints a line for each format and ends with status 1 where anything happened that should not. Damaged files at fault are
kept in the folder that ``--keep`` names.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    """Run the formats one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=10_000, help="damaged files of each format (10,000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other damage (0)")
    parser.add_argument("--format", action="append", help="only this format; may be given again")
    parser.add_argument("--keep", type=Path, help="folder for damaged files that show a fault")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.site.settings")
    with tempfile.TemporaryDirectory(prefix="broadsheet-fuzz-") as folder:
        os.environ["BROADSHEET_HOME"] = folder
        import django

        django.setup()
        kept = given.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        return _run(given.format, given.mutations, given.seed, kept)


def _run(formats: list[str] | None, count: int, seed: int, folder: Path) -> int:
    from broadsheet.sources.files import FORMATS
    from tests.fuzz.subjects import PACKED, Outcome, damage, originals, packed_originals

    beside = Path(__file__).resolve().parents[3] / "shared"
    shared = beside if (beside / "captures").is_dir() else None
    faults = 0
    for name in formats or (*FORMATS, PACKED):
        outcome, began = Outcome(), time.process_time()
        found = packed_originals() if name == PACKED else originals(name, shared)
        damage(name, found, count, seed, folder, outcome)
        _tell(
            f"{name}: {count} damaged copies of {len(found)} files: {outcome.refused} refused, {outcome.read} read with"
            f" {outcome.papers} papers and {outcome.bad} bad records; slowest {outcome.slowest:.3f} s; "
            f"{time.process_time() - began:.0f} s; {len(outcome.faults)} faults"
        )
        for fault in outcome.faults[:20]:
            _tell(f"  {fault}")
        faults += len(outcome.faults)
    return 1 if faults else 0


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
