"""Counts the table of common words anew: ``python -m broadsheet.catalogue.enrichment.remake_words CORPUS... > TABLE``.

A corpus is a file of JSON objects, one a line, with ``title`` and ``text``. Of the first corpus only every second paper
is counted, by its ``_id``, so that keyphrases can be measured on the others (see ``benchmarks/keyphrases.py``).
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from broadsheet.catalogue.enrichment.words import DETERMINERS, HIGHEST, TOKEN, function_words
from broadsheet.catalogue.text import to_plain

_FEWEST_TEXTS = 25


def is_held_out(paper_id: str) -> bool:
    """Whether a paper is kept out of the table, to be measured on: about every second one."""
    return hashlib.blake2b(paper_id.encode(), digest_size=1).digest()[0] % 2 == 1


def table(texts: Iterable[str]) -> Iterator[str]:
    """The lines of the table for these plain texts, the words in order."""
    in_texts: Counter[str] = Counter()
    everywhere: Counter[str] = Counter()
    before: Counter[str] = Counter()
    beginning: Counter[str] = Counter()
    small_words, count = function_words("en"), 0
    for text in texts:
        count += 1
        tokens = [".", *TOKEN.findall(text.lower()), "."]
        in_texts.update(set(tokens))
        for place, word in enumerate(tokens[1:-1], 1):
            everywhere[word] += 1
            before[word] += tokens[place + 1] in DETERMINERS
            beginning[word] += not tokens[place - 1][0].isalnum() or tokens[place - 1] in small_words
    for word in sorted(in_texts):
        if in_texts[word] >= _FEWEST_TEXTS and word[0].isalpha() and word not in small_words:
            rarity = min(HIGHEST, round(math.log(count / in_texts[word])))
            shares = (round(HIGHEST * counter[word] / everywhere[word]) for counter in (before, beginning))
            yield f"{word} {rarity}{''.join(map(str, shares))}"


def _texts(paths: Iterable[Path]) -> Iterator[str]:
    for number, path in enumerate(paths):
        for line in path.read_text(encoding="utf-8").splitlines():
            paper = json.loads(line)
            if number or not is_held_out(paper["_id"]):
                yield f"{to_plain(paper['title'])}. {to_plain(paper['text'])}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(_texts(map(Path, sys.argv[1:])))) + "\n")
