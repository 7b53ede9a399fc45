"""How many bytes a page is, raw and as it travels (gzip), against the text that a reader sees on it.

The files that a page needs (style, script, icon) are counted once, beside it: browsers keep them.
"""

from __future__ import annotations

import gzip
import os
import re
from html.parser import HTMLParser
from statistics import median

from benchmarks.addresses import addresses
from benchmarks.client import Client, body, client
from benchmarks.instance import SERVER_SETTINGS, filled_home, open_here, temporary_home
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio

OWN_FILE = re.compile(r'(?:href|src)="(/static/[^"]+)"')


class _Text(HTMLParser):
    """Collects what is read on a page, without its head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page.partition("</head>")[2])

    def handle_data(self, data: str) -> None:
        """Keep a piece of text, with its white space closed up."""
        self.parts += data.split()

    @property
    def size(self) -> int:
        """Bytes of the text in UTF-8."""
        return len(" ".join(self.parts).encode())


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=1)
    with filled_home(options) as home, temporary_home() as files:
        os.environ["BENCHMARK_FILES"] = str(files)
        open_here(home, settings=SERVER_SETTINGS)
        asking = client()
        rows = []
        for kind, asked in addresses().items():
            bodies = [body(asking, address) for address in asked]
            rows.append([kind, *_figures(asking, bodies, is_page=kind != "feed")])
    columns = [
        "kB raw (median)",
        "kB gzip (median)",
        "kB gzip (largest)",
        "kB gzip of its files",
        "raw against peer: its text",
    ]
    print_table([f"page ({len(asked)} of each)", *columns], rows)
    print_source("weight")


def _figures(asking: Client, bodies: list[bytes], *, is_page: bool) -> list[str]:
    packed = [len(gzip.compress(body, 6)) for body in bodies]
    raw = median(len(body) for body in bodies)
    if not is_page:
        return [_kb(raw), _kb(median(packed)), _kb(max(packed)), "–", "–"]
    names = sorted({name for body in bodies for name in OWN_FILE.findall(body.decode())})
    files = sum(len(gzip.compress(body(asking, name), 6)) for name in names)
    text = median(_Text(body.decode()).size for body in bodies)
    return [_kb(raw), _kb(median(packed)), _kb(max(packed)), _kb(files), ratio(raw, text)]


def _kb(size: float) -> str:
    return figure(size / 1000)


if __name__ == "__main__":
    main()
