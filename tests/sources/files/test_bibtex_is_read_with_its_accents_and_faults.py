"""BibTeX and BibLaTeX: texts of TeX, names, dates, identifiers, strings, and entries that break the syntax."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.person_names import printed_name, split_names
from broadsheet.sources.record import BadRecord, IdentifierRecord, LinkRecord, PaperRecord, StatementRecord
from broadsheet.sources.tex_text import plain_text
from tests.sources.files.samples import BIBTEX
from tests.sources.pages import complaints, papers


def one(read, fields: str) -> PaperRecord:
    (record,) = read(f"@article{{key,\n title = {{A Title}},\n {fields}\n}}", "library.bib").records
    assert isinstance(record, PaperRecord), record
    return record


def test_everything_that_an_entry_says_is_read(read) -> None:
    file = read(BIBTEX, "My Library.bib")
    assert file.source == "bibtex:my-library"
    kites, owls = papers(file)
    assert kites.title == "Kites in Still Air: Études on $\\alpha_{1}$"
    assert [author.name for author in kites.authors] == [
        "Hans Müller",
        "Ludwig van Beethoven",
        "Kite Works, Inc.",
        "J. Smith Jr.",
    ]
    assert kites.abstract == "We fly kites in 100% still air – and tell what came of it."
    assert kites.identifiers == (
        IdentifierRecord(scheme="arxiv", value="1901.00001"),
        IdentifierRecord(scheme="doi", value="10.1000/abc"),
    )
    assert (kites.version_number, kites.categories, kites.keywords) == (2, ("cs.LG",), ("kites", "still air", "wind"))
    assert (kites.published_on, kites.remarks) == (date(2019, 2, 28), "Best paper")
    assert kites.journal_ref == "Journal of Kites B 5(2), 1–10 (2019)"
    assert kites.statements == (
        StatementRecord(kind="published", text=kites.journal_ref, url="https://doi.org/10.1000/abc"),
    )
    assert (owls.published_on, owls.statements) == (date(2021, 3, 4), ())
    assert owls.links == (LinkRecord(kind="code", url="https://github.com/example/owls"),)
    assert (kites.ref, kites.where, owls.where) == ("", "My Library.bib:4", "My Library.bib:15")


@pytest.mark.parametrize(
    ("fields", "identifiers"),
    [
        ("eprint = {math.CA/0611800}", ["arxiv:math/0611800"]),
        ("eprint = {2101.00001}, eprinttype = {arXiv}", ["arxiv:2101.00001"]),
        ("eprint = {12345678}, eprinttype = {pubmed}", ["pmid:12345678"]),
        ("eprint = {12345678}, eprinttype = {jstor}", []),
        ("journal = {arXiv preprint arXiv:2101.00001}", ["arxiv:2101.00001"]),
        ("doi = {10.48550/arXiv.2101.00001}", ["arxiv:2101.00001"]),
        ("doi = {10.1000/a\\_b}", ["doi:10.1000/a_b"]),
        ("url = {\\url{https://doi.org/10.1000/x}}", ["doi:10.1000/x"]),
        ("howpublished = {\\url{https://openreview.net/forum?id=aBcD}}", ["openreview:aBcD"]),
        # One entry names one paper: what is said first counts.
        ("doi = {10.1000/x}, url = {https://doi.org/10.1000/y}", ["doi:10.1000/x"]),
        ("note = {A comment on arXiv:2101.00001}", []),
    ],
)
def test_identifiers_are_found_where_people_put_them(read, fields, identifiers) -> None:
    assert [f"{name.scheme}:{name.value}" for name in one(read, fields).identifiers] == identifiers


@pytest.mark.parametrize(
    ("fields", "categories"),
    [
        ("primaryClass = {cs.LG}", ("cs.LG",)),
        ("eprintclass = {hep-th}", ("hep-th",)),
        ("primaryclass = {cs.LG, stat.ML}", ("cs.LG", "stat.ML")),
        ("primaryclass = {68T05}", ()),
    ],
)
def test_categories_are_those_of_arxiv(read, fields, categories) -> None:
    assert one(read, fields).categories == categories


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ("date = {2020-05-06}", date(2020, 5, 6)),
        ("date = {2020-02}", date(2020, 2, 29)),
        ("date = {2019/2020}", date(2019, 12, 31)),
        ("date = {2019-01-02/2019-03-04}", date(2019, 1, 2)),
        ("year = 2019", date(2019, 12, 31)),
        ("year = {2019}, month = nov", date(2019, 11, 30)),
        ('year = "2019", month = 3, day = 9', date(2019, 3, 9)),
        ("year = {2019}, month = {13}", date(2019, 12, 31)),
        ("year = {(in press)}", None),
        ("year = {9999}", None),
    ],
)
def test_a_day_that_is_not_stated_is_the_last_it_can_be(read, fields, day) -> None:
    assert one(read, fields).published_on == day


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"M{\"u}ller", "Müller"),
        (r"M\"uller", "Müller"),
        (r"{\'E}cole \'{e}t\'e", "École été"),
        (r"Dvo{\v r}\'ak and Dvo\v{r}\'ak", "Dvořák and Dvořák"),
        (r"{\AA}ngstr{\"o}m, \O stergaard, Stra{\ss}e", "Ångström, Østergaard, Straße"),
        (r"\c{C}elik, G\"{o}\u{g}\"u\c{s}", "Çelik, Göğüş"),
        (r"na{\"\i}ve, Mart{\'\i}n", "naïve, Martín"),
        ("{BERT}: {P}re-training", "BERT: Pre-training"),
        ("pages 1--2, yes---no, a-b", "pages 1–2, yes—no, a-b"),
        (r"50\% of R\&D \$5 a\_b", "50% of R&D $5 a_b"),
        ("Donald~E. Knuth", "Donald E. Knuth"),
        (r"loss $\mathcal{O}(n^{2})$ and \(x_{i}\)", r"loss $\mathcal{O}(n^{2})$ and \(x_{i}\)"),
        (r"\unknown{text} {stays}", r"\unknown{text} {stays}"),
        ("see https://example.org/~ada", "see https://example.org/~ada"),
    ],
)
def test_texts_of_tex_become_plain(tex, text) -> None:
    assert plain_text(tex) == text


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Ada Example", "Ada Example"),
        ("Example, Ada", "Ada Example"),
        ("de la Vallée Poussin, Charles Louis", "Charles Louis de la Vallée Poussin"),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        ("{Example, Inc.}", "{Example, Inc.}"),
        ("Example,", "Example"),
        (", Ada", "Ada"),
    ],
)
def test_names_are_turned_into_the_order_of_print(name, printed) -> None:
    assert printed_name(name) == printed


def test_names_are_split_outside_braces_only() -> None:
    assert split_names("A One and {Barnes and Noble, Inc.} AND C Three\n and\tothers") == [
        "A One",
        "{Barnes and Noble, Inc.}",
        "C Three",
    ]
    assert split_names("Anderson, Andy and Sand, Randy") == ["Anderson, Andy", "Sand, Randy"]
    assert split_names("") == []


def test_a_broken_entry_is_told_and_the_others_are_read(read) -> None:
    text = """@article{a, title = {One}}
@article{b, title = {Never closed
@article{a, title = {Two with the same key}}
@article{c, title = "Three", title = {Again}}
@article{d title = {no comma}}
@misc(e, title = {In parentheses})
@misc{f, author = {No Title}}
@comment{nothing}
@misc{g, title = {Cut"""
    file = read(text, "library.bib")
    assert [record.title for record in papers(file)] == ["One", "Two with the same key", "Three", "In parentheses"]
    assert complaints(file) == [
        "library.bib:2: not BibTeX: Unexpected block start: `@article`. Was still looking for field-value closing `}`",
        "library.bib:5: not BibTeX: Expected comma after entry key, but found =",
        "library.bib:7: the entry has no title",
        "library.bib:9: not BibTeX: Unexpectedly reached end of file.",
    ]


def test_a_key_is_no_identifier_of_a_paper(read) -> None:
    assert {record.ref for record in read(BIBTEX, "a.bib").records if not isinstance(record, BadRecord)} == {""}


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\\{}~-$"), max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())


@given(st.text(alphabet="\\'\"`^~={}$ abiouLss-%", max_size=40))
def test_any_tex_gives_a_text(text: str) -> None:
    plain_text(plain_text(text)).encode()
