"""The checks of this folder fail on a transcript that was weakened on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from chatgui.core.delta import TextDelta
from chatgui.core.message import Role
from chatgui.core.reply import Reply
from chatgui.ui.transcript.live import LiveItem
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.page import Page
from chatgui.ui.transcript.picture import Picture
from tests.ui.transcript import test_following, test_staying, test_streaming
from tests.ui.transcript.scenes import Turn, answer, flush, message, shown, streaming

pytestmark = pytest.mark.usefixtures("qapp")


def test_moving_the_picture_without_painting_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(picture: Picture, before: list[object], after: list[object]) -> bool:
        picture.view.viewport().scroll(0, 20)
        return True

    monkeypatch.setattr(Picture, "_move", careless)
    with pytest.raises(AssertionError):
        test_staying.test_what_is_moved_on_the_screen_is_what_would_be_painted()


def test_following_whoever_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    arrange = Page.arrange

    def pushy(page: Page) -> None:
        page.at_end = page.at_end or page.live is not None
        arrange(page)

    monkeypatch.setattr(Page, "arrange", pushy)
    with pytest.raises(AssertionError):
        test_staying.test_not_one_pixel_moves_while_1200_deltas_arrive_below()
    with pytest.raises(AssertionError):
        test_following.test_scrolling_up_stops_it_and_end_resumes_it()


def test_scrolling_by_guessed_heights(monkeypatch: pytest.MonkeyPatch) -> None:
    def guessing(page: Page, dy: int) -> None:
        page.jump(page.value + dy)

    monkeypatch.setattr(Page, "scroll", guessing)
    with pytest.raises(AssertionError):
        test_staying.test_scrolling_through_what_was_never_measured_moves_every_line_by_exactly_the_distance()


def test_laying_out_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    arrange = Page.arrange

    def eager(page: Page) -> None:
        seen, page.height = page.height, 20_000
        arrange(page)
        page.height = seen

    monkeypatch.setattr(Page, "arrange", eager)
    with pytest.raises(AssertionError):
        test_staying.test_a_message_of_megabytes_is_laid_out_only_where_it_is_seen()


def weak_update(item: Item, shown_before: object) -> None:
    """The end of a reply leaves what was streamed as it was."""


@pytest.mark.parametrize("text", ["See [a].\n\n[a]: https://a.example", "Title\n===\n\n| a |\n|---|\n| 1 |"])
def test_leaving_what_was_streamed_as_it_was(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: Callable[..., object] = test_streaming.rows
    question = message(0, Role.USER, "Go on")
    whole = rows(shown([question, answer(text)]))
    monkeypatch.setattr(LiveItem, "update", weak_update)
    monkeypatch.setattr(LiveItem, "_grow_open", lambda item, sources: min(item._open, len(sources)))
    view, reply, chance = shown([question]), Reply(), random.Random(1)
    view.begin_reply(streaming(1), reply, Turn())
    for sign in text:
        reply.apply(TextDelta(sign))
        if chance.random() < 0.5:
            flush(view)
    view.end_reply(answer(text))
    assert rows(view) != whole
