"""Fixtures of the tests of the sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from broadsheet.sources.files import read_file
from broadsheet.sources.record import SourceFile

Read = Callable[..., SourceFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a text or bytes to a file of some name and read it as a file of papers."""

    def read_text(content: str | bytes, name: str = "page.txt", **options: Any) -> SourceFile:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_file(path, **options)

    return read_text


@pytest.fixture
def read_lines(read: Read) -> Read:
    """Read objects as JSON lines; what is text already is a line as it stands."""

    def read_objects(*lines: object, name: str = "papers.jsonl", **options: Any) -> SourceFile:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        return read("\n".join(texts), name, **options)

    return read_objects


@pytest.fixture
def read_answer(read: Read) -> Read:
    """Read a value as an answer of the daily-papers API."""

    def read_value(answer: object, name: str = "answer.json", **options: Any) -> SourceFile:
        return read(json.dumps(answer, indent=1), name, **options)

    return read_value
