"""Write the reference part of docs/commands.md from the commands themselves.

``python tools/commands_doc.py`` rewrites what stands between the two marks in that file; a test compares them. Run with
the project's environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer.main

from broadsheet.cli.commands import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
BEGIN = "<!-- Written by tools/commands_doc.py; do not edit between the marks. -->"
END = "<!-- End of what tools/commands_doc.py writes. -->"


def reference() -> str:
    """Every command with its arguments and options, as Markdown."""
    return "\n".join(_section(typer.main.get_command(app), "broadsheet")).rstrip() + "\n"


def page_with(page: str, text: str) -> str:
    """``page`` with ``text`` between its marks. Raises ``ValueError`` when a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks a mark")
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"


def _section(command: Any, name: str) -> list[str]:
    shown = [parameter for parameter in command.params if not parameter.hidden]
    lines = [f"### `{name}`", "", str(command.help).strip(), "", "```", _usage(command, name, shown), "```", ""]
    if shown:
        lines += ["| argument or option | default | meaning |", "|---|---|---|", *map(_row, shown), ""]
    for part in sorted(getattr(command, "commands", {})):
        lines += _section(command.commands[part], f"{name} {part}")
    return lines


def _usage(command: Any, name: str, shown: list[Any]) -> str:
    words = [name]
    if any(_is_option(parameter) for parameter in shown):
        words.append("[OPTIONS]")
    words += [_argument(parameter) for parameter in shown if not _is_option(parameter)]
    if getattr(command, "commands", {}):
        words.append("COMMAND")
    return " ".join(words)


def _is_option(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "option")


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper()) + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _row(parameter: Any) -> str:
    if _is_option(parameter):
        name = ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
    else:
        name = f"`{_argument(parameter)}`"
    return f"| {name} | {_default(parameter)} | {str(parameter.help).replace('|', '/')} |"


def _default(parameter: Any) -> str:
    if parameter.secondary_opts:
        return f"`{(parameter.opts if parameter.default else parameter.secondary_opts)[0]}`"
    return f"`{parameter.default}`" if parameter.default not in (None, "", [], False) else ""


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), reference()), encoding="utf-8")
