"""What is damaged, and what must hold for whatever comes out of it."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from broadsheet.catalogue.admission import refusal, storable
from broadsheet.sources.data_file import open_data
from broadsheet.sources.files import FORMATS, read_file
from broadsheet.sources.record import BadRecord, DeletedRecord, PaperRecord, SourceError
from tests.fuzz.mutations import mutations
from tests.sources.files.samples import SAMPLES

LONGEST_SECONDS = 5.0
PACKED = "packed"
_LARGE = 40_000


@dataclass
class Outcome:
    """How many damaged files were refused, how many read, and what should not have happened."""

    refused: int = 0
    read: int = 0
    papers: int = 0
    bad: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def packed_originals() -> list[bytes]:
    """Sound files packed with gzip, with zip, and with both."""
    samples = [sample for sample in SAMPLES if sample.format in {"bibtex", "kaggle-arxiv", "arxiv-oai", "csl-json"}]
    found = [gzip.compress(sample.content) for sample in samples]
    for sample in samples:
        for name, content in ((sample.name, sample.content), (f"{sample.name}.gz", gzip.compress(sample.content))):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name, content)
            found.append(packed.getvalue())
    return found


def originals(format: str, shared: Path | None) -> list[bytes]:
    """The sound files of a format: those of the tests, and the captured ones beside the project where they are."""
    found = [sample.content for sample in SAMPLES if sample.format == format]
    return found + [content for kind, content in _captures(shared) if kind == format]


def _captures(shared: Path | None) -> Iterator[tuple[str, bytes]]:
    """Captured files with their format; of large ones the first items or lines."""
    for path in sorted((shared / "captures").rglob("*")) if shared else ():
        if not path.is_file() or path.suffix in {".md", ".yaml"}:
            continue
        try:
            kind = read_file(path).format
        except SourceError:
            continue
        content = path.read_bytes()
        if len(content) > _LARGE and content.startswith(b"["):
            content = json.dumps(json.loads(content)[:3]).encode()
        elif len(content) > _LARGE and path.suffix == ".jsonl":
            content = content[: content.rfind(b"\n", 0, _LARGE)]
        yield kind, content


def damage(format: str, found: list[bytes], count: int, seed: int, folder: Path, outcome: Outcome) -> None:
    """Read ``count`` damaged copies, half of them with the format told by their content."""
    for number, content in enumerate(mutations(found, count, seed)):
        told = format if number % 2 and format in FORMATS else None
        _try(content, format, told, f"{seed}-{number}", folder, outcome)


def read_prefixes(format: str, content: bytes, count: int, folder: Path, outcome: Outcome) -> None:
    """Read about ``count`` prefixes of a file as a file of the format, from nothing to all of it."""
    for end in range(0, len(content) + 1, max(1, len(content) // count)):
        _try(content[:end], format, format, f"prefix-{end}", folder, outcome)


def _try(content: bytes, format: str, told: str | None, label: str, folder: Path, outcome: Outcome) -> None:
    path = folder / f"{format}.data"
    path.write_bytes(content)
    began = time.process_time()
    try:
        fault = _read(path, told, outcome)
    except Exception as error:  # noqa: BLE001  (whatever a reader lets through is what is looked for)
        fault = f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    outcome.slowest = max(outcome.slowest, seconds)
    if seconds > LONGEST_SECONDS:
        fault = f"took {seconds:.1f} s"
    if fault:
        kept = folder / f"fault-{format}-{label}"
        kept.write_bytes(content)
        outcome.faults.append(f"{kept.name} ({told or 'detected'}): {fault[:300]}")


def _read(path: Path, format: str | None, outcome: Outcome) -> str:
    try:
        file = read_file(path, format=format)
        records = list(file.records)
    except SourceError as error:
        outcome.refused += 1
        return "" if str(error).strip() else "a refusal without a reason"
    outcome.read += 1
    for record in records:
        if isinstance(record, BadRecord):
            outcome.bad += 1
            if not record.reason.strip() or not record.where.startswith(path.name):
                return f"a bad record without a place or a reason: {record!r}"
        elif isinstance(record, DeletedRecord):
            if not record.ref:
                return f"a deletion of nothing: {record!r}"
        elif fault := _fault(record):
            return fault
        else:
            outcome.papers += 1
    return ""


def _fault(record: PaperRecord) -> str:
    """What is wrong with a record: it must be one that admission can judge, and say where it was read."""
    if not record.title.strip() or not record.where:
        return f"a record without a title or a place: {record!r}"
    taken = storable(record)
    reason = refusal(taken)
    if reason is not None and not reason.reason:
        return "a refusal without a reason"
    texts = [taken.title, taken.abstract, taken.ref, *(author.name for author in taken.authors)]
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return f"a text that no database stores: {record!r}"
    return ""


def is_read(format: str, content: bytes, folder: Path) -> bool:
    """Whether a sound file is read, so that what is damaged is worth it."""
    path = folder / "sound.data"
    path.write_bytes(content)
    return bool(list(FORMATS[format].read(open_data(path)).records))
