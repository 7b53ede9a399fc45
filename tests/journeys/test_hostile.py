"""What strangers wrote is shown in a real browser, and nothing of it runs, loads or becomes markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.builders import WEDNESDAY, record, saved, take_and_index
from tests.hostile import HOSTILE
from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = f"/date/{WEDNESDAY}"
TITLE_LENGTH = 900
NAME_LENGTH = 400

# Read from the tree that the browser itself made of the page.
FOREIGN = """() => {
  const faults = [];
  const known = new Set((
    "a abbr article aside b body button br caption code datalist dd details div dl dt em footer form h1 " +
    "h2 h3 header input kbd label li main mark math mi mmultiscripts mn mo mover mprescripts mroot mrow mfrac " +
    "mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover nav ol option p section " +
    "s select small span strong sub summary sup table tbody td textarea th thead time tr ul"
  ).split(" "));
  for (const element of [document.body, ...document.body.querySelectorAll("*")]) {
    if (!known.has(element.localName)) faults.push("element " + element.localName);
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on") || name === "style" || name.startsWith("hx-") || name.startsWith("data-hx")) {
        faults.push(`attribute ${name} of ${element.localName}`);
      }
      if (name === "href" && !/^(https?:|\\/|#|\\?)/.test(value)) faults.push("address " + value);
    }
  }
  for (const script of document.scripts) {
    if (!script.src && script.type !== "application/ld+json") faults.push("script " + script.text);
    if (script.type === "application/ld+json") JSON.parse(script.text);
  }
  return faults;
}"""


def batches_of(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def assert_harmless(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    assert page.evaluate(FOREIGN) == [], page.url


def test_whatever_ran_or_was_fetched_would_be_heard(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("/about")
    page.evaluate("""() => {
      alert("heard");
      document.body.setAttribute("onclick", "alert(1)");
      const image = Object.assign(new Image(), { src: "https://evil.example/x" });
      document.body.append(document.createElement("iframe"), image);
    }""")
    page.evaluate("fetch('https://evil.example/y').catch(() => 0)")
    assert page.evaluate(FOREIGN) == ["attribute onclick of body", "element iframe", "element img"]
    heard = "\n".join(visitor.faults)
    for what in ("ran: alert heard", "refused by the policy: img-src", "script-src-attr", "connect-src"):
        assert what in heard
    visitor.faults.clear()


def test_lists_of_hostile_papers_are_only_text(visit: Visit) -> None:
    take_and_index(
        *(
            record(
                f"Stranger {n} {text[:TITLE_LENGTH]}",
                abstract=f"{text}\n\nOn. {text[:500] * 2}",
                arxiv=f"2510.{10_000 + n}",
            )
            for n, text in enumerate(HOSTILE)
        )
    )
    visitor = visit()
    seen = 0
    for path in (DAY, "/search?q=stranger&sort=newest"):
        step = path
        while step:
            page = visitor.open(step)
            assert_harmless(page)
            seen += page.locator("main article").count()
            step = page.evaluate("document.querySelector('.paging a[rel=next]')?.getAttribute('href')")
    assert seen == 2 * len(HOSTILE)
    assert_harmless(visitor.open(f"{DAY}?view=lines"))


def test_pages_of_hostile_papers_are_only_text(visit: Visit) -> None:
    batches = [[text for text in texts if text.strip()] for texts in batches_of(HOSTILE, 20)]
    take_and_index(
        *(
            record(
                f"Stranger {n} {texts[n % len(texts)][:TITLE_LENGTH]}",
                abstract="\n\n".join(text[:2_000] for text in texts),
                authors=[f"A {text[:NAME_LENGTH]}" for text in texts],
                keywords=tuple(texts),
                organisation=texts[0][:150],
                arxiv=f"2510.{10_000 + n}",
            )
            for n, texts in enumerate(batches)
        ),
        page=saved(title=HOSTILE[0], query=HOSTILE[6]),
    )
    visitor = visit()
    for n in range(len(batches)):
        assert_harmless(visitor.open(f"/papers/2510.{10_000 + n}"))
    for path in ("/saved", "/saved/front-pages", "/about"):
        assert_harmless(visitor.open(path))


def test_hostile_questions_are_only_text(visit: Visit) -> None:
    take_and_index(record("Only", arxiv="2510.10001"))
    visitor = visit()
    for text in HOSTILE[::16]:
        assert_harmless(visitor.open("/search?" + urlencode({"q": text[:900]}, errors="replace")))
    box = visitor.page.get_by_role("searchbox")
    box.fill('"><script>alert(1)</script>')
    box.press("Enter")
    visitor.page.wait_for_url("**/search?q=%22*")
    assert_harmless(visitor.page)
