"""Commands of the audit log: whether it was tampered with, and what stands in it."""

from __future__ import annotations

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json

MOST_LINES = 10_000

audit = typer.Typer(no_args_is_help=True, help="Look at the log of every act of moderation, role, token and erasure.")
app.add_typer(audit, name="audit")


@audit.command("verify")
def verify() -> None:
    """Go through the whole chain: no line may have been changed, added between or taken out. Fails where it breaks.

    Note the digest that is printed somewhere else: only that shows later that lines were not cut off at the end.
    """
    open_instance()
    from broadsheet.community.audit import first_fault
    from broadsheet.community.models import Deed

    fault = first_fault()
    if fault is not None:
        fail(f"the chain breaks at line {fault.pk} ({fault.verb}, {fault.done_at:%Y-%m-%d %H:%M:%S} UTC)")
    last = Deed.objects.order_by("-pk").first()
    typer.echo(f"{Deed.objects.count():,} lines hold; the last digest is {last.digest if last else 'none'}")


@audit.command("show")
def show(
    verb: str = typer.Option("", help="Only acts of this name, such as comment.hide."),
    limit: int = typer.Option(50, min=1, max=MOST_LINES, help="At most so many, the newest."),
    as_json: bool = typer.Option(False, "--json", help="Print the lines as JSON."),
) -> None:
    """Print the newest lines, oldest first, with who did it as far as that was not blacked out."""
    open_instance()
    from broadsheet.community.models import Deed

    deeds = Deed.objects.filter(verb=verb) if verb else Deed.objects.all()
    rows = list(reversed(deeds.order_by("-pk")[:limit]))
    if as_json:
        names = ("verb", "subject_kind", "subject", "reason", "is_public", "digest")
        print_json(
            [
                {"number": row.pk, "done_at": row.done_at.isoformat(), **{name: getattr(row, name) for name in names}}
                | {name: row.private.get(name, "") for name in ("actor", "network", "details")}
                for row in rows
            ]
        )
        return
    for row in rows:
        parts = (row.private.get("actor", "") or "-", row.verb, f"{row.subject_kind} {row.subject}".strip(), row.reason)
        typer.echo("  ".join([f"{row.done_at:%Y-%m-%d %H:%M:%S}", *(part for part in parts if part)]))
