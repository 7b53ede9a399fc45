"""A listener that a mail server hands reports to: LMTP (RFC 2033), or SMTP (RFC 5321) where it speaks only that.

It never sends anything on. Each report is on the disk before it is accepted, so none is lost whatever happens next.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from broadsheet.delivery.bounces.reading import LARGEST
from broadsheet.delivery.bounces.spool import Spool, SpoolFullError

logger = logging.getLogger(__name__)

MOST_RECIPIENTS = 20
IDLE_SECONDS = 120
MOST_CONNECTIONS = 50
TAKING_PAUSE_SECONDS = 5.0


class Receiver:
    """What is done with what comes in: it is stored. The names of the methods are aiosmtpd's."""

    def __init__(self, spool: Spool, *, is_lmtp: bool) -> None:
        self.spool, self.is_lmtp = spool, is_lmtp
        self.arrived = asyncio.Event()

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept whomever the mail server routes here."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the report, and only then say so; over LMTP once for each recipient (RFC 2033, 4.2)."""
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        try:
            await asyncio.to_thread(self.spool.store, raw, list(envelope.rcpt_tos))
            answer = "250 2.0.0 OK"
        except SpoolFullError:
            answer = "452 4.3.1 Too many reports wait"
        except OSError:
            logger.exception("a report cannot be stored")
            answer = "451 4.3.0 Cannot be stored now"
        self.arrived.set()
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self.is_lmtp else 1))


async def listen(
    host: str,
    port: int,
    *,
    spool: Spool,
    is_lmtp: bool = True,
    take: Callable[[], object] | None = None,
    on_ready: Callable[[int], None] = lambda port: None,
    stopped: asyncio.Event | None = None,
) -> None:
    """Listen until SIGTERM or SIGINT, or until ``stopped`` is set.

    ``take`` is called in a thread of its own after reports arrived, and once at the start; it deals with what waits.
    Raises ``OSError`` where the address cannot be listened on.
    """
    loop = asyncio.get_running_loop()
    receiver, ending = Receiver(spool, is_lmtp=is_lmtp), stopped or asyncio.Event()
    if stopped is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.set)
    kind = LMTP if is_lmtp else SMTP

    def connection() -> SMTP:
        return kind(
            receiver,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Broadsheet",
            timeout=IDLE_SECONDS,
            command_call_limit=1_000,
            loop=loop,
        )

    server = await loop.create_server(connection, host, port, backlog=MOST_CONNECTIONS)
    async with server:
        on_ready(server.sockets[0].getsockname()[1])
        taking = asyncio.create_task(_taking(take, receiver.arrived)) if take is not None else None
        await ending.wait()
        if taking is not None:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)


async def _taking(take: Callable[[], object], arrived: asyncio.Event) -> None:
    """Take what waits, again and again; what cannot be taken now waits for the next time."""
    while True:
        arrived.clear()
        try:
            await asyncio.to_thread(take)
        except Exception:
            logger.exception("reports cannot be taken now")
            await asyncio.sleep(TAKING_PAUSE_SECONDS)
        await arrived.wait()
