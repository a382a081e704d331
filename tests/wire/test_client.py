"""The client over real sockets: answers, refusals, retries, negotiation, and what it never does."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import pytest

from chatgui.core.account import Traits
from chatgui.core.delta import Connecting, Ended, ErrorDelta, Learned, Opened
from chatgui.core.errors import Kind
from chatgui.wire.client import Client
from chatgui.wire.record import WireRecord
from tests.support.scripted import KEEP, RESET, Request, Script, answer, head, scripted, sse
from tests.wire.reading import account, chunk, request
from tests.wire.talking import ANSWER, HELLO, KEY, ask, client

STOP = chunk({}, finish="stop")
FAST = {"retry_after_ms": "1"}


def refuse(status: int, message: Any = "no", **headers: str) -> list[bytes]:
    return [answer({"error": {"message": message}} if isinstance(message, str) else message, status, **headers)]


async def test_an_answer() -> None:
    async with scripted(ANSWER) as server, client() as one:
        told = await ask(one, server.base_url, secret=KEY)
        assert told.error is None
        assert (told.text, told.reply.finish_reason) == ("Hello", "stop")
        assert [type(delta) for delta in told.deltas[:2]] == [Connecting, Opened]
        assert told.deltas[-1] == Ended(done=True)
        sent = server.requests[0]
        assert (sent.method, sent.target) == ("POST", "/v1/chat/completions")
        assert sent.headers["authorization"] == f"Bearer {KEY.reveal()}"
        assert sent.headers["accept-encoding"] == "identity"
        assert sent.headers["content-type"] == "application/json"
        assert sent.json == {
            "model": "m",
            "messages": [{"role": "user", "content": "Hello"}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }


async def test_headers_and_query_of_the_account() -> None:
    async with scripted(ANSWER) as server, client() as one:
        where = account(
            server.base_url + "?api-version=2", headers=(("X-Title", "t"),), query=(("a", "b"),), key_header="api-key"
        )
        await ask(one, where, secret=KEY)
        sent = server.requests[0]
        assert sent.target == "/v1/chat/completions?api-version=2&a=b"
        assert (sent.headers["x-title"], sent.headers["api-key"]) == ("t", KEY.reveal())
        assert "authorization" not in sent.headers


async def test_nothing_is_sent_before_it_is_asked_for() -> None:
    async with scripted(ANSWER) as server, client() as one:
        one.stream(account(server.base_url), None, request())
        assert server.connections == 0


def test_making_a_client_loads_nothing() -> None:
    import subprocess

    code = "import sys; from chatgui.wire.client import Client; Client(); print(sorted({'httpx','ssl','truststore','anyio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['ssl']")


async def test_one_connection_serves_one_request_after_another() -> None:
    body = b"".join(HELLO)
    script: Script = [head(content_length=str(len(body))), body, KEEP]
    async with scripted(script) as server, client() as one:
        for _ in range(3):
            assert (await ask(one, server.base_url)).text == "Hello"
        assert server.connections == 1


async def test_a_server_that_holds_the_connection_after_done_does_not_hold_us() -> None:
    script: Script = [*ANSWER, asyncio.Event()]
    async with scripted(script) as server, client() as one:
        started = time.monotonic()
        told = await ask(one, server.base_url)
        assert told.deltas[-1] == Ended(done=True)
        assert time.monotonic() - started < 10.0
        await server.gone()


async def test_a_server_that_goes_on_after_done_is_left() -> None:
    steps: list[bytes | float] = [*ANSWER]
    for _ in range(600):
        steps += [b": still here\n\n", 0.05]
    async with scripted(steps) as server, client() as one:
        started = time.monotonic()
        assert (await ask(one, server.base_url)).deltas[-1] == Ended(done=True)
        assert time.monotonic() - started < 15.0
        await server.gone()


async def test_a_non_streaming_answer_comes_as_the_same_deltas() -> None:
    body = {
        "choices": [{"message": {"content": "Hello", "reasoning": "hm"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2},
    }
    async with scripted([answer(body)]) as server, client() as one:
        for stream in (True, False):
            told = await ask(one, server.base_url, request(stream=stream))
            assert (told.text, str(told.reply.reasoning), told.reply.usage.total_tokens, told.error) == (
                "Hello",
                "hm",
                3,
                None,
            )
        assert "stream" not in server.requests[1].json


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
async def test_a_refusal_is_final(status: int) -> None:
    async with scripted(refuse(status, "no such thing", x_request_id="req_1")) as server, client() as one:
        told = await ask(one, server.base_url)
        assert told.error is not None
        assert (told.error.status, told.error.request_id, told.error.message) == (status, "req_1", "no such thing")
        assert len(server.requests) == 1
        assert not told.of(Opened)


@pytest.mark.parametrize(("status", "requests"), [(429, 3), (503, 3), (502, 3), (529, 3), (500, 2), (409, 2), (408, 3)])
async def test_what_may_pass_is_tried_again(status: int, requests: int) -> None:
    async with scripted(refuse(status, **FAST)) as server, client() as one:
        told = await ask(one, server.base_url)
        assert told.error is not None
        assert len(server.requests) == requests
        assert [retry.attempt for retry in told.retries] == list(range(2, requests + 1))
        assert all(retry.wait_s == 0.001 and retry.failure.status == status for retry in told.retries)


async def test_a_retry_may_succeed() -> None:
    async with scripted(refuse(429, **FAST), ANSWER) as server, client() as one:
        told = await ask(one, server.base_url)
        assert (told.text, told.error, len(told.retries), len(told.of(Connecting))) == ("Hello", None, 1, 2)
        assert server.requests[0].body == server.requests[1].body


async def test_exhausted_quota_is_not_tried_again() -> None:
    body = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
    async with scripted(refuse(429, body, **FAST)) as server, client() as one:
        told = await ask(one, server.base_url)
        assert told.error is not None
        assert (told.error.kind, told.error.code, len(server.requests)) == (Kind.QUOTA, "insufficient_quota", 1)


@pytest.mark.parametrize(("wait", "seconds"), [("86400", 86400.0), ("61", 61.0)])
async def test_a_long_wait_is_told_and_not_waited(wait: str, seconds: float) -> None:
    async with scripted(refuse(429, retry_after=wait)) as server, client() as one:
        told = await ask(one, server.base_url)
        assert told.error is not None
        assert (told.error.retry_after, len(server.requests)) == (seconds, 1)


async def test_the_server_may_forbid_and_ask_for_a_retry() -> None:
    async with scripted(refuse(503, x_should_retry="false")) as server, client() as one:
        await ask(one, server.base_url)
        assert len(server.requests) == 1
    async with scripted(refuse(400, x_should_retry="true", **FAST), ANSWER) as server, client() as one:
        assert (await ask(one, server.base_url)).text == "Hello"


async def test_when_everything_fails_an_account_stops_retrying() -> None:
    async with scripted(refuse(503, **FAST)) as server, client() as one:
        for _ in range(4):
            await ask(one, server.base_url)
        assert len(server.requests) == 4 + 5  # five tokens in the bucket


async def test_after_text_nothing_is_sent_again() -> None:
    async with scripted([head(), *HELLO[:2], RESET]) as server, client() as one:
        told = await ask(one, server.base_url)
        assert told.error is not None
        assert (told.error.kind, told.text, len(server.requests)) == (Kind.INTERRUPTED, "Hel", 1)


async def test_a_kept_connection_that_had_died_costs_one_silent_second_request() -> None:
    body = b"".join(HELLO)
    calls = 0

    def script(asked: Request) -> Script:
        nonlocal calls
        calls += 1
        return [RESET] if calls == 2 else [head(content_length=str(len(body))), body, KEEP]

    async with scripted(script) as server, client() as one:
        assert (await ask(one, server.base_url)).text == "Hello"
        told = await ask(one, server.base_url)
        assert (told.text, told.error, len(server.requests)) == ("Hello", None, 3)


async def test_no_answer_on_a_fresh_connection_is_not_tried_again() -> None:
    async with scripted([RESET]) as server, client() as one:
        told = await ask(one, server.base_url)
        assert told.error is not None
        assert (told.error.kind, told.error.code, len(server.requests)) == (Kind.NOT_REACHED, "no_answer", 1)
        assert "billed" in told.error.advice


# ---------------------------------------------------------------------------------------------------- negotiation

UNKNOWN = "Extra inputs are not permitted: stream_options"
CASES: list[tuple[Any, dict[str, Any], dict[str, Any], str]] = [
    # the server's words, what the user set, what is learnt, the field that must be gone
    (UNKNOWN, {}, {"include_usage": False}, "stream_options"),
    ({"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}]}, {}, {"include_usage": False}, "stream_options"),
    ("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", {"max_tokens": 9}, {"max_tokens_field": "max_completion_tokens"}, "max_tokens"),
    ("property 'max_completion_tokens' is unsupported", {"max_completion_tokens": 9}, {"max_tokens_field": "max_tokens"}, "max_completion_tokens"),
    ("Model m does not support parameter reasoningEffort.", {"reasoning_effort": "low"}, {"effort": "nothing"}, "reasoning_effort"),
    ("Unrecognized request argument supplied: reasoning_effort", {"reasoning_effort": "low"}, {"effort": "nothing"}, "reasoning_effort"),
    ("`stream` is not supported for this model", {}, {"streams": False}, "stream"),
]  # fmt: skip


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(("words", "params", "learned", "gone"), CASES)
async def test_a_refused_field_costs_one_second_request_and_is_remembered(
    status: int, words: Any, params: dict[str, Any], learned: dict[str, Any], gone: str
) -> None:
    async with scripted(refuse(status, words), ANSWER) as server, client() as one:
        told = await ask(one, server.base_url, request(params=params))
        assert (told.text, told.error, told.retries, len(server.requests)) == ("Hello", None, [], 2)
        assert gone in server.requests[0].json
        assert gone not in server.requests[1].json
        (known,) = told.of(Learned)
        assert {name: known.traits[name] for name in learned} == learned
        again = await ask(one, account(server.base_url, traits=Traits(**learned)), request(params=params))
        assert (again.text, len(server.requests)) == ("Hello", 3)


async def test_a_system_message_may_have_to_be_said_otherwise() -> None:
    from chatgui.core.message import Role
    from tests.wire.reading import said

    history = (said(Role.SYSTEM, "Be brief."), said(Role.USER, "Hello"))
    async with (
        scripted(
            refuse(400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."), ANSWER
        ) as server,
        client() as one,
    ):
        told = await ask(one, server.base_url, request(history=history))
        assert told.text == "Hello"
        assert server.requests[1].json["messages"] == [{"role": "user", "content": "Be brief.\n\nHello"}]


async def test_a_field_refused_twice_is_an_error() -> None:
    async with scripted(refuse(422, UNKNOWN)) as server, client() as one:
        told = await ask(one, server.base_url)
        assert told.error is not None
        assert (told.error.status, len(server.requests)) == (422, 2)


async def test_an_accepted_field_is_remembered_too() -> None:
    async with (
        scripted(
            [head(), *sse(chunk({"reasoning": "hm"}), chunk({"content": "a"}), {**STOP, "usage": {"total_tokens": 2}})]
        ) as server,
        client() as one,
    ):
        (known,) = (await ask(one, server.base_url)).of(Learned)
        assert known.traits == {"include_usage": True, "usage_in_stream": True, "reasoning_field": "reasoning"}
        again = await ask(one, account(server.base_url, traits=Traits(**known.traits)))
        assert again.of(Learned) == []


async def test_what_an_account_never_says_is_remembered_too() -> None:
    async with scripted(ANSWER) as server, client() as one:
        (known,) = (await ask(one, server.base_url, request(params={"reasoning_effort": "low"}))).of(Learned)
        assert (known.traits["usage_in_stream"], known.traits["effort"]) == (False, "reasoning_effort")
        again = await ask(one, account(server.base_url, traits=Traits(include_usage=True, usage_in_stream=True)))
        assert again.of(Learned) == []


# ---------------------------------------------------------------------------------------------------- keys and hosts


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_told_and_never_followed(status: int) -> None:
    async with scripted(ANSWER) as other, client() as one:
        async with scripted([head(status, location=f"{other.url}/v1/chat/completions")]) as server:
            told = await ask(one, account(server.base_url, headers=(("x-api-key", KEY.reveal()),)), secret=KEY)
        assert told.error is not None
        assert other.connections == 0
        assert other.url.removeprefix("http://") in told.error.message
        assert server.url.removeprefix("http://") in told.error.message


async def test_a_key_the_server_repeats_is_not_told() -> None:
    for status in (401, 200):
        async with scripted(refuse(status, f"Bad key {KEY.reveal()} for you")) as server, client() as one:
            told = await ask(one, server.base_url, secret=KEY)
            assert KEY.reveal() not in repr(told.deltas) + repr(told.error and told.error.failure)
            assert "Bad key" in repr(told.deltas) + repr(told.error)


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-\u2026", "sk-a\u200b"])
async def test_a_malformed_key_never_leaves(key: str) -> None:
    from chatgui.core.secret import Secret

    async with scripted(ANSWER) as server, client() as one:
        told = await ask(one, server.base_url, secret=Secret(key))
        assert told.error is not None
        assert (told.error.kind, server.connections) == (Kind.AUTHENTICATION, 0)


@pytest.mark.parametrize("bad", [("X-Bad", "a\nb"), ("X-Bad", "schlüssel…"), ("X Bad", "a"), ("", "a")])
async def test_a_header_that_cannot_be_sent_is_told_without_its_value(bad: tuple[str, str]) -> None:
    async with scripted(ANSWER) as server, client() as one:
        told = await ask(one, account(server.base_url, headers=(bad,)))
        assert told.error is not None
        assert told.error.kind is Kind.PROTOCOL
        assert bad[1] not in str(told.error) or len(bad[1]) == 1


# ---------------------------------------------------------------------------------------------------- models, records


async def test_models_page_by_page() -> None:
    def script(asked: Request) -> Script:
        first = "after_id" not in asked.target
        return [answer({"data": [{"id": "a" if first else "b"}], "has_more": first, "last_id": "a"})]

    async with scripted(script) as server, client() as one:
        assert [model.id for model in await one.models(account(server.base_url), KEY)] == ["a", "b"]
        assert server.requests[0].target == "/v1/models"
        assert server.requests[0].method == "GET"


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([answer({"error": {"message": "no"}}, 401)], Kind.AUTHENTICATION),
        ([answer("404 page not found", 404)], Kind.NOT_FOUND),
        ([answer({"hello": 1})], Kind.PROTOCOL),
        ([answer("<html>", 200, "text/html")], Kind.PROTOCOL),
        ([answer({"error": "unauthorized"}, 200)], Kind.AUTHENTICATION),
        ([answer({"success": False, "errors": [{"message": "unauthorized"}]}, 200)], Kind.AUTHENTICATION),
    ],
)
async def test_no_list_of_models(script: Script, kind: Kind) -> None:
    from chatgui.core.errors import ChatError

    async with scripted(script) as server, client() as one:
        with pytest.raises(ChatError) as caught:
            await one.models(account(server.base_url), None)
        assert caught.value.kind is kind
        assert len(server.requests) == 1


async def test_a_record_of_what_went_over_the_wire() -> None:
    records: list[WireRecord] = []
    async with scripted(refuse(429, **FAST), ANSWER) as server, client() as one:
        await ask(one, server.base_url, secret=KEY, record=records.append)
    first, second = records
    assert (first.method, first.status, second.status) == ("POST", 429, 200)
    assert json.loads(second.body)["model"] == "m"
    assert second.chunks.whole == b"".join(HELLO)
    assert KEY.reveal() not in repr(records)


async def test_an_error_inside_the_stream_keeps_what_came_and_what_follows() -> None:
    body = sse(
        chunk({"content": "a"}),
        {"error": {"message": "Broken.", "code": 502}},
        {"choices": [], "usage": {"total_tokens": 9}},
    )
    async with scripted([head(x_request_id="req_9"), *body]) as server, client() as one:
        told = await ask(one, server.base_url)
        (failed,) = told.of(ErrorDelta)
        assert (failed.failure.message, failed.failure.status, failed.failure.request_id) == ("Broken.", 502, "req_9")
        assert (told.text, told.reply.usage.total_tokens, told.error) == ("a", 9, None)
        assert len(server.requests) == 1


async def test_closing_twice_and_without_ever_asking() -> None:
    one = Client()
    await one.aclose()
    await one.aclose()
