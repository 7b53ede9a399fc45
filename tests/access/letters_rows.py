"""The rows of what letters lead to: whoever has the address of a copy reads it; a signed link acts for its account."""

from __future__ import annotations

from tests.access.table import INSIDERS_READ, Row, row

ROWS: list[Row] = [
    row("web:letter", "/letters/{letter_secret}", GET="200"),
    row("web:letter", f"/letters/{'0' * 40}", GET="404"),
    row("web:letters_of", "/letters/of/{digest}", GET=INSIDERS_READ),
    row("web:letters_by_link", "{letters_by_link}", GET="200"),
    row("web:letters_by_link", "/letters/of/{digest}/no-signature", GET="404"),
    # In Alice's name, whoever sends it.
    row("web:letter_paper", "{letter_paper}", {"do": "save"}, GET="200", POST="302"),
    row("web:letter_paper", "/letters/{letter_key}/{paper_key}/no-signature", {"do": "vote"}, GET="404", POST="404"),
]
