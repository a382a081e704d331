"""The request panel: the time line while it grows, attempts, what is saved, and nothing of it for old messages."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.chat.moments import Moment, Moments
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import StoreError, StoreState
from chatgui.core.message import Role
from chatgui.ui.panels.inspector import NONE, InspectorPanel
from chatgui.ui.panels.moments_bar import BESIDE, SWATCH, MomentsBar
from chatgui.ui.transcript.style import Style
from chatgui.ui.window import Window
from tests.support.scripted import answer, head, scripted, sse
from tests.ui.conftest import showing, until

WORD = {"choices": [{"delta": {"content": "yes"}}]}
THOUGHT = {"choices": [{"delta": {"reasoning_content": "hm"}}]}


def inspector(window: Window) -> InspectorPanel:
    return next(one for one in window.side.panels if isinstance(one, InspectorPanel))


async def test_the_time_line_grows_with_the_answer(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    go_on, thought, said = asyncio.Event(), asyncio.Event(), asyncio.Event()
    busy = [answer({"error": {"message": "busy"}}, 503, retry_after_ms="1")]
    slow = [go_on, head(), thought, *sse(THOUGHT, done=False), said, *sse(WORD)]
    async with scripted(busy, slow) as server, showing(qapp, profile) as (window, session):
        account = await session.accounts.add(Account("s", "Slow", server.base_url, key_source=KeySource.NONE))
        shown, panel = window.conversation_bound, inspector(window)
        await session.choose_model(shown.id, account.id, "m")
        await shown.send("Well?")
        window.stage.view.do(shown.last(Role.ASSISTANT), "request")
        await until(lambda: panel._attempt.currentText() == "Attempt 2 · no answer yet")
        go_on.set()
        await until(lambda: panel._attempt.currentText() == "Attempt 2 · 200")
        assert panel.bar.moments is not None
        await until(lambda: "so far" in panel.text.toPlainText())
        assert "Attempt 1: status 503\nAttempt 2: began " in panel.text.toPlainText()
        thought.set()
        await until(lambda: "first reasoning" in panel.text.toPlainText())
        said.set()
        await until(lambda: shown.turn is None)
        assert [name for name, *_ in panel.bar.stretches()][-2:] == ["think", "answer"]
        assert not panel._live.isActive() or panel._turn is None or panel._turn.done
        await panel.write(tmp_path / "answer.sse", b"data: 1\n\n")
        assert panel._note.text() == "Saved as “answer.sse”."
        await panel.write(tmp_path / "no" / "answer.sse", b"")
        assert panel._note.text().startswith("Not saved: ")
        panel.show_message("of another day")
        assert panel._note.text() == NONE
        assert not panel.text.isVisible()


async def test_a_library_that_cannot_be_read_is_said(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(message_id: str) -> None:
        raise StoreError(StoreState.FAILED, "The disk does not answer.")

    async with showing(qapp, profile) as (window, session):
        panel = inspector(window)
        window.stage.view.action_requested.emit("of another day", "request")
        await until(panel.isVisible)
        monkeypatch.setattr(session.inspector, "recall", refuse)
        panel.show_message("of a day before")
        await until(lambda: panel._note.text() == "The disk does not answer.")


def test_the_bar_tells_stretches_apart_and_names_them(qapp: QApplication) -> None:
    bar = MomentsBar(Style())
    kinds = (("connected", 10.0), ("sent", 10.0), ("first byte", 100.0), ("first words", 150.0), ("end", 900.0))
    bar.show_moments(
        Moments(tuple(Moment(ms, kind, kind) for kind, ms in kinds), ((200.0, 800.0),), 900.0, running=False)
    )
    assert [(name, begin, end) for name, begin, end, *_ in bar.stretches()] == [
        ("connect", 0.0, 10.0), ("wait", 10.0, 150.0), ("answer", 150.0, 900.0),
    ]  # fmt: skip
    assert "silence from 0.2 s to 0.8 s" in bar.accessibleDescription()
    bar.resize(300, bar.sizeHint().height())
    assert bar.grab().toImage().pixelColor(60, 10) == Style().colours["accent"]
    whole, narrow = bar._legend(300), bar._legend(150)
    assert [name for _, _, name, *_ in whole] == ["connect", "wait", "answer", "silence"]
    metrics = Style().metrics("small")
    assert all(x + SWATCH + BESIDE + metrics.horizontalAdvance(name) <= 150 for x, _, name, *_ in narrow)
    assert bar.heightForWidth(150) > bar.heightForWidth(500)
    bar.show_moments(None)
    assert bar.isHidden()
