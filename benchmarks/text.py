"""How long the safe rendering of a title or an abstract takes, against ``html.escape`` alone."""

from __future__ import annotations

import html
import json
from collections.abc import Callable

from benchmarks.options import Options, read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import interleaved


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=3)
    texts = _abstracts(options)
    from broadsheet.catalogue.text import index_text, to_html, to_plain

    outlets: dict[str, Callable[[str], str]] = {
        "`to_html` (pages)": to_html,
        "`to_plain` (mail, feeds)": to_plain,
        "`index_text` (search)": index_text,
        "peer: `html.escape`": html.escape,
    }
    timings = interleaved({name: _all(render, texts) for name, render in outlets.items()}, options.rounds)
    peer = timings["peer: `html.escape`"]
    rows = [
        [name, figure(timing.cpu * 1e6 / len(texts)), figure(len(texts) / timing.wall), ratio(timing.cpu, peer.cpu)]
        for name, timing in timings.items()
    ]
    print_table(["rendering of abstracts", "CPU µs an abstract", "abstracts/s", "CPU time against peer"], rows)
    print_source("text")


def _abstracts(options: Options) -> list[str]:
    with options.corpus() as corpus, corpus.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def _all(render: Callable[[str], str], texts: list[str]) -> Callable[[], object]:
    return lambda: [render(text) for text in texts]


if __name__ == "__main__":
    main()
