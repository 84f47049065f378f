"""leadlift customer --serve: pages of customers for a browser on this machine, from one process that stays.

What a command spends on starting and importing is spent once. Sources are opened anew for every page, so that it says
what the data says now; specs are read anew when a file of theirs has changed.
"""

from __future__ import annotations

import gc
import secrets
import sys
import traceback
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from leadlift.customers.page import asked_page, customer_page
from leadlift.errors import LeadliftError
from leadlift.specs import Workspace, open_workspace
from leadlift.workflows.customer import customer

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
SPECS = ("leadlift.yaml", "feature_defs/**/*.yaml", "pipelines/**/*.yaml")
# nothing is loaded, sent or kept elsewhere: the page is about a person
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Pages(HTTPServer):
    """Answers for this machine alone, one page at a time. port: 0 takes any that is free.

    address: what to open. It holds a token that is drawn anew at every start: other users of the machine, and pages
    from elsewhere in the same browser, do not know it. Personal and protected columns are never shown here: whom
    they were shown to could not be put on record.
    """

    def __init__(self, root: Path, port: int) -> None:
        self._root = root
        self._read: tuple[object, Workspace] | None = None
        self.token = secrets.token_urlsafe(16)
        self.workspace()
        super().__init__((HOST, port), _Answer)

    @property
    def address(self) -> str:
        """What to open in the browser."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def workspace(self) -> Workspace:
        """The specs as they are now. Raises SpecErrors."""
        found = [path for pattern in SPECS for path in sorted(self._root.glob(pattern))]
        state = [(path, path.stat().st_mtime_ns, path.stat().st_size) for path in found]
        if self._read is None or self._read[0] != state:
            self._read = state, open_workspace(self._root)
        return self._read[1]

    def page(self, who: str, day: str) -> tuple[int, str]:
        """The page and its HTTP status. who: empty for the form alone. day: as YYYY-MM-DD, empty for the last."""
        language = "en"
        try:
            ws = self.workspace()
            language = ws.file.language
            if not who:
                return 200, asked_page(language)
            found = customer(ws, who, _day(day))
            return 200, customer_page(found, language, asked=True)
        except NotADayError as error:
            return 400, asked_page(language, who, day, str(error))
        except LeadliftError as error:
            return 404, asked_page(language, who, day, str(error))


class NotADayError(Exception):
    """What was given as a day is none."""


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise NotADayError(f"{told!r} is not a day: write it as YYYY-MM-DD") from None


class _Answer(BaseHTTPRequestHandler):
    server: Pages
    # seconds for a browser to say what it wants: one that says nothing must not keep others waiting
    timeout = 10

    def do_GET(self) -> None:
        """The form, or a page."""
        asked = urlsplit(self.path)
        if self.headers.get("Host", "").rpartition(":")[0] not in NAMES:
            self._say(403, "")
            return
        if not secrets.compare_digest(asked.path.encode(), f"/{self.server.token}/".encode()):
            self._say(404, "")
            return
        words = parse_qs(asked.query)
        try:
            status, page = self.server.page(words.get("id", [""])[0].strip(), words.get("as_of", [""])[0])
        except Exception:  # one page that fails must not end the others; the fault is for who started it
            traceback.print_exc(file=sys.stderr)
            status, page = 500, ""
        self._say(status, page)
        self.wfile.flush()
        # what the page left behind is looked for when it is out: before, that would take a fifth of its time
        gc.collect()

    def _say(self, status: int, page: str) -> None:
        body = page.encode()
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line would hold the customer's id."""


def serve(root: Path, port: int, ready: Callable[[str], None]) -> None:
    """Answer until the process is ended. ready: told the address.

    Raises SpecErrors before anything is answered, and OSError for a port that is taken.
    """
    with Pages(root, port) as pages:
        import leadlift.workflows.reasons  # noqa: F401 - else the first page would wait for it

        # what is imported and read by now stays: it need not be searched for garbage while a page is made
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            ready(pages.address)
            pages.serve_forever()
        finally:
            gc.enable()
            gc.unfreeze()
