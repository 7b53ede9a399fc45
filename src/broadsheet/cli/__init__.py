"""``broadsheet <verb>``: the instance from the command line."""

from __future__ import annotations

import os


def main() -> None:
    """Run the command line; a wrong setting ends it with one line on standard error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.site.settings")
    from broadsheet.cli.commands import app

    app(prog_name="broadsheet")
