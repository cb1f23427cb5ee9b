"""Where the portal is, whether it answers, and how to sign in."""

import http.client
import socket
from dataclasses import dataclass, field

from portal.run import terminal, totp
from portal.run.errors import RunError
from portal.run.home import Home

_TIMEOUT_SECONDS = 3.0
LANGUAGES = (("Français", "fr"), ("العربية", "ar"), ("English", "en"))
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never bound to here


@dataclass
class Address:
    """What the web process listens on."""

    host: str
    port: int
    problem: str = field(default="", init=False)  # the last answer of /healthz that was not 200

    @property
    def url(self) -> str:
        """As a browser on this machine asks for it."""
        host = _EVERYWHERE.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def refuse_if_taken(self) -> None:
        """Raises RunError when another program listens there already."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((self.host, self.port))
            except OSError as error:
                raise RunError(
                    f"Port {self.port} of {self.host} cannot be used ({error.strerror}). "
                    f"Choose another: PORT={self.port + 1 if self.port < 65_535 else 8000} make run"
                ) from None

    def healthy(self) -> bool:
        """Whether /healthz says that everything works; never through a proxy."""
        connection = http.client.HTTPConnection(
            _EVERYWHERE.get(self.host, self.host), self.port, timeout=_TIMEOUT_SECONDS
        )
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            text = answer.read(2_000).decode(errors="replace")
            self.problem = "" if answer.status == 200 else f"{answer.status} {text}"
            return not self.problem
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def banner(address: Address, home: Home | None) -> str:
    """The block that ends the start; `home` where the staff sign-in was made here."""
    lines = [("Qafila", "")]
    lines += [(label, f"{address.url}/{language}/") for label, language in LANGUAGES]
    if home:
        secret = home.secret("staff_totp")
        lines += [
            ("", ""),
            ("Staff sign-in", home.secret("staff_email")),
            ("Password", home.secret("staff_password")),
            ("TOTP secret", secret),
            ("Code now", f"{totp.code(secret)}   (later ones: make code)"),
        ]
    return terminal.block(lines)
