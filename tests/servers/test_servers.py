"""Real servers written by others: good key, bad key, bad model, too long a context, killed in mid-stream.

sh tests/servers/install.sh && pytest -m servers tests/servers
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatgui.core.delta import ErrorDelta, TextDelta
from chatgui.core.errors import ChatError, Kind
from chatgui.core.secret import Secret
from chatgui.core.usage import Source
from tests.servers.real import LLAMA_SAYS, Server, litellm, llama, mock_ai_api, transformers
from tests.support.scripted import HANG, head, scripted, sse
from tests.wire.reading import account, chunk, request
from tests.wire.talking import ask, client

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with litellm(tmp_path_factory.mktemp("litellm")) as server:
        yield server


@pytest.fixture(scope="module")
def hugging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with transformers(tmp_path_factory.mktemp("hf")) as server:
        yield server


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with mock_ai_api(tmp_path_factory.mktemp("mock")) as server:
        yield server


async def test_litellm_answers(gateway: Server) -> None:
    async with client() as one:
        told = await ask(one, gateway.base_url, request(model="mock"), Secret(gateway.key))
        assert told.error is None
        assert told.text == "# Hello\n\nThis is **LiteLLM**. 日本語 😀\n"
        assert (told.reply.finish_reason, told.reply.usage.source) == ("stop", Source.REPORTED)
        assert {"mock", "context"} <= {
            model.id for model in await one.models(account(gateway.base_url), Secret(gateway.key))
        }


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        ("ratelimit", {Kind.RATE_LIMITED}),
        ("context", {Kind.CONTEXT_TOO_LONG}),
        ("broken", {Kind.UNAVAILABLE}),
        ("nobody", {Kind.NOT_FOUND, Kind.INVALID_REQUEST}),
    ],
)
async def test_litellm_refuses(gateway: Server, model: str, kinds: set[Kind]) -> None:
    async with client() as one:
        told = await ask(one, gateway.base_url, request(model=model), Secret(gateway.key))
        failure = told.error.failure if told.error else told.reply.failure
        assert failure is not None
        assert failure.kind in kinds
        assert failure.advice
        assert not failure.message.startswith("{")


async def test_litellm_bad_and_no_key(gateway: Server) -> None:
    async with client() as one:
        for secret in (Secret("sk-wrong-key"), None):
            told = await ask(one, gateway.base_url, request(model="mock"), secret)
            assert told.error is not None
            assert told.error.kind in {Kind.AUTHENTICATION, Kind.UNAVAILABLE}, told.error.failure
            assert "sk-wrong-key" not in repr(told.error.failure)


async def test_litellm_s_upstream_dies_in_mid_stream(tmp_path_factory: pytest.TempPathFactory) -> None:
    words = [chunk({"role": "assistant", "content": f"word {number} "}) for number in range(5)]
    async with scripted([head(), *sse(*words, done=False)]) as upstream, client() as one:
        with litellm(tmp_path_factory.mktemp("passing"), upstream.base_url) as server:
            told = await ask(one, server.base_url, request(model="upstream"), Secret(server.key))
            assert told.text.startswith("word 0 ")
            assert told.error is not None or told.reply.failure is not None or told.reply.finish_reason


async def test_litellm_killed_in_mid_stream(tmp_path_factory: pytest.TempPathFactory) -> None:
    words = [chunk({"role": "assistant", "content": f"word {number} "}) for number in range(5)]
    async with scripted([head(), *sse(*words, done=False), HANG]) as upstream, client() as one:
        with litellm(tmp_path_factory.mktemp("killed"), upstream.base_url) as server:
            texts: list[str] = []
            with pytest.raises(ChatError) as caught:
                async with contextlib.aclosing(
                    one.stream(account(server.base_url), Secret(server.key), request(model="upstream"))
                ) as deltas:
                    async for delta in deltas:
                        if isinstance(delta, TextDelta):
                            texts.append(delta.text)
                            if len(texts) == 3:
                                server.kill()
            assert caught.value.kind is Kind.INTERRUPTED
            assert "".join(texts).startswith("word 0 word 1 ")
            told = await ask(one, server.base_url, request(model="upstream"), Secret(server.key))
            assert told.error is not None
            assert told.error.kind is Kind.NOT_REACHED


async def test_transformers_answers(hugging: Server) -> None:
    async with client() as one:
        told = await ask(one, hugging.base_url, request(model=hugging.model, params={"max_tokens": 12}))
        assert told.error is None, told.error
        assert told.text or told.reply.reasoning
        assert told.reply.finish_reason in ("length", "stop")
        assert told.reply.usage.source is Source.REPORTED


async def test_transformers_refuses_another_model(hugging: Server) -> None:
    async with client() as one:
        told = await ask(one, hugging.base_url, request(model="nobody/nothing"))
        failure = told.error.failure if told.error else told.reply.failure
        assert failure is not None
        assert failure.status in (400, 404, 422, 500), failure
        assert not failure.message.startswith("{")


async def test_transformers_killed_in_mid_stream(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with client() as one:
        with transformers(tmp_path_factory.mktemp("killed")) as server:
            asked = request(model=server.model, params={"max_tokens": 1500, "temperature": 2.0})
            seen = asyncio.Event()

            async def run() -> ChatError | None:
                try:
                    async for delta in one.stream(account(server.base_url), None, asked):
                        if isinstance(delta, TextDelta):
                            seen.set()
                except ChatError as error:
                    return error
                return None

            task = asyncio.create_task(run())
            await seen.wait()
            server.kill()
            error = await task
            assert error is None or error.kind is Kind.INTERRUPTED


async def test_mock_ai_api_answers(mock: Server) -> None:
    async with client() as one:
        told = await ask(one, mock.base_url, request(model=mock.model), Secret(mock.key))
        assert (told.error, told.reply.finish_reason) == (None, "stop")
        assert told.text
        assert told.reply.usage.source is Source.REPORTED


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [(":mock-429", Kind.RATE_LIMITED), (":mock-401", Kind.AUTHENTICATION), (":mock-503", Kind.UNAVAILABLE)],
)
async def test_mock_ai_api_refuses(mock: Server, suffix: str, kind: Kind) -> None:
    async with client() as one:
        told = await ask(one, mock.base_url, request(model=mock.model + suffix), Secret(mock.key))
        assert told.error is not None
        assert told.error.kind is kind, told.error.failure


async def test_mock_ai_api_calls_a_tool(mock: Server) -> None:
    async with client() as one:
        told = await ask(one, mock.base_url, request(model=mock.model + ":mock-tool-stream"), Secret(mock.key))
        assert told.error is None
        assert not told.of(ErrorDelta)


@pytest.fixture(scope="module")
def llamas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with llama(tmp_path_factory.mktemp("llama")) as server:
        yield server


async def test_llama_answers_with_usage_and_speed(llamas: Server) -> None:
    async with client() as one:
        told = await ask(one, llamas.base_url, request(model="tiny"), Secret(llamas.key))
        assert told.error is None
        assert told.text == LLAMA_SAYS
        assert (told.reply.finish_reason, told.reply.usage.source) == ("stop", Source.REPORTED)
        assert told.reply.usage.completion_tokens
        assert told.reply.usage.tokens_per_second
        (model,) = await one.models(account(llamas.base_url), Secret(llamas.key))
        assert model.id == "tiny"
        assert model.context_length


async def test_llama_bad_key(llamas: Server) -> None:
    async with client() as one:
        told = await ask(one, llamas.base_url, request(model="tiny"), Secret("sk-wrong-key"))
        assert told.error is not None
        assert told.error.kind is Kind.AUTHENTICATION


async def test_llama_too_long_a_context(llamas: Server) -> None:
    async with client() as one:
        told = await ask(one, llamas.base_url, request("word " * 5000, model="tiny"), Secret(llamas.key))
        assert told.error is not None
        assert told.error.kind is Kind.CONTEXT_TOO_LONG


async def test_llama_killed_in_mid_stream(tmp_path: Path) -> None:
    with llama(tmp_path, context=32768, endless=True) as server:
        async with client() as one:
            came = []
            with pytest.raises(ChatError) as broken:
                stream = one.stream(account(server.base_url), Secret(server.key), request(model="tiny"))
                async with contextlib.aclosing(stream) as deltas:
                    async for delta in deltas:
                        if isinstance(delta, TextDelta):
                            came.append(delta.text)
                            if len(came) == 5:
                                server.kill()
            assert broken.value.kind is Kind.INTERRUPTED
            assert len(came) >= 5
            told = await ask(one, server.base_url, request(model="tiny"), Secret(server.key))
            assert told.error is not None
            assert told.error.kind is Kind.NOT_REACHED
