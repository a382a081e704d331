"""The demo server as a server: connections, refusals, pace, breakages, and what it notices of its client."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from chatgui.demo.http import Request
from chatgui.demo.personalities import PERSONALITIES
from chatgui.demo.server import serve
from tests.demo.raw import Raw, ask, asking, chunks_of, read, request, send, spoken

NAMES = [one.name for one in PERSONALITIES]


async def test_v1_offers_every_personality_and_the_default_first() -> None:
    async with serve(pace=0) as server:
        models = (await send(server, request("/v1/models"))).json["data"]
        assert [one["id"] for one in models] == NAMES
        assert NAMES[0] == "demo"
        for name in NAMES:
            answer = await send(server, request("/v1/chat/completions", asking("1 kB, 3 deltas, think 1 s, cut", name)))
            assert answer.status == 200


async def test_one_connection_serves_many_requests() -> None:
    async with serve(pace=0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(3):
            writer.write(request("/v1/chat/completions", asking("hello", "demo")))
            assert (await read(reader)).body.endswith(b"data: [DONE]\n\n")
        writer.close()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request("/v1/models", host="evil.example"), 403),
        (request("/v1/models", host=""), 403),
        (request("/v1/models", origin="https://evil.example"), 403),
        (request("/v1/models", host="localhost:1", origin="http://localhost:2"), 200),
        (request("/v1/models", host="[::1]:1"), 200),
        (request("/v1/models", host="["), 403),
        (request("/v1/models", origin="null"), 403),
        (request("//["), 404),
        (request("/nowhere"), 404),
        (request("/v2/models"), 404),
        (request("/v1/models", {}), 405),
        (request("/v1/chat/completions"), 405),
        (request("/v1/chat/completions", b"{"), 400),
        (request("/v1/chat/completions", b"[" * 100_000), 400),
        (request("/v1/chat/completions", b"\xff\xfe"), 400),
        (request("/v1/chat/completions", {"model": "demo"}), 400),
        (request("/v1/chat/completions", {"messages": [{"role": "user", "content": "x"}]}), 400),
        (request("/v1/chat/completions", asking("hello", "no-such-model")), 404),
        (request("/mira/v1/chat/completions", asking("hello", "kindo")), 404),
        (request("/v1/models", content_length="many"), 400),
        (request("/v1/models", content_length="99999999999"), 413),
        (request("/v1/models", transfer_encoding="chunked"), 411),
        (request("/v1/models", x="y" * 70_000), 431),
        (b"GET /v1/models HTTP/1.0\r\n\r\n", 505),
        (b"nonsense\r\n\r\n", 400),
    ],
)
async def test_what_it_refuses(data: bytes, status: int) -> None:
    async with serve(pace=0) as server:
        answer = await send(server, data)
    assert answer.status == status
    assert status == 200 or answer.json


async def test_it_listens_on_the_loopback_interface_alone() -> None:
    async with serve() as server:
        assert server.url == f"http://127.0.0.1:{server.port}/v1"
        assert server.base("mira") == f"http://127.0.0.1:{server.port}/mira/v1"


async def test_an_error_ordered_once_or_twice_passes() -> None:
    async with serve(pace=0) as server:
        statuses = [(await ask(server, "demo", "demo error 429 twice")).status for _ in range(4)]
        once = [(await ask(server, "demo", "demo error 503 once")).status for _ in range(2)]
    assert statuses == [429, 429, 200, 429]
    assert once == [503, 200]


async def test_the_time_to_wait_can_be_ordered() -> None:
    async with serve(pace=0) as server:
        for name in ("mira", "privatemind", "demo"):
            answer = await ask(server, name, "demo error 429 once retry-after 0.1")
            assert (answer.status, answer.headers["retry-after"]) == (429, "0.1")


async def test_any_status_can_be_ordered_and_unknown_words_are_only_words() -> None:
    async with serve(pace=0) as server:
        assert (await ask(server, "demo", "demo error 418")).status == 418
        assert (await ask(server, "demo", "demo error 599")).status == 599
        assert (await ask(server, "demo", "demo error 200")).status == 200
        assert (await ask(server, "demo", "demo error whatever")).status == 200


async def test_tokenhub_takes_the_first_model_it_knows_of_the_fallbacks() -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, "tokenhub", "hello", model="gone", fallback_models=["gone-too", "gpt-4o-mini"])
    assert answer.status == 200
    assert b"finish_reason" not in answer.body


class Clock:
    """Time as the server takes it: what it was told, and when."""

    def __init__(self) -> None:
        self.facts: list[str] = []
        self.news = asyncio.Event()

    def __call__(self, what: str, _request: Request) -> None:
        self.facts.append(what)
        self.news.set()

    async def heard(self, what: str) -> None:
        async with asyncio.timeout(10):
            while what not in self.facts:
                self.news.clear()
                await self.news.wait()


@pytest.mark.parametrize("prompt", ["think 600 s", "stall"])
async def test_it_notices_at_once_that_the_client_left(prompt: str) -> None:
    heard = Clock()
    model = "slow" if "think" in prompt else "broken"
    async with serve(pace=1 if model == "slow" else 0, observe=heard) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request("/v1/chat/completions", asking(prompt, model)))
        await reader.readuntil(b"\n\n")
        writer.close()
        await heard.heard("gone")
    assert heard.facts == ["asked", "gone"]


async def test_closing_the_server_ends_its_streams() -> None:
    async with serve(pace=1) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request("/v1/chat/completions", asking("hello", "demo")))
        await reader.readuntil(b"\r\n\r\n")
    assert not (await asyncio.wait_for(reader.read(), 10)).endswith(b"0\r\n\r\n")
    writer.close()


async def test_pace_is_a_factor_on_every_wait() -> None:
    loop = asyncio.get_running_loop()
    async with serve(pace=1000) as server:  # by itself it would take hours
        began = loop.time()
        await ask(server, "demo", "hello", demo_pace=0)
        body = asking("hello", "demo", max_tokens=3)
        await send(server, request("/v1/chat/completions", body, x_demo_pace="0"))
        assert loop.time() - began < 5
    async with serve(pace=0) as server:
        began = loop.time()
        await ask(server, "chatter", "100/s for 2 s", demo_pace=0.1)
        assert 0.15 < loop.time() - began < 5


@pytest.mark.parametrize("pace", ["fast", -1, None, [], 10**400, float("nan")])
async def test_nonsense_for_a_pace_is_no_pace(pace: object) -> None:
    async with asyncio.timeout(10), serve(pace=0) as server:
        assert (await ask(server, "demo", "hello", demo_pace=pace)).ended


async def test_a_size_beyond_all_bounds_is_bounded() -> None:
    async with asyncio.timeout(10), serve(pace=0) as server:
        assert (await ask(server, "slow", "think " + "9" * 400 + " s", demo_pace=0)).ended


async def test_pace_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATGUI_DEMO_PACE", "0")
    async with asyncio.timeout(5), serve() as server:
        assert (await ask(server, "slow", "think 900 s")).ended


# Breakages


async def broken(word: str) -> Raw:
    async with serve(pace=0) as server:
        return await ask(server, "broken", f"Please {word}.")


@pytest.mark.parametrize("word", ["drop", "reset", "and surprise me"])
async def test_the_connection_breaks_in_mid_answer(word: str) -> None:
    answer = await broken(word)
    assert answer.status == 200
    assert not answer.ended
    assert b"[DONE]" not in answer.body
    assert word != "drop" or b'"content":' in answer.body  # a reset may overtake what was sent before it


async def test_cut_ends_the_body_without_an_end_mark() -> None:
    answer = await broken("cut")
    assert answer.ended
    assert b"[DONE]" not in answer.body
    assert b'finish_reason":"' not in answer.body


async def test_garbage_stands_between_the_words() -> None:
    answer = await broken("garbage")
    assert b"\xff\xfe" in answer.body
    assert b"this line is no event" in answer.body
    assert answer.body.endswith(b"data: [DONE]\n\n")


async def test_empty_is_a_stream_of_nothing() -> None:
    answer = await broken("empty")
    assert (answer.status, answer.body) == (200, b"")


async def test_html_is_a_page_with_status_200() -> None:
    answer = await broken("html")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.startswith(b"<!DOCTYPE html>")


# The other personalities


async def test_slow_shows_signs_of_life_before_the_first_word() -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, "slow", "think 7 s")
    signs = list(itertools.takewhile(lambda chunk: chunk == b": still thinking\n\n", answer.chunks))
    assert len(signs) == 7
    assert len(answer.chunks) > 100


async def test_long_is_as_long_as_asked() -> None:
    async with serve(pace=0) as server:
        for prompt, size in (("50 kB", 50_000), ("0.1 MB", 100_000), ("", 20_000)):
            assert size <= len(spoken(await ask(server, "long", prompt))) < size + 2_000
        words = len(spoken(await ask(server, "long", "3000 words")).split())
        assert 2_500 < words < 3_500


async def test_chatter_sends_the_number_of_pieces_asked_for() -> None:
    async with serve(pace=0) as server:
        for prompt, count in (("5000 deltas", 5000), ("300/s for 2 s", 600)):
            answer = await ask(server, "chatter", prompt)
            deltas = [one["choices"][0]["delta"] for one in chunks_of(answer)]
            assert sum(bool(delta.get("content")) for delta in deltas) == count


async def test_tool_calls_come_in_fragments_by_index() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
    offered = [{"type": "function", "function": {"name": "weather", "parameters": schema}}]
    async with serve(pace=0) as server:
        answer = await ask(server, "tools", "Berlin", tools=offered)
        own = await ask(server, "tools", "Berlin")
    deltas = [one["choices"][0]["delta"] for one in chunks_of(answer) if one["choices"]]
    fragments = [one["tool_calls"][0] for one in deltas if "tool_calls" in one]
    assert fragments[0] == {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "weather", "arguments": ""},
    }
    assert "".join(one["function"]["arguments"] for one in fragments) == '{"city": "Berlin", "days": 1}'
    assert all("id" not in one for one in fragments[1:])
    assert chunks_of(answer)[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert {call["index"] for one in chunks_of(own) for call in one["choices"][0]["delta"].get("tool_calls", ())} == {
        0,
        1,
    }


async def test_a_tools_result_is_read_back() -> None:
    messages = [
        {"role": "user", "content": "Berlin"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "call_1", "content": "Rain at noon"},
    ]
    async with serve(pace=0) as server:
        answer = await ask(server, "tools", "", messages=messages)
    assert "3 words: Rain at noon" in spoken(answer)
    assert chunks_of(answer)[-1]["choices"][0]["finish_reason"] == "stop"
