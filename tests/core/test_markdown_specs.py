"""CommonMark's and GFM's own examples, read where they lie (CHATGUI_SPECS, a directory with their spec files); not kept here.

What is compared is the structure: elements and text. Left out of the comparison is what this program means to do
otherwise: raw HTML is text, links keep no title, images are their description, a tight list has no paragraphs.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chatgui.core.markdown import document
from chatgui.core.writing import html

TAGS = frozenset(
    ["h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "hr", "table", "tr", "th", "td", "br"]
)
MARKS = frozenset({"em", "strong", "del", "code"})
MEANT = re.compile(r"<(?:[a-zA-Z/!?])")  # raw HTML in an example's source: shown as text here
LEAST = {"commonmark": 0.96, "gfm": 0.95}  # of the examples without raw HTML


class Shape(HTMLParser):
    """Blocks, and each character with the marks it carries: emphasis within emphasis is emphasis."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, str]] = []  # (element, "") or (text, its marks)
        self.marks: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in TAGS:
            self.seen.append((f"<{tag}>", ""))
        elif tag in MARKS:
            self.marks[tag] += 1
        elif tag == "img":
            self.handle_data(dict(attrs).get("alt") or "image")
        elif tag == "input":
            self.handle_data("☑ " if "checked" in dict(attrs) else "☐ ")

    def handle_endtag(self, tag: str) -> None:
        if tag in TAGS and tag not in {"hr", "br"}:
            self.seen.append((f"</{tag}>", ""))
        elif tag in MARKS:
            self.marks[tag] -= 1

    def handle_data(self, data: str) -> None:
        marks = " ".join(sorted(+self.marks)) or "none"
        if self.seen and self.seen[-1][1] == marks:
            data = self.seen.pop()[0] + data
        self.seen.append((data, marks))


def shape(text: str) -> list[tuple[str, str]]:
    parser = Shape()
    parser.feed(re.sub(r"</?(?:tbody|thead|p)>", " ", text))
    return [(one, marks) for raw, marks in parser.seen if (one := " ".join(raw.split()))]


def examples(path: Path) -> list[tuple[str, str, str]]:
    """(section, Markdown, HTML) of a spec."""
    section, found = "", []
    pattern = re.compile(r"^`{32} example[^\n]*\n(.*?)^\.\n(.*?)^`{32}$|^#{1,6} *([^\n]*)$", re.DOTALL | re.MULTILINE)
    for match in pattern.finditer(path.read_text(encoding="utf-8")):
        if match[3] is not None:
            section = match[3]
        else:
            found.append((section, match[1].replace("→", "\t"), match[2].replace("→", "\t")))
    return found


@pytest.mark.parametrize("name", LEAST)
def test_examples_are_read_as_specified(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(os.environ.get("CHATGUI_SPECS", "")) / f"{name}.txt"
    if not os.environ.get("CHATGUI_SPECS") or not path.is_file():
        pytest.skip(f"needs {name}'s spec file as $CHATGUI_SPECS/{name}.txt")
    found = [one for one in examples(path) if not MEANT.search(one[1])]
    assert len(found) > 400
    missed = [one for one in found if shape(html(document(one[1]))) != shape(one[2])]
    with capsys.disabled():
        print(f"\n{name}: {len(found) - len(missed)} of {len(found)} examples without raw HTML; missed by section:")
        print("  " + ", ".join(f"{section} {count}" for section, count in Counter(one[0] for one in missed).items()))
        if os.environ.get("CHATGUI_SPECS_SHOW"):
            for section, markdown, wanted in missed:
                print(f"--- {section}\n{markdown!r}\n{wanted!r}\n{html(document(markdown))!r}")
    assert 1 - len(missed) / len(found) >= LEAST[name]
