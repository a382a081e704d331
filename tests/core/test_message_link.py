"""A link to a message has one form. Whatever else is written, it is none."""

from __future__ import annotations

import pytest

from chatgui.core.addresses import linked
from chatgui.core.ids import new_id
from chatgui.core.message_link import MessageLink, is_meant
from chatgui.core.nodes import Run

GOOD = "chatgui://conversation/018c01a2b3c4d5e6f7a8b9c0/message/018c01a2b3c4d5e6f7a8b9c1"


def test_what_is_made_is_read_again() -> None:
    made = MessageLink(new_id(), new_id())
    assert MessageLink.read(str(made)) == made
    assert MessageLink.read(f"  {made}\n") == made


@pytest.mark.parametrize("text", [GOOD, GOOD + "/", GOOD.replace("chatgui", "ChatGUI"), GOOD.replace("018c", "A_-z")])
def test_these_are_links(text: str) -> None:
    assert MessageLink.read(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "", "chatgui:", "chatgui://", "chatgui:conversation/a/message/b", "chatgui:///conversation/a/message/b",
        "chatgui://conversation/a", "chatgui://conversation/a/message/", "chatgui://conversation//message/b",
        "chatgui://conversation/a/message/b/delete", "chatgui://conversation/a/message/b?send=hello",
        "chatgui://conversation/a/message/b#x", "chatgui://send/hello", "chatgui://delete/conversation/a", "chatgui://a@conversation/a/message/b",
        "chatgui://conversation:80/a/message/b", "chatgui://conversation/../message/b", "chatgui://conversation/a%2fb/message/c",
        "chatgui://conversation/a/message/b\nchatgui://conversation/c/message/d", "chatgui://conversation/a b/message/c",
        "chatgui://conversation/a\x00/message/b", "chatgui://conversation/ä/message/b", "chatgui://conversation/a/message/\u200bb",
        f"chatgui://conversation/{'a' * 65}/message/b", f"chatgui://conversation/a/message/{'b' * 100_000}", " " * 100_000 + GOOD,
        "xchatgui://conversation/a/message/b", "https://conversation/a/message/b", "conversation/a/message/b", "--profile=/tmp",
        "chatgui://conversation/a/message/b --profile /tmp", "chatgui://conversation/'; DROP TABLE message; --/message/b",
    ],
)  # fmt: skip
def test_these_are_none(text: str) -> None:
    assert MessageLink.read(text) is None


def test_what_is_meant_as_one_is_told_from_other_words() -> None:
    assert all(map(is_meant, (GOOD, "chatgui:", " ChatGui://nonsense")))
    assert not any(map(is_meant, ("", "chatgui", "chatguide://x", "about chatgui: a client")))


def test_it_is_a_link_where_it_stands_bare_in_a_text() -> None:
    runs = linked([Run(f"See ({GOOD}), and chatgui, and chatgui:// too.")])
    assert [run.link for run in runs if run.link] == [GOOD]
