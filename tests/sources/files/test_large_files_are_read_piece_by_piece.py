"""Files beyond the size that is held are read as their records are asked for; these tests make that size small."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import threading
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from broadsheet.sources import data_file, unpacking
from broadsheet.sources.files import data_files, read_file
from broadsheet.sources.formats import xml_pieces
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError
from tests.sources.files import samples
from tests.sources.files.test_every_format_is_known_by_its_content import titles, zipped

STREAMED = ("bibtex", "ris", "csl-json", "kaggle-arxiv", "arxiv-oai", "pubmed", "jsonl")


@pytest.fixture
def tiny(monkeypatch) -> None:
    """Everything is large."""
    monkeypatch.setattr(data_file, "HEAD_BYTES", 4096)
    monkeypatch.setattr(data_file, "SMALL_BYTES", 1000)
    monkeypatch.setattr(xml_pieces, "_CHUNK", 700)


def repeated(format: str, times: int) -> bytes:
    """A sample of a format that is long enough to be large."""
    content = next(sample.content for sample in samples.SAMPLES if sample.format == format)
    if format == "csl-json":
        return json.dumps(samples.CSL * times).encode()
    if format == "arxiv-oai":
        return samples.OAI.replace(samples.OAI_RECORDS, samples.OAI_RECORDS * times).encode()
    if format == "pubmed":
        head, _, rest = samples.PUBMED.partition("<PubmedArticle>")
        article, _, tail = rest.rpartition("</PubmedArticleSet>")
        return (head + ("<PubmedArticle>" + article) * times + "</PubmedArticleSet>" + tail).encode()
    return content * times


def lines_of(*values: object) -> bytes:
    return "".join(f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values).encode()


@pytest.mark.parametrize("format", STREAMED)
def test_the_records_are_the_same_as_those_of_a_small_file(tmp_path, format, monkeypatch) -> None:
    path = tmp_path / "library.data"
    path.write_bytes(repeated(format, 40))
    small = read_file(path)
    assert isinstance(small.records, tuple)
    monkeypatch.setattr(data_file, "HEAD_BYTES", 4096)
    monkeypatch.setattr(data_file, "SMALL_BYTES", 1000)
    monkeypatch.setattr(xml_pieces, "_CHUNK", 700)
    large = read_file(path)
    assert not isinstance(large.records, tuple)
    assert list(large.records) == list(small.records)
    assert len(small.records) == 40 * next(sample.records for sample in samples.SAMPLES if sample.format == format)
    # A second loop reads the file anew.
    assert len(list(large.records)) == len(small.records)


@pytest.mark.parametrize("format", STREAMED)
@pytest.mark.parametrize("packed", ["gz", "zip"])
def test_a_packed_file_is_unpacked_as_it_is_read(tiny, tmp_path, format, packed) -> None:
    content = repeated(format, 40)
    plain, path = tmp_path / "library.data", tmp_path / f"library.data.{packed}"
    plain.write_bytes(content)
    path.write_bytes(gzip.compress(content) if packed == "gz" else zipped(**{"library.data": content}))
    file = read_file(path)
    assert [titles(record) for record in file.records] == [titles(record) for record in read_file(plain).records]


@pytest.mark.parametrize("format", STREAMED)
def test_no_more_is_read_than_the_records_that_are_asked_for_need(monkeypatch, tmp_path, format) -> None:
    monkeypatch.setattr(data_file, "SMALL_BYTES", 1000)
    path = tmp_path / "large.data"
    path.write_bytes(repeated(format, 10 * 6_000_000 // len(repeated(format, 10))))
    file = read_file(path)
    assert file.position is not None
    records = iter(file.records)
    assert next(records)
    assert 0 < file.position()[0] < path.stat().st_size / 2


def test_it_tells_how_far_it_is(tiny, tmp_path) -> None:
    path = tmp_path / "snapshot.json"
    path.write_bytes(lines_of(*samples.KAGGLE * 400))
    file = read_file(path)
    assert file.position is not None
    places = [file.position() for _ in file.records]
    assert places == sorted(places)
    assert places[0][0] < places[-1][0] == places[-1][1] == path.stat().st_size


def test_a_pipe_is_read_once(tiny, tmp_path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[gzip.compress(lines_of(*samples.KAGGLE * 300))])
    writer.start()
    file = read_file(path)
    assert sum(isinstance(record, PaperRecord) for record in file.records) == 600
    writer.join()
    assert file.position is not None
    assert file.position() == (0, 0)
    with pytest.raises(SourceError, match="a pipe, which can be read only once"):
        list(file.records)


def test_bad_lines_of_a_large_file_do_no_harm_to_the_others(tiny, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(data_file, "LONGEST_LINE", 2000)
    path = tmp_path / "snapshot.json"
    good = lines_of(*samples.KAGGLE)
    path.write_bytes(good * 8 + b"\n \nna\xefve\n" + b"x" * 5000 + b"\n" + good + b"{half")
    bad = [record for record in read_file(path).records if isinstance(record, BadRecord)]
    assert [(record.where, record.reason) for record in bad] == [
        ("snapshot.json:19", "not UTF-8 (byte 3 of the line is 0xef)"),
        ("snapshot.json:20", "the line is longer than 0 MB"),
        ("snapshot.json:23", "not JSON: Expecting property name enclosed in double quotes (column 2)"),
    ]
    assert sum(isinstance(record, PaperRecord) for record in read_file(path).records) == 18


def test_what_is_cut_off_is_kept_up_to_there(tiny, tmp_path) -> None:
    content = lines_of(*samples.KAGGLE * 400)
    path = tmp_path / "snapshot.json.gz"
    path.write_bytes(gzip.compress(content)[:-500])
    taken = []
    with pytest.raises(SourceError, match=r"^snapshot\.json\.gz: cannot be unpacked: Compressed file ended"):
        taken.extend(read_file(path).records)
    assert len(taken) > 100


def test_a_broken_archive_is_refused_with_the_reason(read) -> None:
    packed = zipped(**{"a.bib": samples.BIBTEX.encode()})
    damaged = packed.replace(zlib.compress(samples.BIBTEX.encode())[2:12], b"\0" * 10)
    for content, reason in (
        (packed[:40], "a zip archive that cannot be unpacked: File is not a zip file"),
        (damaged, "cannot be unpacked"),
        (zipped(), "a zip archive with 0 files of data, not one"),
        (zipped(**{"a.bib": b"x", "b.bib": b"y"}), "a zip archive with 2 files of data, not one"),
        (gzip.compress(b"text")[:8], "cannot be unpacked: Compressed file ended"),
    ):
        with pytest.raises(SourceError, match=reason):
            read(content, "library.zip")


@pytest.mark.parametrize(("magic", "kind"), [(b"BZh91AY", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"%PDF-1.7", "PDF")])
def test_other_kinds_of_packing_are_named(read, magic, kind) -> None:
    with pytest.raises(SourceError, match=f"a file of the kind {kind}, which is not read"):
        read(magic + b"\0" * 50, "library.bz2")


def test_an_archive_of_tar_is_named(read) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.bib"))
    with pytest.raises(SourceError, match="a file of the kind tar, which is not read"):
        read(packed.getvalue(), "library.tar.gz")


def test_what_grows_beyond_measure_is_refused_in_a_pipe_too(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(unpacking, "UNGUARDED_BYTES", 1 << 20)
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with suppress(BrokenPipeError):
            path.write_bytes(gzip.compress(b"{}\n" * (4 << 20), 9))

    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(SourceError, match="refused as a bomb"):
        list(read_file(path, format="jsonl").records)
    writer.join()


@pytest.mark.parametrize("packed", ["gz", "zip"])
def test_what_grows_beyond_measure_is_refused(tmp_path, packed) -> None:
    line = lines_of({**samples.KAGGLE[0], "abstract": "a" * 10_000})
    content = line * (2 * unpacking.UNGUARDED_BYTES // len(line))
    path = tmp_path / f"bomb.{packed}"
    path.write_bytes(gzip.compress(content, 9) if packed == "gz" else zipped(**{"bomb.json": content}))
    with pytest.raises(SourceError, match=r"unpacks to \d+ MB or more, over 150 times what it is packed"):
        list(read_file(path).records)


def test_a_format_that_is_read_at_once_has_a_bound(tiny, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(data_file, "LARGEST_TEXT", 3000)
    path = tmp_path / "page.txt"
    path.write_text("·\nJul 14\n" * 1000, "utf-8")
    with pytest.raises(SourceError, match="of a format that is read at once"):
        read_file(path, format="saved-page")


def test_a_folder_and_an_archive_stand_for_the_files_in_them(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/two.xml", "b/.hidden", "a.xml", ".DS_Store"):
        (tmp_path / name).write_text("x", "utf-8")
    packed = tmp_path / "c.zip"
    packed.write_bytes(zipped(**{"in/one.xml": b"x", "__MACOSX/in/._one.xml": b"x", "two.xml": b"x"}))
    told = [(str(path.relative_to(tmp_path)), member) for path, member in data_files(tmp_path)]
    assert told == [("a.xml", ""), ("b/two.xml", ""), ("c.zip", "in/one.xml"), ("c.zip", "two.xml")]
    assert list(data_files(tmp_path / "missing.txt")) == [(tmp_path / "missing.txt", "")]


def test_a_member_of_an_archive_is_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip"
    path.write_bytes(zipped(**{"a/one.xml": samples.OAI.encode(), "two.bib": samples.BIBTEX.encode()}))
    file = read_file(path, member="two.bib")
    assert (file.format, file.source) == ("bibtex", "bibtex:two")
    assert [record.where for record in read_file(path, member="a/one.xml").records] == [
        "dump.zip/a/one.xml: record 1 (oai:arXiv.org:0704.0001)",
        "dump.zip/a/one.xml: record 2 (oai:arXiv.org:0704.0002)",
        "dump.zip/a/one.xml: record 3 (oai:arXiv.org:hep-th/9901001)",
    ]
    with pytest.raises(SourceError, match="there is no such file in the archive"):
        read_file(path, member="three.xml")
