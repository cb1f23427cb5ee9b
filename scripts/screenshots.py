"""Pictures of every page in three languages, on a phone and on a desk, for people to look at.

`make screenshots` makes a small world in a throwaway database, serves it and walks it with Chromium.
`--base URL` pictures a portal that runs already; `--only home,region` and `--languages ar` narrow the walk.
"""

import argparse
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "screenshots"
CHROMIUM = "/usr/bin/chromium"
VIEWPORTS = {"phone": (360, 740), "desk": (1280, 900)}
PAGES = {
    "home": "",
    "data": "data/",
    "regions": "data/regions/",
    "region": "data/regions/MA-08/",
    "region-large": "data/regions/MA-06/",
    "products": "data/products/",
    "chapter": "data/products/08/",
    "heading": "data/products/0805/",
    "product": "data/products/870323/",
    "product-world": "data/products/390720/",
    "markets": "data/markets/",
    "market": "data/markets/FR/",
    "releases": "data/releases/",
    "search": "search/?q=huile",
    "search-empty": "search/?q=zzzzqqq",
    "about": "about/",
    "missing": "nothing-here/",
    "sign-in": "account/login/",
}
STAFF_PAGES = {
    "desk-page": "desk/",
    "staff": "staff/",
    "staff-trade": "staff/trade/",
    "staff-run": "staff/trade/runs/1/",
    "staff-withdraw": "staff/trade/releases/1/withdraw/",
}
SHARED = ROOT.parent / "shared" / "data" / "comtrade"


def main() -> int:
    options = arguments()
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is not installed: apt-get install chromium fonts-noto-core", file=sys.stderr)
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if not options.base:
        os.environ["CELERY_BROKER_URL"] = "memory://"
    import django

    django.setup()
    if options.base:
        return walk(options.base.rstrip("/"), options)
    make_world()
    with served() as base:
        return walk(base, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--base", default="", help="a running portal, http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", default="", help="names of pages, by comma")
    parser.add_argument("--languages", default="fr,ar,en")
    parser.add_argument("--dark", action="store_true", help="the dark colours")
    return parser.parse_args()


def make_world() -> None:
    """Reference data, demonstration statistics and, where they lie beside the project, real files."""
    from django.core.management import call_command

    from trade import services

    call_command("compile_catalogues", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("load_datasets", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        call_command("demo_data", months=24, rows=60_000, seed=1, out=Path(folder), verbosity=0)
        handed_in = [("customs", sorted(Path(folder).glob("*.csv")))]
        handed_in += [
            ("comtrade-csv", sorted(SHARED.glob("legacy_2019_*.csv"))),
            ("comtrade-json", sorted(SHARED.glob("v1_*.json"))),
        ]
        for source, files in handed_in:
            if files:
                run = services.run_create(acting_user=None, source=source, files=files, publish=True)
                services.run_execute(run.pk)


@contextmanager
def served() -> Iterator[str]:
    """The portal on a free port, as long as the block lasts."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def staff_cookie() -> dict[str, str]:
    """The session of a statistician of this picture's world, with a second factor."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.conf import settings
    from django.test import Client

    from portal.accounts.models import Role, User

    user = User.objects.filter(email="pictures@example.ma").first()
    if user is None:
        user = User.objects.create_user("pictures@example.ma", None, full_name="Omar Alaoui")
        Role.objects.create(user=user, kind=Role.Kind.STATISTICIAN)
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


def walk(base: str, options: argparse.Namespace) -> int:
    from playwright.sync_api import sync_playwright

    # The browser's own event loop runs in this thread; Django would take every query for an asynchronous one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    wanted = set(filter(None, options.only.split(",")))
    pages = {**PAGES, **STAFF_PAGES}
    chosen = {name: path for name, path in pages.items() if not wanted or name in wanted}
    cookie = staff_cookie() if set(chosen) & set(STAFF_PAGES) else None
    options.out.mkdir(parents=True, exist_ok=True)
    count = 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for device, (width, height) in VIEWPORTS.items():
            view = {"width": width, "height": height}
            scheme = "dark" if options.dark else "light"
            visitor = browser.new_context(viewport=view, color_scheme=scheme)
            member = browser.new_context(viewport=view, color_scheme=scheme)
            if cookie:
                member.add_cookies([{**cookie, "url": base}])
            for language in options.languages.split(","):
                for name, path in chosen.items():
                    page = (member if name in STAFF_PAGES else visitor).new_page()
                    page.goto(f"{base}/{language}/{path}", wait_until="load")
                    # Lazy pictures are drawn when they come near: walk down once, then back.
                    page.evaluate("for (const i of document.images) { i.loading = 'eager' }")
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=str(options.out / f"{name}-{language}-{device}.png"), full_page=True)
                    page.close()
                    count += 1
        browser.close()
    print(f"{count} pictures in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
