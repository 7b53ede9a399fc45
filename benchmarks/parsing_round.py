"""One reading of a snapshot by ``benchmarks.parsing``, in a process of its own: prints what it took as JSON.

Called by that benchmark only: ``python -m benchmarks.parsing_round PIPE ours|peer``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Read all lines, keep none, and print the number of records, the CPU seconds and the megabytes."""
    path, reader = Path(sys.argv[1]), sys.argv[2]
    from broadsheet.sources.files import read_file
    from broadsheet.sources.record import PaperRecord

    before, began, records = _megabytes(), time.process_time(), 0
    if reader == "ours":
        for record in read_file(path, format="kaggle-arxiv").records:
            records += isinstance(record, PaperRecord)
    else:
        with path.open("rb") as lines:
            for line in lines:
                records += "title" in json.loads(line)
    cpu = time.process_time() - began
    print(json.dumps({"records": records, "cpu": cpu, "before": before, "most": _megabytes()}))


def _megabytes() -> float:
    """The most memory that this process has held so far.

    From Linux's own figure for it: what ``getrusage`` tells begins with that of the process that started this one.
    """
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
