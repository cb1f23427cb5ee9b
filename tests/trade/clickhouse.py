"""A ClickHouse of the tests: the embedded engine of chdb behind the HTTP interface that a server has."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

session = pytest.importorskip("chdb.session")
# What a server does with a request, not what it does with a statement.
OF_THE_REQUEST = {
    "database",
    "default_format",
    "wait_end_of_query",
    "readonly",
    "cancel_http_readonly_queries_on_client_close",
}
_engine: list[Any] = []
_lock = threading.Lock()


def asked(text: str, settings: dict[str, str], params: dict[str, str]) -> tuple[int, str, str]:
    """Status, code of the exception, body."""
    with _lock:
        if not _engine:
            _engine.append(session.Session())
        # An array travels as text; chdb takes a value of its own for a plain one.
        try:
            for name, value in settings.items():
                if name not in OF_THE_REQUEST:
                    _engine[0].query(f"SET {name} = '{value}'")
            return 200, "", str(_engine[0].query(text, settings["default_format"], params=params))
        except Exception as error:
            words = str(error)
            code = words.split("Code: ", 1)[1].split(".", 1)[0] if "Code: " in words else "1"
            return 500, code, words


class Handler(BaseHTTPRequestHandler):
    seen: list[dict[str, Any]] = []
    answer: tuple[int, str, str] | None = None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode()
            for part in BytesParser(policy=policy.HTTP).parsebytes(head + body).iter_parts()
        }
        settings = dict(parse_qsl(urlsplit(self.path).query))
        text = form.pop("query")
        params = {name.removeprefix("param_"): value for name, value in form.items()}
        type(self).seen.append(
            {"settings": settings, "text": text, "params": params, "headers": dict(self.headers)}
        )
        status, code, answer = type(self).answer or asked(text, settings, params)
        self.send_response(status)
        if code:
            self.send_header("X-ClickHouse-Exception-Code", code)
        written = answer.encode()
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_words: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    Handler.seen, Handler.answer = [], None
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://qafila:s%40crets@127.0.0.1:{server.server_address[1]}/default"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
