"""A whole instance as one file, and back: what one database holds, another one holds the same, row by row.

The file is a ZIP (APPNOTE 6.3.10) with ``manifest.json`` and, for each table, ``TABLE.jsonl``: one JSON object a row,
in the order of the row ids, which stay the same. That is what makes every reference and every address hold. Values are
written as Django's fields read them back, so that SQLite and PostgreSQL give the same bytes; ``instance_hash`` is
computed from just these lines.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction

from broadsheet import __version__
from broadsheet.catalogue.inserting import Row, insert
from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.community.models import Account

FORMAT = 1
CHUNK = 2_000
LONGEST_LINE = 64 * 1024 * 1024
MANIFEST = "manifest.json"

MOVED_APPS = ("catalogue", "community", "account", "mfa", "socialaccount")
STAYING = frozenset(
    {
        # What the index has still to read is all of it, on the other side.
        "catalogue.changedpaper",
        # When what is due next: the worker makes these anew.
        "catalogue.job",
        # Computed from votes, comments, saves and stars, and on the other side again.
        "catalogue.trend",
        # Half-used limits, under hashes that only this instance's key makes.
        "community.allowance",
        # Half a day old at most, and worth a new letter.
        "account.emailconfirmation",
        # Of Django's own permissions, which are not used; roles are.
        "community.account_groups",
        "community.account_user_permissions",
        # Sign-in with others is a matter of settings here.
        "socialaccount.socialapp",
    }
)
"""Tables of these apps that belong to a running instance and not to its data."""

Progress = Callable[[int, int], None]


class MovingError(Exception):
    """An instance cannot be written or read; the text says what and where."""


def moved_models() -> list[type[models.Model]]:
    """The models whose rows are an instance's data, in a fixed order."""
    found = [model for app in MOVED_APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return [model for model in found if _label(model) not in STAYING]


def instance_hash() -> str:
    """A hash (SHA-256, in hex) of all data of this instance; equal for equal data on any database."""
    whole = sha256()
    for model in moved_models():
        whole.update(f"{_label(model)}\n".encode())
        for line in _lines(model):
            whole.update(line)
    return whole.hexdigest()


def export_instance(path: Path, *, on_progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Write all data to a new file that only its owner may read; returns how many rows of each table.

    All of it is of one moment. Raises ``MovingError`` when there is such a file already, or it cannot be written.
    """
    try:
        file = open(path, "xb", opener=_private)  # noqa: SIM115  (only ``open`` takes an opener)
    except OSError as error:
        raise MovingError(f"{path}: {error.strerror}") from error
    try:
        with file, transaction.atomic():
            _one_moment()
            return _write(file, on_progress)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise MovingError(f"{path}: {error.strerror}") from error
        raise


def import_instance(path: Path, *, on_progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Fill this instance, which must have no papers and no people, with a file of another; returns rows by table.

    All of it comes in or nothing. Raises ``MovingError`` for an instance that is not empty, and for a file that is none
    of ours, damaged, of a newer program, or changed since it was written.
    """
    try:
        with zipfile.ZipFile(path) as archive, transaction.atomic():
            told = _manifest(archive)
            _require_empty()
            counts = {}
            for done, model in enumerate(moved_models()):
                on_progress(done, len(told))
                counts[_label(model)] = _read(archive, model, told)
            for statement in connection.ops.sequence_reset_sql(no_style(), moved_models()):
                with connection.cursor() as cursor:
                    cursor.execute(statement)
            insert(ChangedPaper, ("paper_id",), Paper.objects.order_by("pk").values_list("pk"))
            return counts
    except OSError as error:
        raise MovingError(f"{path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise MovingError(f"{path}: this is not a file that `broadsheet instance export` wrote ({error})") from error
    except DatabaseError as error:
        raise MovingError(f"{path}: its rows do not belong together ({str(error).splitlines()[0]})") from error


def _write(file: BinaryIO, on_progress: Progress) -> dict[str, int]:
    tables: dict[str, dict[str, Any]] = {}
    found = moved_models()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for done, model in enumerate(found):
            on_progress(done, len(found))
            digest, count = sha256(), 0
            with archive.open(f"{_label(model)}.jsonl", "w", force_zip64=True) as member:
                for line in _lines(model):
                    digest.update(line)
                    member.write(line)
                    count += 1
            tables[_label(model)] = {"rows": count, "sha256": digest.hexdigest()}
        told = {"format": FORMAT, "program": f"broadsheet {__version__}", "tables": tables}
        archive.writestr(MANIFEST, json.dumps(told, indent=2))
    return {name: table["rows"] for name, table in tables.items()}


def _lines(model: type[models.Model]) -> Iterator[bytes]:
    """Every row as a line of JSON with sorted keys, in the order of the ids."""
    names = [field.attname for field in _fields(model)]
    rows = model._default_manager.order_by("pk").values_list(*names)  # noqa: SLF001  (documented)
    for row in rows.iterator(CHUNK):
        plain = dict(zip(names, row, strict=True))
        yield json.dumps(plain, cls=_Exact, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class _Exact(DjangoJSONEncoder):
    """As Django's, but times keep their microseconds."""

    def default(self, o: Any) -> Any:
        """A value that JSON has no form for."""
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _manifest(archive: zipfile.ZipFile) -> dict[str, dict[str, Any]]:
    try:
        told = json.loads(archive.read(MANIFEST))
        tables, version = dict(told["tables"]), int(told["format"])
    except (KeyError, TypeError, ValueError) as error:
        raise MovingError(f"{MANIFEST} is missing or not readable") from error
    if version > FORMAT:
        raise MovingError(f"this file is of a newer program ({told.get('program')}); install that first")
    expected = {_label(model) for model in moved_models()}
    if extra := sorted(tables.keys() - expected):
        raise MovingError(f"this file has tables that this program does not know: {', '.join(extra)}")
    return tables


def _require_empty() -> None:
    if Paper.objects.exists() or Account.objects.exists():
        raise MovingError("this instance has papers or people already; import into a new, empty one")


def _read(archive: zipfile.ZipFile, model: type[models.Model], told: dict[str, dict[str, Any]]) -> int:
    name = _label(model)
    if name not in told:
        return 0  # written before there was such a table
    fields = {field.attname: field for field in _fields(model)}
    digest, count = sha256(), 0
    chunk: dict[tuple[str, ...], list[Row]] = {}
    try:
        member = archive.open(f"{name}.jsonl")
    except KeyError as error:
        raise MovingError(f"{name}.jsonl is missing") from error
    with member:
        for line in iter(partial(member.readline, LONGEST_LINE), b""):
            digest.update(line)
            count += 1
            names, row = _row(line, fields, f"{name}.jsonl, line {count}")
            chunk.setdefault(names, []).append(row)
            if count % CHUNK == 0:
                _store(model, chunk)
    _store(model, chunk)
    if (count, digest.hexdigest()) != (told[name].get("rows"), told[name].get("sha256")):
        raise MovingError(f"{name}.jsonl is not as it was written: {count} rows of {told[name].get('rows')}")
    return count


def _row(line: bytes, fields: dict[str, models.Field[Any, Any]], where: str) -> tuple[tuple[str, ...], Row]:
    try:
        plain = json.loads(line)
        names = tuple(sorted(plain))
        return names, tuple(_value(fields[name], plain[name]) for name in names)
    except KeyError as error:
        raise MovingError(f"{where}: there is no column {error}") from error
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        raise MovingError(f"{where}: {error}") from error


def _value(field: models.Field[Any, Any], plain: Any) -> Any:
    return plain if isinstance(field, models.JSONField) else field.to_python(plain)


def _store(model: type[models.Model], chunk: dict[tuple[str, ...], list[Row]]) -> None:
    for names, rows in chunk.items():
        insert(model, names, rows)
    chunk.clear()


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that hold something of their own."""
    return [field for field in model._meta.concrete_fields if not field.generated]  # noqa: SLF001  (documented)


def _label(model: type[models.Model]) -> str:
    return model._meta.label_lower  # noqa: SLF001  (documented)


def _one_moment() -> None:
    """See nothing that is written while this transaction runs (SQLite's readers never do)."""
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
