"""Letters a second from one sender to a mail server on this machine, against the plain loop over Django's send_mail.

Every reader has a subscription of thirty papers out of three hundred, so each letter is another one. The server runs as
a process of its own and takes everything. The peer is what a plain site does in the same run: a loop over ``send`` of
Django's ``EmailMultiAlternatives`` on one open connection with the same texts, rendered before and not counted, and
nothing written down. ``--papers`` is the number of letters here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.instance import run, temporary_home
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio

LETTERS, EARLY = 5_000, 1_000
INSTANCE = "benchmarks.letters_instance"


def main() -> None:
    """Print the tables."""
    options = read_options(__doc__, rounds=1)
    letters = options.papers or LETTERS
    with temporary_home() as home:
        run(["-m", INSTANCE, "fill", str(letters)], home)
        ours = json.loads(run(["-m", INSTANCE, "send", str(home / "ours.log")], home))
        peer = json.loads(run(["-m", INSTANCE, "peer", str(home / "peer.log"), str(min(letters, EARLY))], home))
        _check(home / "ours.log", letters)
    rows = [
        _row("Broadsheet: claimed, rendered, marked, handed over, recorded", ours, ours["rate"] / peer["rate"]),
        _row("peer: send_mail loop, texts rendered before", peer, 1.0),
    ]
    print_table(["what", "letters/s", "ms of processor a letter", "KB a letter", "against the peer"], rows)
    memory = {count: told / 1_048_576 for count, told in ours["memory"]}
    print_table(
        ["letters sent", *(f"{count:,}" for count in memory)],
        [["memory of the sender, MB", *(figure(megabytes) for megabytes in memory.values())]],
    )
    print_source("letters")


def _row(name: str, told: dict[str, float], against: float) -> list[str]:
    a_letter = 1000 * told["cpu"] / told["letters"]
    return [name, figure(told["rate"]), figure(a_letter), figure(told["size"] / 1024), ratio(against, 1.0)]


def _check(log: Path, letters: int) -> None:
    from tests.fakes.mail_sink import sunk

    if len({one.message_id for one in sunk(log)}) != letters:
        sys.exit("some letters did not arrive")


if __name__ == "__main__":
    main()
