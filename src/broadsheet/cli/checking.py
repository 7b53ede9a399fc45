"""The command that checks: the settings, and whether mail of this instance will be believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import check_settings, fail, open_instance, print_json

if TYPE_CHECKING:
    from broadsheet.delivery.mailcheck.findings import Finding

checks = typer.Typer(
    invoke_without_command=True,
    help="Check the settings; refuses what is unsafe on a public instance.",
)
app.add_typer(checks, name="check")


@checks.callback()
def check(context: typer.Context) -> None:
    """Check the settings; refuses what is unsafe on a public instance. Also tells what delivery waits for."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    check_settings()
    for line in _delivery_stands():
        typer.echo(line)


@checks.command("mail")
def mail(
    to: str = typer.Option("", "--to", metavar="ADDRESS", help="Send a test letter there."),
    received: Path = typer.Option(None, "--received", metavar="FILE", help="A test letter as it was received."),
    selector: str = typer.Option("", "--selector", metavar="NAME", help="The DKIM selector of your mail server."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Explain whether letters will be believed: MX, SPF, DKIM, DMARC and PTR, and how they fit together.

    With --to a test letter is sent; save what arrives as a file, with all its headers, and give it as --received. Exit
    status 1 when something is bad.
    """
    open_instance(needs_database=False)
    from broadsheet.delivery.mailcheck.findings import look
    from broadsheet.delivery.mailcheck.received import UnreadableError, look_at
    from broadsheet.delivery.mailcheck.resolving import Dns, MissingPackageError
    from broadsheet.delivery.mailcheck.trying import TryingError, sending_of, try_one

    try:
        if to:
            try_one(to)
            typer.echo(f"A test letter to {to} is on its way. Save it with all its headers, then: --received FILE")
            return
        resolver = Dns()
        found = look_at(received.read_bytes(), resolver) if received else look(sending_of(selector), resolver)
    except OSError as error:
        fail(f"{received}: {error.strerror}")
    except UnreadableError as error:
        fail(f"{received}: {error}")
    except (MissingPackageError, TryingError) as error:
        fail(str(error))
    _tell(found, as_json=as_json)


def _tell(found: Sequence[Finding], *, as_json: bool) -> None:
    from broadsheet.delivery.mailcheck.findings import Verdict

    if as_json:
        print_json(
            [
                {"about": one.about, "verdict": one.verdict.value, "there": one.there, "should": one.should}
                | {"hint": one.hint}
                for one in found
            ]
        )
    for one in () if as_json else found:
        typer.echo(f"{one.verdict.value.upper():9} {one.about}: {one.there}")
        if one.verdict is not Verdict.GOOD:
            typer.echo(f"{'':9} should be: {one.should}")
        if one.hint:
            typer.echo(f"{'':9} {one.hint}")
    if any(one.verdict is Verdict.BAD for one in found):
        raise typer.Exit(1)


def _delivery_stands() -> list[str]:
    """What delivery waits for, in words; nothing where all is in order."""
    from django.utils import timezone

    from broadsheet.delivery.doubts import in_doubt
    from broadsheet.delivery.pausing import paused_since
    from broadsheet.delivery.standing import due_but_unsent

    paused, waiting, doubts = paused_since(), due_but_unsent(timezone.now()), in_doubt().count()
    lines = []
    if paused is not None:
        lines.append(f"no letters are sent since {paused.done_at:%Y-%m-%d %H:%M} UTC: {paused.reason}")
    if waiting.since is not None:
        lines.append(
            f"{waiting.count} deliveries are due and have not left, the oldest since {waiting.since:%Y-%m-%d %H:%M} UTC"
        )
    if doubts:
        lines.append(f"{doubts} deliveries are in doubt: broadsheet digest doubts")
    return lines
