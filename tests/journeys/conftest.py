"""A real browser before the real site. Whatever it is asked to fetch elsewhere, and all that goes wrong, is a fault."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from broadsheet.community.models import Account

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PHONE, DESKTOP = (390, 844), (1280, 900)
PATIENCE = 20_000  # milliseconds: a loaded machine is slow, not wrong

expect.set_options(timeout=PATIENCE)

# Payloads call alert. Whatever runs, shifts or is refused by the policy is told at once, so that nothing is missed.
LISTENERS = """
window.alert = (text) => report("ran: alert " + text);
document.addEventListener("securitypolicyviolation", (event) =>
  report(`refused by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Visitor:
    """Somebody with a browser window of a certain size; ``faults`` is what went wrong on the way."""

    page: Page
    site: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def listen(self) -> None:
        page = self.page
        page.context.expose_function("report", lambda fault: self.faults.append(fault))
        page.add_init_script(LISTENERS)
        page.route("**/*", self._within_the_site)
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.faults.append(f"error in a script: {error}"))
        page.on("popup", lambda popup: self.faults.append(f"window opened: {popup.url}"))
        page.on("console", lambda said: said.type == "error" and self.faults.append(f"console: {said.text}"))

    def _within_the_site(self, route: Route) -> None:
        if route.request.url.startswith(f"{self.site}/"):
            route.continue_()
        else:
            self.faults.append(f"request elsewhere: {route.request.url}")
            route.abort()


def signed_in(visitor: Visitor, account: Account) -> Visitor:
    """The browser with a session that was begun elsewhere; signing in has journeys of its own."""
    client = Client()
    client.force_login(account)
    name = django_settings.SESSION_COOKIE_NAME
    visitor.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": visitor.site}])
    return visitor


Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, for one module: while it runs, Django sees an event loop in this thread."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail(f"no browser: none of {', '.join(BROWSERS)} is installed (apt-get install chromium)", pytrace=False)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(autouse=True)
def site(live_server: Any, settings: Any, tmp_path: Path, index_dir: Path) -> str:
    """The site's address; it has no model, an index of this test's own and an empty catalogue."""
    settings.BASE_URL = live_server.url
    # A visitor on this machine would be signed in by itself otherwise.
    settings.MODE = "open"
    settings.MODEL_DIR = tmp_path / "no-model"
    return live_server.url


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Makes visitors; at the end none of them may have met a fault."""
    visitors: list[Visitor] = []

    def make(size: tuple[int, int] = DESKTOP, javascript: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(context.new_page(), site)
        visitor.listen()
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        visitor.page.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
