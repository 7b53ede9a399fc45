"""``broadsheet people``: the first admin of an instance, and what an admin does without a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from broadsheet.cli.commands import app
from broadsheet.community.models import Account, Deed, Invitation
from tests.cli.running import run, run_json
from tests.people import admin, person

WORD = "the seventh heron sleeps"


def typed(line: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["people", *arguments], input=f"{line}\n")


@pytest.mark.django_db
class TestPeople:
    def test_the_first_admin_is_added(self) -> None:
        result = typed(WORD, "add", "ada", "--email", "Ada@example.org", "--role", "admin")
        assert result.exit_code == 0, result.output
        ada = Account.objects.get()
        assert (ada.username, ada.email, ada.role, ada.is_superuser) == ("ada", "ada@example.org", "admin", True)
        assert ada.check_password(WORD)
        assert WORD not in result.output
        assert Deed.objects.filter(verb="account.add").exists()
        assert run_json("people", "list")[0]["state"] == "in use"

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (("add", "ALICE"), WORD),
            (("add", "a b"), WORD),
            (("add", "bob", "--email", "alice@example.org"), WORD),
            (("add", "bob", "--email", "nowhere"), WORD),
            (("add", "bob"), "short"),
            (("add", "bob", "--role", "king"), WORD),
            (("role", "nobody", "admin"), ""),
            (("password", "alice"), "short"),
            (("approve", "alice"), ""),
            (("refuse", "alice"), ""),
            (("invite",), ""),
            (("suspend", "alice", "Spam"), ""),
            (("erase", "alice", "--votes", "sell", "--yes"), ""),
            (("erase", "alice"), "bob"),
        ],
    )
    def test_what_cannot_be_done_is_said_in_a_line(self, arguments: tuple[str, ...], word: str) -> None:
        person()
        result = typed(word, *arguments)
        assert result.exit_code in (1, 2)
        assert "broadsheet: " in result.output
        assert list(Account.objects.values_list("username", "role")) == [("alice", "member")]

    def test_roles_passwords_and_approval(self) -> None:
        alice = person()
        assert run("people", "role", "alice", "curator").exit_code == 0
        assert typed("another heron is awake", "password", "alice").exit_code == 0
        alice.refresh_from_db()
        assert (alice.role, alice.check_password("another heron is awake")) == ("curator", True)
        person("willa", is_waiting=True, is_active=False)
        assert [row["username"] for row in run_json("people", "list", "--waiting")] == ["willa"]
        assert run("people", "approve", "willa").exit_code == 0
        person("wanda", is_waiting=True, is_active=False)
        assert run("people", "refuse", "wanda", "--because", "No").exit_code == 0
        assert sorted(Account.objects.filter(is_active=True).values_list("username", flat=True)) == ["alice", "willa"]

    def test_an_invitation_is_printed_once(self) -> None:
        admin()
        result = run("people", "invite", "--role", "moderator", "--days", "3")
        assert "/join/" in result.stdout
        assert Invitation.objects.get().role == "moderator"

    def test_somebody_is_suspended_and_not_any_more(self) -> None:
        admin(), person()
        assert run("people", "suspend", "alice", "Spam").exit_code == 0
        assert run_json("people", "list")[1]["state"] == "suspended"
        assert run("people", "lift", "alice").exit_code == 0
        assert run_json("people", "list")[1]["state"] == "in use"

    def test_somebody_takes_all_along_and_is_erased(self, tmp_path: Path) -> None:
        person()
        file = tmp_path / "alice.zip"
        assert run("people", "export", "alice", file).exit_code == 0
        assert file.stat().st_mode & 0o077 == 0
        with zipfile.ZipFile(file) as archive:
            assert b"alice@example.org" in archive.read("data.json")
        assert "File exists" in run("people", "export", "alice", file).output
        assert typed("alice", "erase", "alice").exit_code == 0
        assert not Account.objects.exists()


@pytest.mark.slow
def test_nothing_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    """Freed pages and the log of writes are part of what is on the disk."""
    home = tmp_path / "home"
    surroundings = {**os.environ, "BROADSHEET_HOME": str(home)}
    surroundings.pop("DATABASE_URL", None)

    def command(*arguments: str) -> None:
        program = "from broadsheet.cli import main; main()"
        subprocess.run([sys.executable, "-c", program, "people", *arguments], env=surroundings, check=True)

    command("add", "zqcanary", "--no-password", "--email", "zqcanary@example.org")
    held = b"".join(path.read_bytes() for path in home.iterdir() if path.is_file())
    assert b"zqcanary" in held
    command("erase", "zqcanary", "--yes")
    found = [path.name for path in home.iterdir() if path.is_file() and b"zqcanary" in path.read_bytes()]
    assert found == []
