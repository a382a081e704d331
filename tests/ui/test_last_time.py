"""The next start finds everything where it was, after an end in order and after `kill -9`; after two failed starts it is careful."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.chat.session import open_session
from chatgui.core.conversation import Conversation
from chatgui.store import conversations
from chatgui.ui.last_time import LastTime
from chatgui.ui.transcript.places import END, Place
from tests.store.samples import answer, conversation, user
from tests.ui.conftest import showing, until
from tests.ui.test_start import Run, line, run
from tests.ui.test_window import button

__all__ = ["run"]

# A program that does something when it is open, and prints what it shows as one line of JSON.
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from chatgui import app
from chatgui.ui.panes import Place

opened = app.Program._open

async def tell(self):
    await opened(self)
    window = self.window
    await asyncio.sleep(0)
    {act}
    shown = window.conversation_bound
    print(json.dumps({{
        "conversation": shown.id, "place": str(window.stage.view.place()), "size": [window.width(), window.height()],
        "panes": window.panes.state(), "draft": window.stage.composer.editor.toPlainText(),
        "notice": window.stage.notices.words,
    }}), flush=True)

app.Program._open = tell
app.SOON_MS = 50
sys.exit(app.main(Path(sys.argv[1])))
"""
LOOK = PROGRAM.format(act="pass")
USE = PROGRAM.format(
    act="""
    window.panes.show_pane(Place.TRAILING, False)
    window.resize(790, 580)
    window.stage.view.scroll_by(-2000)
    window.stage.composer.editor.insertPlainText("half a thought")"""
)
CRASH = PROGRAM.format(act="import os; os._exit(1)")


async def filled(profile: Path) -> Conversation:
    """A profile with a long conversation."""
    one = conversation("Long talk")
    parent: str | None = None
    for number in range(20):
        asked = user(f"Question {number}", parent)
        said = answer("\n\n".join(f"Paragraph {row} of answer {number}. " * 8 for row in range(6)), asked.id)
        one.add(asked)
        one.add(said)
        parent = said.id
    one.tip = parent
    session = await open_session(profile)
    await session._db.write(conversations.create, one)
    await session.close()
    return one


def kept_in(profile: Path, words: str) -> bool:
    """Whether the window's file says this yet."""
    return words in LastTime(profile).state()


async def told(profile: Path, draft: str) -> None:
    """The draft is in the database."""
    session = await open_session(profile)
    try:
        async with asyncio.timeout(20):
            while True:
                rows = await session.library.summaries()
                loaded = await session._db.call(conversations.load, rows[0].id)
                if loaded is not None and loaded.draft == draft:
                    return
                await asyncio.sleep(0.05)
    finally:
        await session.close()


async def test_a_killed_program_comes_back_where_it_was(run: Run, profile: Path) -> None:
    long = await filled(profile)
    LastTime(profile).keep(f"light,100,normal\nAAAA\n1:264,1:360\n{long.id}\n\n")
    program = run(USE, profile)
    before = json.loads(line(program))
    assert before["conversation"] == long.id
    assert Place.read(before["place"]).message
    await told(profile, "half a thought")
    deadline = time.monotonic() + 20
    while not kept_in(profile, before["place"]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    program.kill()
    program.wait(30)
    again = run(LOOK, profile)
    assert json.loads(line(again)) == before
    again.terminate()
    assert again.wait(30) == 0
    assert not (profile / "starting").exists()


async def test_after_two_crashes_at_the_start_the_conversation_stays_closed(run: Run, profile: Path) -> None:
    long = await filled(profile)
    LastTime(profile).keep(f"light,100,normal\nAAAA\n1:264,1:360\n{long.id}\n\n")
    for _ in range(2):
        program = run(CRASH, profile)
        assert program.wait(30) == 1
    third = run(LOOK, profile)
    told = json.loads(line(third))
    assert told["conversation"] != long.id
    assert "ended by itself twice" in told["notice"]
    third.terminate()
    assert third.wait(30) == 0
    assert not LastTime(profile).begin(), "an end in order is forgiven everything"


async def test_what_was_left_open_can_still_be_opened_by_hand(qapp: QApplication, profile: Path) -> None:
    long = await filled(profile)
    async with showing(qapp, profile, state=f"AAAA\n1:264,1:360\n{long.id}\n\n", careful=True) as (window, _):
        assert window.conversation_bound.id != long.id
        button(window, "Open It").click()
        await until(lambda: window.conversation_bound.id == long.id)


@pytest.mark.parametrize(("switch", "deleted"), [(False, False), (True, True)])
async def test_the_last_conversation_is_not_opened_where_that_is_not_wanted(
    qapp: QApplication, profile: Path, switch: bool, deleted: bool
) -> None:
    long = await filled(profile)
    session = await open_session(profile)
    await session.change_settings(reopen=switch)
    if deleted:
        await session.library.delete([long.id])
    await session.close()
    async with showing(qapp, profile, state=f"AAAA\n1:264,1:360\n{long.id}\n\n") as (window, _):
        assert window.conversation_bound.id != long.id
        assert not window.stage.notices.words


@pytest.mark.parametrize("words", ["", "m", "m 1", "m x 2", " 1 2", "nonsense\x00"])
def test_a_place_that_cannot_be_read_is_the_end(words: str) -> None:
    assert Place.read(words) == END


def test_a_place_is_read_as_it_was_written() -> None:
    assert Place.read(str(Place("m1", -1, 44))) == Place("m1", -1, 44)


def test_starts_are_counted_until_one_goes_well(tmp_path: Path) -> None:
    assert [LastTime(tmp_path).begin() for _ in range(4)] == [False, False, True, True]
    LastTime(tmp_path).went_well()
    assert not LastTime(tmp_path).begin()
