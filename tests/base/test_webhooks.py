"""A signed message reaches the machine that it is for, can be proved there, and never reaches an inner address."""

import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portal.base import webhooks
from portal.base.errors import Invalid

BODY = '{"event":"release.published","dataset":"تجارة"}'.encode()
PRIVATE = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1",
    "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2001:db8::1",
)  # fmt: skip


@pytest.fixture
def private(settings: Settings) -> None:
    """As an operator who tells machines of the own network."""
    settings.WEBHOOKS_PRIVATE = True


def sent(url: str, secret: str = "whsec_test") -> webhooks.Outcome:
    headers = webhooks.headers_for(secret, kind="release.published", delivery="one", body=BODY)
    return webhooks.post(url, BODY, headers)


def resolving(monkeypatch: pytest.MonkeyPatch, name: str, *addresses: str) -> list[str]:
    """The network's DNS says so; gives what was asked. Everything else is resolved as ever."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        if host != name:
            return real(host, port, *args, **kwargs)
        given = addresses[min(asked.count(name) - 1, len(addresses) - 1)]
        return [entry for one in given.split("+") for entry in real(one, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


# --- the message ---


def test_what_arrives_is_signed_over_its_time_and_its_bytes(httpserver: HTTPServer, private: None) -> None:
    httpserver.expect_request("/hooks", method="POST", query_string="a=1").respond_with_data("", status=204)
    secret = webhooks.secret_make()
    before = int(time.time())

    assert sent(httpserver.url_for("/hooks") + "?a=1", secret) == webhooks.Outcome(ok=True, status=204)
    request = httpserver.log[0][0]
    told, body = request.headers, request.get_data()
    # As the documentation tells a receiver to do it, with nothing of ours.
    expected = hmac.new(secret.encode(), told["Qafila-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert hmac.compare_digest(told["Qafila-Signature"], f"v1={expected.hexdigest()}")
    assert before <= int(told["Qafila-Timestamp"]) <= time.time()
    assert (told["Qafila-Event"], told["Qafila-Delivery"]) == ("release.published", "one")
    assert told["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(body)["dataset"] == "تجارة"
    assert body == BODY


def test_another_secret_time_or_body_has_another_signature() -> None:
    known = webhooks.signature("whsec_a", 1_700_000_000, BODY)
    assert known != webhooks.signature("whsec_b", 1_700_000_000, BODY)
    assert known != webhooks.signature("whsec_a", 1_700_000_001, BODY)
    assert known != webhooks.signature("whsec_a", 1_700_000_000, BODY + b" ")
    assert webhooks.secret_make() != webhooks.secret_make()


@pytest.mark.parametrize("status", [199, 301, 400, 404, 410, 500, 503])
def test_only_an_answer_of_two_hundred_is_good(status: int, httpserver: HTTPServer, private: None) -> None:
    httpserver.expect_request("/").respond_with_data("", status=status)
    outcome = sent(httpserver.url_for("/"))
    assert not outcome.ok
    assert outcome.error


def test_a_redirect_is_not_followed(httpserver: HTTPServer, private: None) -> None:
    httpserver.expect_request("/a").respond_with_data(
        "", status=307, headers={"Location": httpserver.url_for("/b")}
    )
    httpserver.expect_request("/b").respond_with_data("")
    outcome = sent(httpserver.url_for("/a"))
    assert (outcome.ok, outcome.status, outcome.error) == (False, 307, "HTTP 307")
    assert [request.path for request, _answer in httpserver.log] == ["/a"]


def test_a_machine_that_takes_its_time_does_not_hold_a_worker(
    monkeypatch: pytest.MonkeyPatch, private: None
) -> None:
    """A byte every tenth of a second keeps each read short of its limit; the whole has a limit of its own."""
    monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip() -> None:
            peer, _address = listening.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not stop.wait(0.1):
                    try:
                        peer.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        sent(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        assert time.monotonic() - began < 4
        stop.set()
        thread.join(5)


def test_nobody_there_is_an_outcome_and_no_error(private: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = sent(f"http://127.0.0.1:{port}/")
    assert (outcome.ok, outcome.status) == (False, None)
    assert "refused" in outcome.error.lower()
    # What no request can be written with.
    assert not sent(f"http://127.0.0.1:{port}/a b").ok
    assert not sent(f"http://127.0.0.1:{port}/é").ok


# --- never to an inner address ---


@pytest.mark.parametrize("text", PRIVATE)
def test_no_inner_address_is_public(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert not webhooks.public(address)
    host = f"[{text}]" if address.version == 6 else text
    with pytest.raises(Invalid):
        webhooks.url_check(f"https://{host}/hooks")
    assert not sent(f"https://{host}/hooks").ok


@pytest.mark.parametrize("text", ["8.8.8.8", "105.66.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(text: str) -> None:
    assert webhooks.public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd", "gopher://hooks.example.org/",
        "https://", "https:///path", "hooks.example.org", "https://localhost/", "https://localhost./",
        "https://db/", "https://printer.local/", "https://metadata.google.internal/", "https://a.localhost:8000/",
        "https://2130706433/", "https://user:word@hooks.example.org/", "https://user@hooks.example.org/",
        "https://hooks.example.org:0/", "https://hooks.example.org:99999/", "https://hooks.example.org:x/",
        "https://[::1/", "https://hooks.example.org/\r\nHost: other", "https://hooks.example.org/" + "a" * 500,
    ],
)  # fmt: skip
def test_what_is_no_public_web_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        webhooks.url_check(url)
    assert not sent(url).ok


@pytest.mark.parametrize("host", ["127.1", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1."])
def test_loopback_written_otherwise_is_refused_when_it_is_resolved(host: str, httpserver: HTTPServer) -> None:
    outcome = sent(f"https://{host}:{httpserver.port}/")
    assert not outcome.ok
    assert httpserver.log == []


@pytest.mark.parametrize(
    "addresses", ["127.0.0.1", "::1", "10.0.0.8", "93.184.216.34+127.0.0.1", "127.0.0.1+93.184.216.34"]
)
def test_a_name_that_leads_inside_is_refused(
    addresses: str, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where only one of its addresses does: which of them is used is not left to chance."""
    resolving(monkeypatch, "hooks.example.org", addresses)
    webhooks.url_check("https://hooks.example.org/")  # nothing in the name itself says so
    outcome = sent(f"https://hooks.example.org:{httpserver.port}/")
    assert (outcome.ok, outcome.error) == (False, "hooks.example.org leads to a private network")
    assert httpserver.log == []


