"""Exported pages in a real browser: only allow-listed elements come to be, nothing is asked of any server (row 137).

Needs Chromium; `pytest -m long tests/exchange/test_browser.py`.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatgui.core.message import Image, Message, Role, Sources, Text
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporters.web import ELEMENTS
from tests.exchange.library import NOON, answered, asked, conversation
from tests.exchange.test_web import HOSTILE, Page

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not BROWSER, reason="needs Chromium"),
]
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
]
CALLS = """<img src=AT/img><script>fetch("AT/script")</script><link rel=stylesheet href=AT/style><iframe src=AT/frame></iframe>
<video poster=AT/video></video><object data=AT/object></object><svg><image href=AT/svg /></svg><style>@import "AT/import";</style>
<div style="background:url(AT/background)">x</div><meta http-equiv=refresh content="0;url=AT/refresh"><base href=AT/>"""


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Somebody who would hear a request."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


def heard(server: socket.socket) -> list[bytes]:
    """What came over each connection that was opened."""
    said: list[bytes] = []
    while True:
        try:
            connection, _ = server.accept()
        except BlockingIOError:
            return said
        with connection:
            said.append(connection.recv(1000))


def browse(folder: Path, page: bytes, *options: str) -> bytes:
    """What the browser says about a page; `--dump-dom` is the tree it made of it."""
    (folder / "page.html").write_bytes(page)
    assert BROWSER
    done = subprocess.run(
        [BROWSER, *QUIET, f"--user-data-dir={folder / 'profile'}", *options, (folder / "page.html").as_uri()],
        capture_output=True, check=True, timeout=100,
    )  # fmt: skip
    return done.stdout


def hostile(address: str) -> bytes:
    """A page of a conversation in which everything tries to get out."""
    calls = CALLS.replace("AT", address)
    text = "\n\n".join(
        ["$x^2$", *HOSTILE, calls, f"![x]({address}/md)", f"$\\text{{{calls}}}$", f"```html\n{calls}\n```"]
    )
    message = Message("p", Role.ASSISTANT, (Image(f"{address}/part"), Sources(((f"{address}/s", calls),))), NOON, "a")
    made = conversation(asked(text), answered(text, reasoning=text), message, title=calls, system=text)
    return by_name("html").export(made, Options())


def test_a_hostile_page_is_what_the_exporter_wrote_and_asks_nobody(tmp_path: Path, server: socket.socket) -> None:
    """In the tree a browser makes of it there is nothing that loads, runs or leads away by itself."""
    address = f"http://127.0.0.1:{server.getsockname()[1]}"
    tree = Page(browse(tmp_path, hostile(address), "--dump-dom"))
    assert tree.elements <= ELEMENTS
    assert {"math", "pre", "details", "a"} <= tree.elements
    assert not any(name.startswith("on") for _, name in tree.attributes)
    assert not heard(server)


def test_the_same_without_the_exporter_is_heard(tmp_path: Path, server: socket.socket) -> None:
    """The check above can fail."""
    calls = CALLS.replace("AT", f"http://127.0.0.1:{server.getsockname()[1]}")
    tree = Page(browse(tmp_path, calls.encode(), "--dump-dom", "--timeout=3000"))
    assert not tree.elements <= ELEMENTS
    assert any(heard(server))


def test_the_policy_alone_would_do(tmp_path: Path, server: socket.socket) -> None:
    """Were something to slip through, the page's own policy would keep it from loading."""
    address = f"http://127.0.0.1:{server.getsockname()[1]}"
    page = by_name("html").export(conversation(asked("SLIP")), Options()).decode()
    loads = CALLS.split("<meta", maxsplit=1)[0].replace(
        "AT", address
    )  # a policy in the page does not govern where it leads
    browse(tmp_path, page.replace("SLIP", loads).encode(), "--dump-dom", "--timeout=3000")
    assert not any(heard(server))  # for a frame Chromium opens a connection, and then says nothing


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext")
def test_a_printed_page_has_everything_in_it(tmp_path: Path) -> None:
    """Reasoning and system prompt, folded on the screen, are on paper."""
    message = Message("b", Role.USER, (Text("最后一个问题"),), NOON, "a")
    made = conversation(asked(), answered("It is the moon.", reasoning="Gravity pulls."), message, system="Be brief.")
    browse(tmp_path, by_name("html").export(made, Options()), f"--print-to-pdf={tmp_path / 'page.pdf'}")
    said = subprocess.run(["pdftotext", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True).stdout
    for words in ("How do tides work?", "It is the moon.", "Gravity pulls.", "Be brief.", "最后一个问题"):
        assert words in said
