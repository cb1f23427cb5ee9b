"""Pictures of every page and state in three languages, on a phone and on a desk, for people to look at.

`make screenshots` makes a small world in a throwaway database, serves it, walks the table of `scripts.pages` with
Chromium, and writes the README's pictures anew. `--base URL` pictures a portal that runs already (what needs no
sign-in), `--only home,region` and `--languages ar` narrow the walk, `--dark` asks for the dark colours, `--readme`
makes the README's pictures alone.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import pages, world

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "screenshots"
SHOWN = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
VIEWPORTS = {"phone": (360, 740), "desk": (1280, 900)}
ROWS = 60_000
# Lazy pictures are drawn when they come near; here all of them are wanted now.
DRAW = """async () => {
  for (const image of document.images) image.loading = 'eager';
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the README: the page, its language, its width and height in points, light or dark."""

    page: str
    language: str
    device: str
    width: int
    height: int
    dark: bool = False

    @property
    def file(self) -> str:
        return f"{self.page}-{self.language}-{self.device}{'-dark' if self.dark else ''}.png"


README = (
    Picture("home", "fr", "desk", 1120, 1010),
    Picture("region", "ar", "phone", 360, 760),
    Picture("product", "en", "phone", 360, 760, dark=True),
    Picture("regions", "ar", "desk", 1120, 760),
)


def main() -> int:
    options = arguments()
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is not installed: apt-get install chromium fonts-noto-core", file=sys.stderr)
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # The browser's own event loop runs in this thread; Django would take every query for an asynchronous one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    if options.base:
        return Walk(options.base.rstrip("/"), {}, {}).all(options)
    import django
    from django.test.utils import override_settings

    django.setup()
    with override_settings(**world.SETTINGS):
        facts = prepare()
        sessions = {who: world.session_make(who) for who in ("member", "bare", "staff")}
        with world.served() as base:
            return Walk(base, facts, sessions).all(options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--base", default="", help="a running portal, http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", default="", help="names of pages, by comma")
    parser.add_argument("--languages", default=",".join(pages.LANGUAGES))
    parser.add_argument("--dark", action="store_true", help="the dark colours")
    parser.add_argument("--readme", action="store_true", help="the README's pictures alone")
    return parser.parse_args()


def prepare() -> world.Facts:
    """An empty database becomes the world that is pictured."""
    from django.core.management import call_command

    call_command("compile_catalogues", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    world.static_collect()
    return world.world_make(rows=ROWS, real=True)


@dataclass(frozen=True, slots=True)
class Walk:
    """A served portal: where, what its addresses are filled with, who is signed in by which cookie."""

    base: str
    facts: world.Facts
    sessions: dict[str, str]

    def all(self, options: argparse.Namespace) -> int:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            if not options.readme:
                count = self.every(browser, options)
                print(f"{count} pictures in {options.out}")
            if options.readme or not (options.only or options.base or options.dark):
                self.readme(browser)
                print(f"{len(README)} pictures in {SHOWN}")
            browser.close()
        return 0

    def every(self, browser: Any, options: argparse.Namespace) -> int:
        wanted = set(filter(None, options.only.split(",")))
        chosen = [page for page in pages.PAGES if not wanted or page.name in wanted]
        if not self.sessions:
            chosen = [page for page in chosen if not page.who and page.act is None and "{" not in page.path]
        options.out.mkdir(parents=True, exist_ok=True)
        count = 0
        for device, (width, height) in VIEWPORTS.items():
            for language in options.languages.split(","):
                for page in chosen:
                    path = options.out / f"{page.name}-{language}-{device}.png"
                    self.picture(browser, page, language, (width, height), path, dark=options.dark)
                    count += 1
        return count

    def readme(self, browser: Any) -> None:
        by_name = {page.name: page for page in pages.PAGES}
        SHOWN.mkdir(parents=True, exist_ok=True)
        for one in README:
            view, path = (one.width, one.height), SHOWN / one.file
            self.picture(browser, by_name[one.page], one.language, view, path, dark=one.dark, whole=False)

    def picture(
        self,
        browser: Any,
        page: pages.Page,
        language: str,
        view: tuple[int, int],
        path: Path,
        *,
        dark: bool,
        whole: bool = True,
    ) -> None:
        context = browser.new_context(
            viewport={"width": view[0], "height": view[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        if page.who:
            name = "qafila_session"
            context.add_cookies([{"name": name, "value": self.sessions[page.who], "url": self.base}])
        tab = context.new_page()
        tab.goto(f"{self.base}/{language}/{page.path.format(**self.facts)}")
        if page.act:
            page.act(tab)
        tab.evaluate(DRAW)
        tab.screenshot(path=str(path), full_page=whole)
        context.close()


if __name__ == "__main__":
    sys.exit(main())
