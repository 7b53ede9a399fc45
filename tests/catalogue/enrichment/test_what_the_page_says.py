"""docs/enrichment.md has the figures of the code."""

from __future__ import annotations

from broadsheet.catalogue.enrichment import enquiries, keyphrases, stars, summaries
from broadsheet.catalogue.enrichment.words import common_words
from broadsheet.search import extracts
from broadsheet.sources import chat, github
from broadsheet.sources.citation_counts import COUNTERS
from tests.docs.reading import page


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    text = " ".join(page("enrichment.md").split())
    for said in (
        f"At most {keyphrases.MOST_PHRASES} phrases of up to {keyphrases.LONGEST_PHRASE} words",
        f"a table of {len(common_words()):,} common words",
        f"fewer than {extracts.SHORTEST} or more than {extracts.LONGEST} characters",
        f"makes extracts {extracts.AT_ONCE} papers at a time",
        f"at most {enquiries.LATEST.days} days",
        f"up to {enquiries.LATEST_IN_VAIN.days} days",
        f"when it has {enquiries.MANY_VOTES} votes or {enquiries.MANY_STARS} stars",
        f"at most {stars.REQUESTS_A_RUN} requests for {github.MOST_AT_ONCE} repositories each",
        f"{COUNTERS['openalex'].most_at_once} identifiers a request",
        f"`semanticscholar` ({COUNTERS['semanticscholar'].most_at_once} a request",
        f"at least {summaries.SHORTEST_ABSTRACT} characters",
        f"at most {summaries.MOST_A_DAY} a day",
        f"a summary of {chat.SHORTEST_SUMMARY} to {chat.LONGEST_SUMMARY} characters",
        f"up to {chat.MOST_KEYWORDS} short keywords",
    ):
        assert said in text, said
