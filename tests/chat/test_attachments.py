"""Files from the disk to the socket: what is attached is what the server gets, with every later message, after a restart."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatgui.chat.attachments import judge, read
from chatgui.chat.preview import shortened
from chatgui.core import attaching
from chatgui.core.account import Model
from chatgui.core.conversation import Unsent
from chatgui.core.errors import UsageError
from chatgui.core.message import Attachment
from tests.chat.conftest import add_account
from tests.support import files
from tests.support.scripted import answer, head, scripted, sse

GOOD = [head(), *sse({"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]})]


async def attached(session: Any, folder: Path, name: str, content: bytes) -> Attachment:
    (folder / name).write_bytes(content)
    kept: Attachment = await session.attachments.keep(await read(folder / name))
    return kept


def image_part(content: bytes, media_type: str = "image/png") -> dict[str, Any]:
    url = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


async def test_the_server_gets_exactly_these_parts_now_and_later(opened: Callable[[], Any], tmp_path: Path) -> None:
    photo, notes = files.image("jpeg", 40, 30), "Grüße\n```\ncode\n```\n".encode("windows-1252")
    first = [
        image_part(photo, "image/jpeg"),
        {"type": "text", "text": "notes.txt:\n````\nGrüße\n```\ncode\n```\n````"},
        {"type": "text", "text": "Look"},
    ]
    async with scripted(GOOD) as server:
        async with opened() as session:
            await add_account(session, server.base_url)
            parts = [
                await attached(session, tmp_path, "photo.jpg", photo),
                await attached(session, tmp_path, "notes.txt", notes),
            ]
            conversation = await session.new_conversation()
            await (await session.send(conversation.id, "Look", parts)).wait()
            assert server.requests[-1].json["messages"] == [{"role": "user", "content": first}]
        async with opened() as session:  # the bytes come from the library now
            (tmp_path / "photo.jpg").unlink()
            await (await session.send(conversation.id, "And again?")).wait()
        assert [one["content"] for one in server.requests[-1].json["messages"]] == [first, "Hello", "And again?"]


async def test_a_picture_alone_is_a_message_and_gives_the_title(opened: Callable[[], Any], tmp_path: Path) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        part = await attached(session, tmp_path, "cat.png", files.png(3, 2))
        conversation = await session.new_conversation()
        await (await session.send(conversation.id, "", [part])).wait()
        assert server.requests[-1].json["messages"] == [{"role": "user", "content": [image_part(files.png(3, 2))]}]
        assert conversation.title == "cat.png"
        with pytest.raises(UsageError, match="nothing to send"):
            await session.send(conversation.id, "")


async def test_a_model_known_to_be_blind_gets_names_and_the_user_is_told(
    opened: Callable[[], Any], tmp_path: Path
) -> None:
    async with scripted(GOOD) as server, opened() as session:
        account = await add_account(session, server.base_url)
        await session.accounts.keep_models(account.id, [Model("m", vision=False), Model("eye", vision=True)])
        part = await attached(session, tmp_path, "cat.png", files.png(3, 2))
        doubt = session.attachments.doubt
        assert doubt(account, "m", [part]) == "m does not see images, says Test: it will be sent their names only."
        assert doubt(account, "eye", [part]) == ""
        assert doubt(account, "unknown", [part]) == ""
        conversation = await session.new_conversation()
        await (await session.send(conversation.id, "Look", [part])).wait()
        sent = server.requests[-1].json["messages"][0]["content"]
        assert sent == "[The image “cat.png” was not sent: this model does not see images.]\n\nLook"
        await session.choose_model(conversation.id, account.id, "eye")
        await (await session.send(conversation.id, "Now?")).wait()
        assert server.requests[-1].json["messages"][0]["content"][0] == image_part(files.png(3, 2))


async def test_what_is_known_of_pdf_is_told(opened: Callable[[], Any], tmp_path: Path) -> None:
    async with opened() as session:
        part = await attached(session, tmp_path, "a.pdf", files.PDF)
        told = {
            name: session.attachments.doubt(await add_account(session, url, name), "m", [part])
            for name, url in (
                ("Open", "https://api.openai.com/v1"),
                ("Deep", "https://api.deepseek.com"),
                ("Own", "http://127.0.0.1:9/v1"),
            )
        }
    assert told == {
        "Open": "",
        "Deep": "Deep takes no PDF: it will be sent the names only.",
        "Own": "Whether Own takes PDF is not known. If it refuses, send the text instead.",
    }


async def test_a_refusal_of_images_says_what_to_do(opened: Callable[[], Any], tmp_path: Path) -> None:
    refusal = answer({"error": {"message": "image_url is only supported by certain models."}}, 400)
    async with scripted([refusal]) as server, opened() as session:
        await add_account(session, server.base_url)
        part = await attached(session, tmp_path, "cat.png", files.png(3, 2))
        conversation = await session.new_conversation()
        message = await (await session.send(conversation.id, "Look", [part])).wait()
        assert message.failure.message == "image_url is only supported by certain models."
        assert message.failure.advice.startswith("Choose a model that sees images")


async def test_editing_keeps_the_files_or_takes_others(opened: Callable[[], Any], tmp_path: Path) -> None:
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        part = await attached(session, tmp_path, "cat.png", files.png(3, 2))
        conversation = await session.new_conversation()
        await (await session.send(conversation.id, "Look", [part])).wait()
        question = conversation.branch()[0].id
        await (await session.edit_and_send(conversation.id, question, "Look closely")).wait()
        assert server.requests[-1].json["messages"][0]["content"][0] == image_part(files.png(3, 2))
        await (await session.edit_and_send(conversation.id, question, "Never mind", [])).wait()
        assert server.requests[-1].json["messages"][0]["content"] == "Never mind"


async def test_drafts_keep_their_files_over_a_restart(opened: Callable[[], Any], tmp_path: Path) -> None:
    async with opened() as session:
        part = await attached(session, tmp_path, "cat.png", files.png(3, 2))
        conversation = await session.new_conversation()
        await session.drafts.save(conversation.id, "", [part])
    async with opened() as session:
        kept = await session.conversation(conversation.id)
        assert kept.unsent == Unsent("", (part,))
        assert await session.attachments.content(part) == files.png(3, 2)
        await session.drafts.save(conversation.id, "", [])
        assert kept.unsent == Unsent()


async def test_waiting_messages_keep_their_files_and_become_drafts_at_the_end(
    opened: Callable[[], Any], tmp_path: Path
) -> None:
    go_on = asyncio.Event()
    async with scripted([head(), go_on, *GOOD[1:]]) as server:
        async with opened() as session:
            await add_account(session, server.base_url)
            part = await attached(session, tmp_path, "cat.png", files.png(3, 2))
            conversation = await session.new_conversation()
            await session.send(conversation.id, "one")
            await session.drafts.save(conversation.id, "two")
            assert await session.send(conversation.id, "two", [part]) is None
            assert await session.send(conversation.id, "three") is None
            assert session.drafts.waiting(conversation.id) == (Unsent("two", (part,)), Unsent("three"))
            assert conversation.unsent == Unsent(), "what waits is no draft"
            await session.drafts.save(conversation.id, "half a")
        go_on.set()
        async with opened() as session:
            kept = await session.conversation(conversation.id)
            assert kept.unsent == Unsent("two\nthree\nhalf a", (part,))


async def test_a_photo_too_large_to_send_is_told(opened: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatgui.chat.attachments.LARGEST_IMAGE", 50)
    async with opened() as session:
        with pytest.raises(UsageError, match="the most that can be attached is 50 bytes"):
            await session.attachments.keep(await judge("big.png", files.image("png", 60, 60)))


async def test_names_of_any_bytes_can_be_kept(opened: Callable[[], Any], tmp_path: Path) -> None:
    async with opened() as session:
        part = await attached(session, tmp_path, "caf\udce9.txt", b"words")
        conversation = await session.new_conversation()
        await session.drafts.save(conversation.id, "", [part])
        assert "\udce9" not in part.name


def test_the_limits_fit_together() -> None:
    assert max(attaching.LARGEST_IMAGE, attaching.LARGEST_TEXT, attaching.LARGEST_PDF) <= attaching.LARGEST_READ


async def test_a_request_is_shown_with_its_files_shortened_and_copied_whole(
    opened: Callable[[], Any], tmp_path: Path
) -> None:
    photo = files.image("png", 200, 200)
    encoded = base64.b64encode(photo).decode()
    async with scripted(GOOD) as server, opened() as session:
        await add_account(session, server.base_url)
        part = await attached(session, tmp_path, "cat.png", photo)
        conversation = await session.new_conversation()
        message = await (await session.send(conversation.id, "Look", [part])).wait()
        (record,) = session.inspector.attempts(message.id)
        whole = session.inspector.request(record)
        shown = shortened(whole)
        assert encoded in whole
        assert encoded in session.inspector.curl(record)
        assert f"data:image/png;base64,{encoded[:40]}… ({len(encoded) - 40:,} more characters)" in shown
        assert "Look" in shown
        assert len(shown) < 2_000


def test_long_words_that_are_no_file_are_not_shortened() -> None:
    assert shortened("x" * 5_000) == "x" * 5_000
