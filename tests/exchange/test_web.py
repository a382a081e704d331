"""HTML exports: one inert file (row 137)."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from chatgui.core.message import Attachment, Image, Message, Role, Sources
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporters.web import ELEMENTS
from tests.exchange.library import NOON, answered, asked, conversation, entries, patient

HTML = by_name("html")
HOSTILE = [
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[x](javascript:alert(1)) ![y](javascript:alert(2)) <javascript:alert(3)>",
    "[x](data:text/html,<script>alert(1)</script>)",
    '[x](https://a.example/" onmouseover="alert(1))',
    "</style><style>*{background:url(https://evil.example)}</style>",
    "![x](https://evil.example/pixel.png)",
    "```\"><script>alert(1)</script>\nx\n```",
    "$\\href{javascript:alert(1)}{x}$ $\\text{</math><script>alert(1)</script>}$",
    "<svg onload=alert(1)>",
    "</title><base href=https://evil.example>",
    "| <b> | x |\n|---|---|\n| <iframe> | [a](vbscript:x) |",
    "\x00\x1b]0;title\x07\u202e",
]  # fmt: skip


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(content.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes.update((tag, name) for name, _ in attrs)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def check(content: bytes) -> Page:
    """Only elements, attributes and addresses that do nothing by themselves."""
    page = Page(content)
    assert page.elements <= ELEMENTS
    assert not page.elements & {"script", "link", "iframe", "object", "embed", "base", "form", "input", "svg"}
    assert not any(
        name.startswith("on") or name in {"style", "srcset", "action", "formaction"} for _, name in page.attributes
    )
    assert all(re.match(r"(https?://|mailto:|data:image/(png|jpeg|gif|webp);base64,)", one) for one in page.addresses)
    return page


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """In answers, reasoning, questions, titles and model names alike."""
    message = answered(text, reasoning=text)
    made = conversation(
        asked(text), Message("b", Role.ASSISTANT, message.parts, NOON, "q", model=text), title=text, system=text
    )
    page = check(HTML.export(made, Options()))
    assert "evil.example/pixel.png" not in "".join(one for one in page.addresses if not one.startswith("http"))


def test_nothing_is_loaded() -> None:
    """The policy forbids everything but the page's own style and pictures inside the page."""
    told = HTML.export(conversation(asked()), Options()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', told)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "style-src 'sha256-" in policy[1]
    assert "unsafe" not in policy[1]
    assert told.index("Content-Security-Policy") < told.index("<style>")


@given(entries())
@settings(patient, max_examples=25)
def test_any_conversation_makes_an_inert_page(entry: Entry) -> None:
    """Whatever is in it."""
    check(HTML.export_entry(entry, Options(branches=True)))


def test_pictures_of_ones_own_are_inside_the_page() -> None:
    """An attached picture is embedded; other files, other addresses and vectors are named only."""
    picture = Attachment("a" * 64, "image/png", "cat.png", 3)
    vector = Attachment("b" * 64, "image/svg+xml", "cat.svg", 3)
    images = (
        picture,
        vector,
        Image("https://evil.example/x.png"),
        Image("data:image/png;base64,AAAA"),
        Image("data:image/svg+xml;base64,AAAA"),
    )
    entry = Entry(conversation(Message("q", Role.USER, images, NOON)), attachments={"a" * 64: b"png", "b" * 64: b"svg"})
    page = check(HTML.export_entry(entry, Options()))
    assert [one for one in page.addresses if one.startswith("data:")] == [
        "data:image/png;base64,cG5n",
        "data:image/png;base64,AAAA",
    ]


def test_markdown_is_set() -> None:
    """Headings, tables, code, lists, formulas and links become what they are."""
    answer = "# H\n\n| a | b |\n|--|:-:|\n| 1 | 2 |\n\n```py\nx<1\n```\n\n1. one\n2. two\n\n$\\frac{1}{2}$ [l](https://a.example/?b=1&c=2) **s** ~~d~~"
    told = HTML.export(conversation(asked(), answered(answer)), Options()).decode()
    for sign in ("<h3>H</h3>", '<td class="center">2</td>', '<code class="language-py">x&lt;<span class="number">1</span>', "<ol><li>one</li>", "<mfrac>",
                 'href="https://a.example/?b=1&amp;c=2"', "<strong>s</strong>", "<del>d</del>"):  # fmt: skip
        assert sign in told


def test_lines_end_where_they_are_shown_to_end() -> None:
    """Verses and addresses are lines in the window, and on paper."""
    written = "Roses are red,\nviolets are blue"
    made = {
        name: by_name(name).export(conversation(asked(), answered(written)), Options()) for name in ("html", "docx")
    }
    assert b"Roses are red,<br>violets are blue" in made["html"]
    document = zipfile.ZipFile(io.BytesIO(made["docx"])).read("word/document.xml")
    assert b"Roses are red,</w:t><w:br/><w:t>violets are blue" in document


def test_sources_are_links_only_where_they_lead_to_the_web() -> None:
    """A source with another address is text."""
    sources = Sources((("https://a.example/x", "A"), ("javascript:alert(1)", "B")))
    page = check(HTML.export(conversation(Message("a", Role.ASSISTANT, (sources,), NOON)), Options()))
    assert page.addresses == ["https://a.example/x"]
