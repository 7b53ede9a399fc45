"""``python -m broadsheet`` is the same as ``broadsheet``."""

from broadsheet.cli import main

main()