def test_the_operator_may_allow_the_own_network(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, private: None
) -> None:
    httpserver.expect_request("/").respond_with_data("")
    asked = resolving(monkeypatch, "hooks.example.org", "127.0.0.1")
    assert sent(f"http://hooks.example.org:{httpserver.port}/").ok
    assert httpserver.log[0][0].headers["Host"] == f"hooks.example.org:{httpserver.port}"
    assert asked.count("hooks.example.org") == 1


def test_a_name_is_resolved_once_and_that_address_is_called(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS that says a public address first and loopback a moment later gains nothing."""
    asked = resolving(monkeypatch, "hooks.example.org", "203.0.113.7", "127.0.0.1")
    # 203.0.113.7 is for documentation: it leads nowhere, and counts here as one of the internet.
    monkeypatch.setattr(webhooks, "public", lambda address: not address.is_loopback)
    monkeypatch.setattr(webhooks, "CONNECT_SECONDS", 0.5)
    assert not sent(f"https://hooks.example.org:{httpserver.port}/").ok
    assert asked.count("hooks.example.org") == 1
    assert httpserver.log == []


# --- the certificate ---


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for hooks.example.org with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example.org")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.org")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    private_key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private_key + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/").respond_with_handler(answered)
        yield server


def answered(request: Request) -> Response:
    return Response(str(len(request.get_data())))


@pytest.mark.parametrize(
    ("name", "trusted", "good"),
    [("hooks.example.org", True, True), ("other.example.org", True, False), ("hooks.example.org", False, False)],
)  # fmt: skip
def test_the_certificate_is_checked_against_the_name(
    name: str, trusted: bool, good: bool, secure: HTTPServer, certificate: Path,
    monkeypatch: pytest.MonkeyPatch, private: None,
) -> None:  # fmt: skip
    resolving(monkeypatch, name, "127.0.0.1")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    outcome = sent(f"https://{name}:{secure.port}/")
    assert outcome.ok is good, outcome
    assert good or "certificate" in outcome.error.lower()
