"""The figures in the pages are those of the code."""

from __future__ import annotations

import re

from broadsheet.api.views import MOST_PAPERS
from broadsheet.catalogue.admission import (
    EARLIEST_YEAR,
    LONGEST_ABSTRACT,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_AUTHORS,
)
from broadsheet.catalogue.intake import BATCH_SIZE as INTAKE_BATCH
from broadsheet.catalogue.sample import sample_files
from broadsheet.search import feedback, hubs
from broadsheet.search.evaluation import DEPTH as EVALUATED
from broadsheet.search.find import LEAST_WORDS_OF_A_TITLE
from broadsheet.search.fusion import MEANING_WEIGHT
from broadsheet.search.maintenance import BATCH_SIZE, EMBEDDED_AT_ONCE
from broadsheet.search.pools import ANSWER_DEPTH, DEPTH, LEAST_COSINE, MORE_DEPTH
from broadsheet.search.preference import HALF_LIFE, LARGEST_GAIN
from broadsheet.search.query import LONGEST_WORDS, MOST_CATEGORIES
from broadsheet.search.vectors.lists import LEAST_ROWS
from broadsheet.search.words.schema import TITLE_TIMES
from broadsheet.sources import jsonl
from broadsheet.sources.files import FORMATS, read_file
from broadsheet.web.feeds import MOST_ENTRIES
from broadsheet.web.lists import PAPERS_ON_A_LINE_PAGE, PAPERS_ON_A_PAGE, PAPERS_ON_A_SAVED_PAGE
from tests.docs.reading import ROOT, codes, page, rows, section, text_of


def test_the_figures_of_the_search_page_are_those_of_the_code() -> None:
    text = " ".join(page("search.md").split())
    assert f"a whole title of at least {LEAST_WORDS_OF_A_TITLE} words" in text
    assert f"the abstract once and the title {TITLE_TIMES} times" in text
    assert f"titles of up to {hubs.MOST_TITLES:,} papers, and {hubs.STRENGTH} of it is taken off" in text
    assert f"best {DEPTH} papers by words and the {DEPTH} nearest by meaning" in text
    assert f"a cosine of at least {LEAST_COSINE}," in text
    assert f"among the best {feedback.MOST_SMOOTHED}, {feedback.NEIGHBOURS_SHARE} of each score" in text
    assert f"The best {ANSWER_DEPTH} by words belong to the answer" in text
    assert f"{MEANING_WEIGHT} meaning + {1 - MEANING_WEIGHT:.1f} words" in text
    assert f"towards its {feedback.FEEDBACK_PAPERS} best papers ({feedback.FEEDBACK_WEIGHT} of their centre" in text
    assert f"the {MORE_DEPTH} nearest to that" in text
    assert f"{feedback.NEIGHBOURS_SHARE} of each score is the mean of the {feedback.NEIGHBOURS} nearest" in text
    assert f"add up to {LARGEST_GAIN} to a score" in text
    assert f"halved every {HALF_LIFE} days" in text


def test_the_figures_of_the_index_are_those_of_the_code() -> None:
    text = " ".join(page("search.md").split())
    assert f"Below {LEAST_ROWS:,} papers" in text
    assert f"batches of {BATCH_SIZE}" in text
    assert f"{EMBEDDED_AT_ONCE} texts at a time" in text
    assert f"first {EVALUATED} papers of an answer" in text


def test_the_figures_of_the_pages_page_are_those_of_the_code() -> None:
    text = " ".join(page("pages.md").split())
    assert f"{PAPERS_ON_A_PAGE} papers each, {PAPERS_ON_A_LINE_PAGE} with one line each" in text
    assert f"up to {PAPERS_ON_A_SAVED_PAGE:,} papers" in text
    assert f"first {MOST_ENTRIES:,} papers" in text
    assert f"at most {LONGEST_WORDS:,} characters" in text
    assert f"at most {MOST_CATEGORIES} |" in text
    assert f"0 to {MOST_PAPERS} |" in page("api.md")


def test_the_figures_of_the_sources_page_are_those_of_the_code() -> None:
    text = " ".join(page("files.md").split())
    for figure in (LONGEST_TITLE, LONGEST_ABSTRACT, LONGEST_NAME):
        assert f"longer than {figure:,} characters" in text
    assert f"more than {MOST_AUTHORS:,} authors" in text
    assert f"before {EARLIEST_YEAR}" in text
    assert f"batches of {INTAKE_BATCH}" in text
    assert [codes(cells[0])[0] for cells in rows(text_of(ROOT / "docs/files.md"))[: len(FORMATS)]] == list(FORMATS)


def test_the_sample_is_as_large_and_as_old_as_the_pages_say() -> None:
    records = [record for path in sample_files() for record in read_file(path, format="jsonl").records]
    days = sorted({record.listing.listed_on for record in records})
    text = " ".join(page("sample.md").split())
    assert f"{len(records)} real papers, listed on {len(days)} days" in text
    assert f"from {days[0].day} to {days[-1]:%d %B %Y}" in text
    assert f"a sample of {len(records)} papers" in text_of(ROOT / "README.md")


def test_every_field_of_json_lines_is_documented() -> None:
    lines = str(jsonl.__doc__).splitlines()
    first, _, last = (number for number, line in enumerate(lines) if line.startswith("===="))
    in_code = {name for line in lines[first + 2 : last] for name in re.findall(r"[a-z_]+", line[:20])}
    told = {code for cells in rows(section(page("files.md"), "JSON lines")) for code in codes(cells[0])}
    assert told - {"concepts"} == in_code
