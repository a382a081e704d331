"""A very long conversation shows its end at once, and all of it when it is read; asking for another one is obeyed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.chat.library import END, LONG
from chatgui.chat.session import Session
from chatgui.core.conversation import Conversation
from chatgui.core.message import Message, Role, Text
from chatgui.store import conversations
from tests.ui.conftest import showing, until

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


async def keep(session: Session, name: str, count: int) -> str:
    """A conversation of so many messages, in the library."""
    made = Conversation(name, name, NOW, NOW)
    for at in range(count):
        role, parent = (Role.ASSISTANT if at % 2 else Role.USER), f"{name}-{at - 1}" if at else None
        made.add(Message(f"{name}-{at}", role, (Text(f"Line {at} of {name}."),), NOW, parent))
    made.tip = f"{name}-{count - 1}"
    await session._db.write(conversations.create, made)
    return name


async def test_the_end_of_a_very_long_conversation_is_there_while_all_of_it_is_read(
    qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with showing(qapp, profile) as (window, session):
        long, short = await keep(session, "long", LONG + 2), await keep(session, "short", 4)
        read, gate = session.conversation, asyncio.Event()

        async def slow(conversation_id: str) -> Conversation:
            if conversation_id == long:
                await gate.wait()
            return await read(conversation_id)

        monkeypatch.setattr(session, "conversation", slow)
        view, editor = window.stage.view, window.stage.composer.editor

        opening = asyncio.create_task(window.conversation_bound.open(long))
        await until(lambda: len(view.messages) == END)
        assert view.messages[-1].text == f"Line {LONG + 1} of long."
        assert view.is_following
        assert editor.isReadOnly()
        await window.conversation_bound.open(short)  # while that is still read
        gate.set()
        await opening
        assert window.conversation_bound.id == short
        assert len(view.messages) == 4
        assert not editor.isReadOnly()

        await window.conversation_bound.open(long)
        assert len(view.messages) == LONG + 2
        assert view.is_following
        assert not editor.isReadOnly()


async def test_a_reader_who_left_in_the_middle_comes_back_to_the_middle(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        long, short = await keep(session, "long", LONG + 2), await keep(session, "short", 4)
        view = window.stage.view
        await window.conversation_bound.open(long)
        view.jump_to(f"long-{LONG // 2}", mark=False)
        before = view.place()
        await window.conversation_bound.open(short)
        await window.conversation_bound.open(long)
        assert view.place() == before
