"""A file that cannot be read at all is refused with its name, the line and the reason."""

from __future__ import annotations

import codecs

import pytest

from broadsheet.sources.data_file import open_data
from broadsheet.sources.files import FORMATS
from broadsheet.sources.record import SourceError
from broadsheet.sources.text_file import slugify

BOM = codecs.BOM_UTF8
REFUSED = {
    "empty": (b"", "page.txt:1: the file is empty"),
    "blank": (b" \r\n\t\n", "page.txt:1: the file is empty"),
    "byte-order mark alone": (BOM, "page.txt:1: the file is empty"),
    "binary": (b"one\ntwo\n\x89PNG\x00\x01", "page.txt:3: a binary file (byte 13 is NUL)"),
    "Latin-1": ("one\ntwo\nna\u00efve".encode("latin-1"), "page.txt:3: not UTF-8 (byte 11 is 0xef)"),
    "Latin-1 after a mark": (BOM + b"one\ncaf\xe9", "page.txt:2: not UTF-8 (byte 11 is 0xe9)"),
    "cut character": ("one\n·".encode()[:-1], "page.txt:2: not UTF-8 (byte 5 is 0xc2)"),
    "UTF-16": ("one".encode("utf-16"), "page.txt:1: the file is UTF-16; save it as UTF-8"),
    "UTF-16 big": (codecs.BOM_UTF16_BE + "one".encode("utf-16-be"), "page.txt:1: the file is UTF-16; save it as UTF-8"),
    "surrogates": (b"one\n\xed\xa0\x80", "page.txt:2: not UTF-8 (byte 5 is 0xed)"),
}


@pytest.mark.parametrize("format", [None, *FORMATS])
@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_whatever_its_format_is_said_to_be(read, content, reason, format) -> None:
    with pytest.raises(SourceError) as refusal:
        read(content, format=format)
    assert str(refusal.value) == reason


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.txt: cannot be read: No such file"):
        open_data(tmp_path / "nowhere.txt")
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        open_data(tmp_path)


def test_line_ends_become_line_feeds_and_the_digest_is_that_of_the_bytes(tmp_path) -> None:
    path = tmp_path / "mixed.txt"
    path.write_bytes(BOM + b"one\r\ntwo\rthree\nfour")
    file = open_data(path).text()
    assert file.text == "one\ntwo\nthree\nfour"
    assert (file.name, file.stem, file.folder) == ("mixed.txt", "mixed", tmp_path.name)
    path.write_bytes(b"one\ntwo\nthree\nfour")
    plain = open_data(path).text()
    assert plain.text == file.text
    assert plain.digest != file.digest
    assert plain.where(3) == "mixed.txt:3"


@pytest.mark.parametrize(
    ("text", "slug"), [("My Page (1)", "my-page-1"), ("--a--b--", "a-b"), ("日本", ""), ("", ""), ("Über", "ber")]
)
def test_slugs_are_made_of_ascii_letters_and_digits(text, slug) -> None:
    assert slugify(text) == slug
