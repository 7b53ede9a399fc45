"""Many days with sock puppets and rings: ``python -m tests.faults.puppet_days [DAYS]`` prints what each strategy gains.

Each strategy plays on the same days (one seed each, 100 papers, 300 honest people). Of the strategies beyond the rules
this is the only account.
"""

from __future__ import annotations

import os
import sys
import tempfile


def main() -> None:
    """Print a table: a row for each strategy."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    from tests.community.puppets import BEYOND, BLUNTED, STOPPED, moved

    row = "{:70} {:>9} {:>9} {:>12} {:>12} {:>12}\n"
    sys.stdout.write(row.format(f"{days} days", "<=1 place", "furthest", "for target", "false votes", "honest held"))
    for kind, strategies in (("stopped", STOPPED), ("blunted", BLUNTED), ("beyond", BEYOND)):
        for name, attack in strategies.items():
            told = [moved(attack, seed) for seed in range(days)]
            sys.stdout.write(
                row.format(
                    f"{kind}: {name}",
                    f"{sum(it.furthest <= 1 for it in told) / days:.0%}",
                    max(it.furthest for it in told),
                    f"{sum(it.for_target for it in told) / days:.1f}",
                    f"{sum(it.false_counted for it in told) / sum(it.false for it in told):.1%}",
                    f"{sum(it.honest_held for it in told) / sum(it.honest for it in told):.3%}",
                )
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(BROADSHEET_HOME=home, DJANGO_SETTINGS_MODULE="broadsheet.site.settings")
        import django

        django.setup()
        main()
