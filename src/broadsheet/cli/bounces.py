"""Commands about letters that come back: listen for reports, read them from a mailbox, suppress addresses by hand."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json

bounces = typer.Typer(
    no_args_is_help=True, help="Letters that come back: listen for them, read them, suppress addresses."
)
app.add_typer(bounces, name="bounces")


@bounces.command("serve")
def serve(
    at: str = typer.Option("127.0.0.1:8024", "--at", metavar="HOST:PORT", help="Where to listen."),
    is_smtp: bool = typer.Option(False, "--smtp", help="Speak SMTP instead of LMTP."),
) -> None:
    """Listen for reports that a mail server hands over by LMTP. Each is on the disk before it is accepted."""
    open_instance()
    from django.db import close_old_connections

    from broadsheet.delivery.bounces.listening import listen
    from broadsheet.delivery.bounces.spool import Spool

    host, _, port = at.rpartition(":")
    if not host or not port.isdecimal():
        fail(f"{at}: expected a host and a port, such as 127.0.0.1:8024", 2)
    spool = Spool()

    def take() -> None:
        close_old_connections()
        try:
            spool.take_all()
        finally:
            close_old_connections()

    def say(bound: int) -> None:
        typer.echo(f"listening for reports by {'SMTP' if is_smtp else 'LMTP'} on {host}:{bound}  (Ctrl-C stops)")
        sys.stdout.flush()

    try:
        asyncio.run(listen(host.strip("[]"), int(port), spool=spool, is_lmtp=not is_smtp, take=take, on_ready=say))
    except OSError as error:
        fail(f"{at}: {error.strerror or error}")


@bounces.command("read")
def read(
    file: Path = typer.Argument(None, metavar="FILE", help="One report as a file, - for standard input."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Read what waits in the mailbox of BROADSHEET_BOUNCES, or one report, and take it into account."""
    open_instance()
    from broadsheet.delivery.bounces.mailboxes import MailboxError
    from broadsheet.delivery.bounces.reading import LARGEST
    from broadsheet.delivery.bounces.spool import Spool
    from broadsheet.delivery.bounces.taking import take_report

    if file is not None:
        try:
            raw = sys.stdin.buffer.read(LARGEST + 1) if str(file) == "-" else file.read_bytes()
        except OSError as error:
            fail(f"{file}: {error.strerror}")
        taken = take_report(raw)
        print_json({"kind": taken.kind, "why": taken.why}) if as_json else typer.echo(
            f"{taken.kind or 'nothing'}: {taken.why}"
        )
        return
    from broadsheet.worker.bouncing import collect_and_take

    try:
        counts = collect_and_take(Spool(), lambda: False)
    except MailboxError as error:
        fail(str(error))
    if as_json:
        print_json(counts)
        return
    for kind, count in sorted(counts.items()):
        typer.echo(f"{kind or 'nothing':14} {count}")
    if not counts:
        typer.echo("Nothing came back.")


@bounces.command("suppress")
def suppress(
    file: Path = typer.Argument(metavar="FILE", help="A text with an address on each line, - for standard input."),
    why: str = typer.Option("", "--why", help="A word on where the list is from, kept with each address."),
) -> None:
    """Write to these addresses no more. They are kept as digests alone."""
    open_instance()
    from broadsheet.delivery.addresses import AddressError
    from broadsheet.delivery.suppressing import import_addresses

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8", errors="replace")
        done = import_addresses(text, why)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except AddressError as error:
        fail(str(error))
    typer.echo(f"{done.added} addresses are suppressed now, {done.known} were before")
    if done.refused:
        lines = ", ".join(map(str, done.refused[:20]))
        fail(f"{len(done.refused)} lines hold no address: {lines}{', …' if len(done.refused) > 20 else ''}")


@bounces.command("suppressed")
def suppressed(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Tell how many addresses are not written to, by reason."""
    open_instance()
    from broadsheet.delivery.suppressing import count

    counts = count()
    if as_json:
        print_json(counts)
        return
    for reason, number in counts.items():
        typer.echo(f"{reason:12} {number}")
