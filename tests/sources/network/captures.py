"""What servers once answered, from the folder that may lie beside the project: files, and the answers in cassettes."""

from __future__ import annotations

import gzip
from pathlib import Path

import yaml

NO_ANSWERS = {"PROVENANCE.md", "NOTES.md"}


def answers(path: Path) -> list[bytes]:
    """The bodies of the answers in a file: one, or as many as a cassette (of VCR.py) recorded, unpacked."""
    if path.suffix != ".yaml":
        return [path.read_bytes()]
    recorded = yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]
    return [_body(interaction["response"]) for interaction in recorded]


def _body(response: dict) -> bytes:
    # The shape of VCR.py, or that of its branch for httpx.
    body = response["body"]["string"] if "body" in response else response["content"]
    content = body.encode() if isinstance(body, str) else body
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def files(folder: Path) -> set[str]:
    """The names of the files that hold answers."""
    return {path.name for path in folder.iterdir()} - NO_ANSWERS
