"""Opening a page as a reader does, and keeping what the browser complained about and fetched."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Request, Response

from scripts import pages

PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
TIMEOUT = 30_000  # milliseconds: a machine that does much else is slow, not wrong
# Lazy pictures are drawn when they come near; here all of them are wanted now.
DRAW = """async () => {
  for (const image of document.images) image.loading = 'eager';
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
}"""


@dataclass
class Visit:
    """One page as one reader has it: the tab, what went wrong, and how many bytes came over the line."""

    tab: Page
    url: str
    host: str
    status: int
    problems: list[str] = field(default_factory=list)
    bytes: int = 0

    def complained(self, message: ConsoleMessage) -> None:
        # The browser names an error page's own status in the console: that is what the page is.
        where = message.location.get("url")
        own = self.status != 200 and where == self.url and str(self.status) in message.text
        if message.type in {"error", "warning"} and not own:
            self.problems.append(f"console: {message.text}")

    def failed(self, error: Exception) -> None:
        self.problems.append(f"script: {error}")

    def asked(self, request: Request) -> None:
        """Also what nobody answers, or what the policy or the missing network stops."""
        if not request.url.startswith((f"{self.host}/", "data:", "blob:")):
            self.problems.append(f"asks another host: {request.url}")

    def answered(self, response: Response) -> None:
        expected = {200, 302, 304} | ({self.status} if response.url == self.url else set())
        if response.url.startswith(self.host) and response.status not in expected:
            self.problems.append(f"{response.status} {response.url}")

    def came(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])


@dataclass
class Portal:
    """The served world: where it is, what its addresses need, and who is signed in by which cookie."""

    browser: Browser
    base: str
    facts: Mapping[str, str]
    sessions: Mapping[str, str]

    def url(self, language: str, path: str) -> str:
        return f"{self.base}/{language}/{path.format(**self.facts)}"

    def _enter(self, context: BrowserContext, who: str) -> None:
        if who:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": self.sessions[who], "url": self.base}
            context.add_cookies([cookie])  # type: ignore[list-item]

    @contextmanager
    def reader(self, who: str = "", **options: Any) -> Iterator[BrowserContext]:
        """A browser with nothing in it but the session of `who`; motion is reduced, so that nothing is halfway."""
        context = self.browser.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(TIMEOUT)
        self._enter(context, who)
        try:
            yield context
        finally:
            context.close()

    @cached_property
    def _tab(self) -> tuple[Page, CDPSession]:
        """The one tab in which all pages of the table are opened in turn: a window for each takes half a second."""
        context = self.browser.new_context(viewport=PHONE, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(TIMEOUT)
        tab = context.new_page()
        network = context.new_cdp_session(tab)
        network.send("Network.enable")
        return tab, network

    @contextmanager
    def visit(
        self, language: str, shown: pages.Page, *, view: Mapping[str, int], first: bool
    ) -> Iterator[Visit]:
        """The page drawn whole, in the state that `shown` names; `first`: in a browser that has no file of it yet."""
        tab, network = self._tab
        tab.goto("about:blank")
        tab.context.clear_cookies()
        self._enter(tab.context, shown.who)
        tab.set_viewport_size(dict(view))  # type: ignore[arg-type]
        tab.emulate_media(color_scheme="light")
        network.send("Network.setCacheDisabled", {"cacheDisabled": first})
        seen = Visit(tab, self.url(language, shown.path), self.base, shown.status)
        heard = {
            "console": seen.complained,
            "pageerror": seen.failed,
            "request": seen.asked,
            "response": seen.answered,
        }
        for event, hear in heard.items():
            tab.on(event, hear)  # type: ignore[call-overload]
        network.on("Network.loadingFinished", seen.came)
        try:
            answer = tab.goto(seen.url)
            if answer is None or answer.status != shown.status:
                seen.problems.append(f"answers {answer.status if answer else 'nothing'}, not {shown.status}")
            if shown.act:
                shown.act(tab)
            tab.evaluate(DRAW)
            yield seen
        finally:
            network.remove_listener("Network.loadingFinished", seen.came)
            for event, hear in heard.items():
                tab.remove_listener(event, hear)
