"""Reports handed to a listener that is killed again and again: what was accepted is counted, and counted once.

Run as a module inside an instance's environment: ``prepare`` makes the letter that is reported on and prints its return
address; ``count`` takes what waits and prints what was counted.
"""

from __future__ import annotations

import json
import os
import random
import signal
import smtplib
import subprocess
import sys
import time
from pathlib import Path

from tests.worker.instances import ROOT, Instance, free_port

REPORT = (
    "From: mailer-daemon@mx.example.net\r\nMessage-ID: <{number}@mx.example.net>\r\nSubject: Undeliverable\r\n\r\n"
    "Your message could not be delivered: 452 4.2.2 the mailbox is full\r\n"
)


def hand_in(instance: Instance, address: str, kills: int, seed: int = 7) -> list[int]:
    """Hand reports to a listener, killing it every so often; returns the numbers of those that it accepted."""
    chance, port, number = random.Random(seed), free_port(), 0
    accepted: list[int] = []
    for _ in range(kills):
        listener = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "bounces", "serve", "--at", f"127.0.0.1:{port}"],
            cwd=ROOT, env=instance.environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert listener.stdout is not None
            assert "listening" in listener.stdout.readline()
            until = time.monotonic() + chance.uniform(0.1, 0.6)
            with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
                while time.monotonic() < until:
                    number += 1
                    client.sendmail("", [address], REPORT.format(number=number).encode())
                    accepted.append(number)
                listener.send_signal(signal.SIGKILL)
                number += 1
                client.sendmail("", [address], REPORT.format(number=number).encode())
                accepted.append(number)
        except (smtplib.SMTPException, OSError):
            # What was not accepted the mail server keeps, and tries again.
            pass
        finally:
            listener.kill()
            listener.wait()
            assert listener.stdout is not None
            listener.stdout.close()
    return accepted


def main(what: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.site.settings")
    import django

    django.setup()
    from django.utils import timezone

    from broadsheet.cli.instance import migrate
    from broadsheet.community.models import MailEvent
    from broadsheet.delivery.bounces import return_path
    from broadsheet.delivery.bounces.spool import Spool

    if what == "prepare":
        migrate()
        from tests.delivery.bounces.letters import letter

        sys.stdout.write(return_path(letter(left_at=timezone.now())) + "\n")
        return
    spool = Spool()
    waiting = len(list(spool.new.iterdir()))
    spool.take_all()
    left = [path.name for folder in (spool.new, spool.unread) for path in Path(folder).iterdir()]
    sys.stdout.write(json.dumps({"counted": MailEvent.objects.count(), "waiting": waiting, "left": left}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
