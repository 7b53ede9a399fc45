"""What a format of files is to whoever reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broadsheet.sources.data_file import DataFile
from broadsheet.sources.file_shape import Head
from broadsheet.sources.record import SourceFile


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files: how to recognise it by a file's beginning, and how to read it."""

    looks_like: Callable[[Head], bool]
    read: Callable[[DataFile], SourceFile]
