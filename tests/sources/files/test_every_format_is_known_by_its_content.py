"""Every format has a sample; its content alone tells which it is, packed or not."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from broadsheet.catalogue.admission import refusal, storable
from broadsheet.sources.files import FORMATS
from broadsheet.sources.record import BadRecord, PaperRecord
from tests.sources.files.samples import SAMPLES
from tests.sources.pages import complaints, papers

IDS = [f"{sample.format}-{sample.name}" for sample in SAMPLES]


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def test_every_format_has_a_sample() -> None:
    assert {sample.format for sample in SAMPLES} == set(FORMATS)


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_the_content_tells_the_format_and_all_records_are_read(read, sample) -> None:
    for name in (sample.name, "data.bin", "papers.json"):
        file = read(sample.content, name)
        assert (file.format, complaints(file)) == (sample.format, [])
        assert len(file.records) == sample.records
    assert {record.title for record in papers(file)} <= {
        "Kites in Still Air",
        "Kites in Still Air.",
        "Kites & Still Air",
        "Kites in Still Air: Études on $\\alpha_{1}$",
        "Do Owls Count?",
        "They do count",
        "Moss: A Slow Survey",
    }


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_what_is_read_can_be_taken_in(read, sample) -> None:
    for record in read(sample.content, sample.name).records:
        if isinstance(record, PaperRecord):
            assert refusal(storable(record)) is None
        assert record.where.startswith(sample.name)


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_packed_file_gives_the_same_records(read, sample) -> None:
    plain = read(sample.content, sample.name)
    texts = {"kites.gz": gzip.compress(sample.content), "kites.zip": zipped(**{sample.name: sample.content})}
    texts["both.zip"] = zipped(**{f"{sample.name}.gz": gzip.compress(sample.content)})
    for name, packed in texts.items():
        file = read(packed, name)
        assert file.format == sample.format
        assert [titles(record) for record in file.records] == [titles(record) for record in plain.records]
        assert all(record.where.startswith(name) for record in file.records)


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_the_caller_may_name_the_format(read, sample) -> None:
    assert len(read(sample.content, sample.name, format=sample.format).records) == sample.records


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_byte_order_mark_and_other_line_ends_change_nothing(read, sample) -> None:
    plain = [titles(record) for record in read(sample.content, sample.name).records]
    for content in (b"\xef\xbb\xbf" + sample.content, sample.content.replace(b"\n", b"\r\n")):
        assert [titles(record) for record in read(content, sample.name).records] == plain


def titles(record: object) -> str:
    assert not isinstance(record, BadRecord), record
    return record.title if isinstance(record, PaperRecord) else record.ref
