"""What counts as spent: every answer, its branches and regenerations, cut ones in part; and a server that read too little."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatgui.chat.usage import usage_line
from chatgui.core.usage import Source
from tests.chat.conftest import add_account
from tests.support.scripted import HANG, RESET, answer, head, scripted, sse

WORD = {"choices": [{"delta": {"content": "yes, and so on"}}]}
END = {"choices": [{"delta": {}, "finish_reason": "stop"}]}


def stream(prompt: int = 10, completion: int = 5) -> list[bytes]:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return [head(), *sse(WORD, END, {"choices": [], "usage": usage})]


async def test_branches_retries_and_deleted_answers_all_count(opened: Callable[[], Any]) -> None:
    busy = [answer({"error": {"message": "busy"}}, 503, retry_after_ms="1")]
    async with scripted(busy, stream()) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        first = await (await session.send(conversation.id, "One")).wait()  # refused once, asked again
        again = await (await session.regenerate(conversation.id, first.id)).wait()
        other = await (await session.edit_and_send(conversation.id, first.parent, "Another one")).wait()
        await session.editing.delete_message(conversation.id, other.id)
        (total,) = await session.ledger.totals("model")
        assert (total.answers, total.total_tokens, total.unknown) == (3, 45, 0)
        assert len({first.id, again.id, other.id}) == 3


async def test_a_stopped_and_a_broken_answer_count_in_part_and_say_so(opened: Callable[[], Any]) -> None:
    async with (
        scripted([head(), *sse(WORD, done=False), HANG], [head(), *sse(WORD, done=False), RESET]) as server,
        opened() as session,
    ):
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "One")
        await server.asked()
        while not turn.reply.text.length:  # noqa: ASYNC110 - what has come has no event of its own
            await asyncio.sleep(0.005)
        turn.stop()
        stopped = await turn.wait()
        broken = await (await session.send(conversation.id, "Two")).wait()
        for message in (stopped, broken):
            assert message.usage.partial
            assert message.usage.source is Source.ESTIMATED
            assert message.usage.completion_tokens
            short, spoken = usage_line(message)
            assert " tokens · partial" in short
            assert spoken.endswith("The answer was cut short, so these counts are partial.")
        (total,) = await session.ledger.totals("model")
        assert (total.answers, total.partial, total.estimated) == (2, 2, 2)


LONG = "The tide follows the moon, and turns twice a day. " * 14_500  # some 160,000 tokens


async def test_a_server_that_read_16k_of_160k_is_told(opened: Callable[[], Any]) -> None:
    async with scripted(stream(16_384)) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        message = await (await session.send(conversation.id, LONG)).wait()
        short, spoken = usage_line(message)
        assert short.startswith("The server read about 16k of 168k · 16,384 → 5 tokens")
        assert "may have been cut off" in spoken


@pytest.mark.parametrize("share", [0.75, 0.9, 1.0, 1.25])
async def test_ordinary_differences_are_silent(opened: Callable[[], Any], share: float) -> None:
    async with scripted(stream(round(166_750 * share))) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        message = await (await session.send(conversation.id, LONG)).wait()
        assert message.usage.sent_tokens == pytest.approx(166_750, rel=0.02)
        assert "server read" not in " ".join(usage_line(message))
