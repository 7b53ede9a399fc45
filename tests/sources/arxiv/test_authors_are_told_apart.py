"""The names in arXiv's one text of authors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.arxiv.authors import named_author, split_authors


def names(text: str) -> list[str]:
    return [author.name for author in split_authors(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E. Ott, T. Zander, B. Ben-Naim", ["E. Ott", "T. Zander", "B. Ben-Naim"]),
        ("Mara Dine, Yara Nir and Uri Sherman", ["Mara Dine", "Yara Nir", "Uri Sherman"]),
        ("A. One,and B. Two, and C. Three", ["A. One", "B. Two", "C. Three"]),
        ("A. One & B. Two; C. Three", ["A. One", "B. Two", "C. Three"]),
        ("Andrea Anders, Ferdi Sand", ["Andrea Anders", "Ferdi Sand"]),
        ("A. One (1), B. Two (1 and 2)\n  ((1) Place, City, (2) Other, Town)", ["A. One", "B. Two"]),
        ("A. One (1, 2) and B. Two (2) (1 Place; 2 Other\n", ["A. One", "B. Two"]),
        ("A. One (Place, City and Town), B. Two", ["A. One", "B. Two"]),
        ("A. One (Place, B. Two", ["A. One", "B. Two"]),
        ("A. One), B. Two", ["A. One", "B. Two"]),
        ("Yi (Jo) Zhou, B. Two", ["Yi Zhou", "B. Two"]),
        ("ABC Collaboration: A. One, B. Two", ["ABC Collaboration", "A. One", "B. Two"]),
        ("A. One, B. Two, for the ABC Collaboration", ["A. One", "B. Two", "ABC Collaboration"]),
        ("A. One, on behalf of the ABC and DEF Collaborations", ["A. One", "ABC", "DEF Collaborations"]),
        ("The ABC Collaboration, A. One, et al", ["The ABC Collaboration", "A. One"]),
        ("A. One et al.", ["A. One"]),
        ("A. One with an appendix by B. Two", ["A. One", "B. Two"]),
        ("A. One Jr and B. Two, IV, C. Three, Jr.", ["A. One Jr", "B. Two IV", "C. Three Jr."]),
        ("P\\'eter Fr\\\"ohlich, {\\O}. {\\AA}s, J. Mu\\~noz", ["Péter Fröhlich", "Ø. Ås", "J. Muñoz"]),
        ("Br. \\v{S}r\\'am, \\c{S}. Ay", ["Br. Šrám", "Ş. Ay"]),
        ("G. 't Hart, P.T. O'Bell", ["G. 't Hart", "P.T. O'Bell"]),
        (", ; : (Place)", []),
        ("", []),
    ],
)
def test_a_list_is_taken_apart(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Ade", "P.", ""), "P. Ade"),
        (("Ogburn", "R. W.", "IV"), "R. W. Ogburn IV"),
        (("Planck Collaboration", "", ""), "Planck Collaboration"),
        (('M\\"uller', "J{\\'o}n", ""), "Jón Müller"),
    ],
)
def test_a_name_in_parts_is_put_together(parts: tuple[str, str, str], expected: str) -> None:
    author = named_author(*parts)
    assert author is not None
    assert author.name == expected


@pytest.mark.parametrize("keyname", [":", "", " ", "et al.", "1"])
def test_what_is_nobody_is_left_out(keyname: str) -> None:
    assert named_author(keyname, "", "") is None


word = st.from_regex(r"[A-Z][a-zé]{1,8}", fullmatch=True).filter(lambda text: text.lower() not in {"ii", "iii", "iv"})
name = st.builds("{} {}".format, word, word)


@given(st.lists(name, max_size=12), st.sampled_from([", ", "; ", " and ", ", and "]))
def test_names_come_back_whatever_is_between_them(given_names: list[str], between: str) -> None:
    assert names(between.join(given_names)) == given_names


@given(st.lists(st.tuples(name, st.text("ab ,;(1)", max_size=10).map(lambda text: re.sub("[()]", "", text)))))
def test_affiliations_never_become_authors(pairs: list[tuple[str, str]]) -> None:
    assert names(", ".join(f"{name} ({place})" for name, place in pairs)) == [name for name, _ in pairs]


@given(st.text(max_size=300))
def test_any_text_is_borne(text: str) -> None:
    assert all(author.name == author.name.strip() and author.name for author in split_authors(text))


def test_real_lists_are_taken_apart_as_arxiv_does_it(shared: Path) -> None:
    path = shared / "captures" / "kaggle_arxiv" / "arxiv-metadata-oai-snapshot.head200.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 200

    def bare(text: str) -> str:
        return re.sub(r"[\s.]", "", text)

    for row in rows:
        expected = [" ".join(part for part in (one[1], one[0], one[2]) if part) for one in row["authors_parsed"]]
        assert list(map(bare, names(row["authors"]))) == list(map(bare, expected)), row["id"]
