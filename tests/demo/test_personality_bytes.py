"""Each provider system's personality, byte for byte over a real socket: streams, errors before and inside, models."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from chatgui.demo.server import Server, serve
from tests.demo.raw import ask, request, send

WORDS = "demo error mid-stream"
FOUR: dict[str, Any] = {"max_tokens": 4, "reasoning_effort": "off", "stream_options": {"include_usage": True}}


def still(body: bytes) -> bytes:
    """`body` with what differs from run to run made equal: ids and times."""
    return re.sub(rb'"created":\d{10}', b'"created":1', re.sub(rb"chatcmpl-demo-\d+", b"ID", body))


STREAMS: dict[tuple[str, str], bytes] = {
    ("privatemind", "privatemind"): (
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant"},"index":0}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":"##"},"index":0}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":" Welcom"},"index":0}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":"e"},"index":0}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":"\\n\\nThis"},"index":0}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{},"index":0,"finish_reason":"length"}],'
        b'"usage":{"prompt_tokens":4,"completion_tokens":4,"total_tokens":8}}\n\n'
        b"data: [DONE]\n\n"
    ),
    ("mira", "mira"): (
        b'data: {"id":"ID","object":"chat.completion.chunk","created":1,"model":"mira",'
        b'"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","created":1,"model":"mira",'
        b'"choices":[{"index":0,"delta":{"content":"##"},"finish_reason":null}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","created":1,"model":"mira",'
        b'"choices":[{"index":0,"delta":{"content":" Welcom"},"finish_reason":null}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","created":1,"model":"mira",'
        b'"choices":[{"index":0,"delta":{"content":"e"},"finish_reason":null}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","created":1,"model":"mira",'
        b'"choices":[{"index":0,"delta":{"content":"\\n\\nThis"},"finish_reason":null}]}\n\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","created":1,"model":"mira",'
        b'"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\n'
        b"data: [DONE]\n\n"
    ),
    ("yuhuan", "yuhuan"): (
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"##"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" Welcom"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"e"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"\\n\\nThis"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","usage":{"prompt_tokens":4,"completion_tokens":4,'
        b'"total_tokens":8,"completion_tokens_details":{"reasoning_tokens":0}}}\n'
        b"data: [DONE]\n"
    ),
    ("kindo", "kindo"): (
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant","content":""}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":"##"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":" Welcom"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":"e"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{"content":"\\n\\nThis"}}]}\n'
        b'data: {"id":"ID","object":"chat.completion.chunk","choices":[{"delta":{},"finish_reason":"length"}]}\n'
        b"data: [DONE]\n"
    ),
    ("tokenhub", "gpt-4o"): (
        b'data: {"choices":[{"delta":{"content":"##"}}]}\n'
        b'data: {"choices":[{"delta":{"content":" Welcom"}}]}\n'
        b'data: {"choices":[{"delta":{"content":"e"}}]}\n'
        b'data: {"choices":[{"delta":{"content":"\\n\\nThis"}}]}\n'
        b'data: {"choices":[{"delta":{},"finish_reason":"length"}],'
        b'"usage":{"prompt_tokens":4,"completion_tokens":4,"total_tokens":8}}\n'
        b"data: [DONE]\n"
    ),
    ("tokenhub", "gpt-4o-mini"): (  # an upstream that neither counts nor says why it ends
        b'data: {"choices":[{"delta":{"content":"##"}}]}\n'
        b'data: {"choices":[{"delta":{"content":" Welcom"}}]}\n'
        b'data: {"choices":[{"delta":{"content":"e"}}]}\n'
        b'data: {"choices":[{"delta":{"content":"\\n\\nThis"}}]}\n'
        b"data: [DONE]\n"
    ),
}


@pytest.mark.parametrize(("name", "model"), STREAMS, ids="-".join)
async def test_a_stream_is_the_systems_own_byte_for_byte(name: str, model: str) -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, name, "hello", model=model, **FOUR)
    assert still(answer.body) == STREAMS[name, model]
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.ended


REASONING: dict[tuple[str, str], bytes] = {
    ("privatemind", "privatemind"): b'"choices":[{"delta":{"reasoning":"A"},"index":0}]',
    ("privatemind", "fast"): b'"choices":[{"delta":{"reasoning":"A"},"index":0}]',
    ("mira", "mira-thinking"): b'"choices":[{"index":0,"delta":{"thinking":"A"},"finish_reason":null}]',
    ("mira", "mira-max"): b'"choices":[{"index":0,"delta":{"thinking_content":"A"},"finish_reason":null}]',
    ("yuhuan", "yuhuan"): b'"choices":[{"index":0,"delta":{"reasoning_content":"A"}}]',
}


@pytest.mark.parametrize(("name", "model"), REASONING, ids="-".join)
async def test_reasoning_is_spelt_as_the_system_spells_it(name: str, model: str) -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, name, "hello", model=model, max_tokens=1)
    assert REASONING[name, model] in answer.body


@pytest.mark.parametrize(
    ("name", "model"),
    [("mira", "mira"), ("mira", "mira-pro"), ("yuhuan", "yuhuan-lite"), ("kindo", "kindo"), ("tokenhub", "gpt-4o")],
)
async def test_the_others_do_not_reason(name: str, model: str) -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, name, "hello", model=model)
    assert not re.search(rb'"(reasoning|reasoning_content|thinking|thinking_content)":', answer.body)


async def test_usage_of_yuhuan_comes_only_when_asked_for() -> None:
    async with serve(pace=0) as server:
        assert b"usage" not in (await ask(server, "yuhuan", "hello", max_tokens=4)).body


async def test_usage_of_privatemind_comes_unasked() -> None:
    async with serve(pace=0) as server:
        assert b'"usage":{"prompt_tokens":4,' in (await ask(server, "privatemind", "hello", max_tokens=4)).body


ERRORS: dict[tuple[str, str], tuple[int, str, bytes]] = {
    ("privatemind", "402"): (
        402,
        "",
        b'{"error":{"message":"The budget of this key is spent.","type":"billing_error","code":"budget_exceeded"}}',
    ),
    ("privatemind", "429"): (
        429,
        "",
        (
            b'{"error":{"message":"Too many requests per minute for this key.","type":"rate_limit_error",'
            b'"code":"rpm_exceeded"}}'
        ),
    ),
    ("mira", "401"): (401, "", b'{"detail":"Invalid API key"}'),
    ("mira", "429"): (429, "60", b'{"detail":"Rate limit exceeded. Try again in 60 seconds."}'),
    ("yuhuan", "context_length_exceeded"): (
        400,
        "",
        (
            b'{"error":{"type":"invalid_request_error","message":"The context is longer than the model allows.",'
            b'"code":"context_length_exceeded","param":"messages"}}'
        ),
    ),
    ("yuhuan", "model_tier_restricted"): (
        403,
        "",
        (
            b'{"error":{"type":"permission_error","message":"The model is not part of your tier.",'
            b'"code":"model_tier_restricted","param":"model"}}'
        ),
    ),
    ("yuhuan", "key_revoked"): (
        401,
        "",
        (
            b'{"error":{"type":"authentication_error","message":"This API key has been revoked.","code":"key_revoked",'
            b'"param":null}}'
        ),
    ),
    ("kindo", "401"): (401, "", b'{"error":"Unauthorized"}'),
    ("kindo", "403"): (
        403,
        "",
        (
            b'{"error":{"message":"Your organisation may not use this model.","type":"permission_error","param":"model",'
            b'"code":"model_access_denied"}}'
        ),
    ),
    ("kindo", "502"): (
        502,
        "",
        (
            b'{"error":{"message":"The upstream answered with an empty body.","type":"server_error","param":null,'
            b'"code":"upstream_empty_body"}}'
        ),
    ),
    ("tokenhub", "401"): (
        401,
        "",
        b'{"error":{"message":"Invalid API key.","type":"authentication_error","code":"invalid_api_key"}}',
    ),
    ("tokenhub", "503"): (
        503,
        "",
        b'{"error":{"message":"No upstream is available.","type":"server_error","code":"service_unavailable"}}',
    ),
}


@pytest.mark.parametrize(("name", "what"), ERRORS, ids="-".join)
async def test_an_error_before_the_stream_is_the_systems_own(name: str, what: str) -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, name, f"Please: demo error {what}.")
    assert (answer.status, answer.headers.get("retry-after", ""), answer.body) == ERRORS[name, what]
    assert answer.headers["content-type"] == "application/json"


async def test_kindo_passes_an_upstream_error_on_with_its_own_content_type() -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, "kindo", "demo error 503")
    assert answer.headers["content-type"] == "text/html"
    assert answer.body.startswith(b"<html>")


@pytest.mark.parametrize("name", ["privatemind", "mira", "yuhuan", "kindo", "tokenhub", "demo"])
async def test_the_bad_key_is_refused_as_the_system_refuses_keys(name: str) -> None:
    async with serve(pace=0) as server:
        refused = await ask(server, name, "hello", key="bad-key")
        ordered = await ask(server, name, "demo error 401")
    assert (refused.status, refused.body) == (401, ordered.body)


async def test_privatemind_keys_have_two_parts_and_kindo_keys_two_headers() -> None:
    async with serve(pace=0) as server:
        assert (await ask(server, "privatemind", "hello", key="id:bad-key")).status == 401
        assert (await ask(server, "privatemind", "hello", key="id:good")).status == 200
        assert (await send(server, request("/kindo/v1/models", x_api_key="bad-key"))).status == 401
        assert (await send(server, request("/kindo/v1/models", x_api_key="good"))).status == 200


async def mid_stream(server: Server, name: str) -> tuple[list[bytes], bool]:
    answer = await ask(server, name, WORDS)
    return [still(chunk) for chunk in answer.chunks], answer.ended


async def test_privatemind_fails_mid_stream_with_an_error_chunk() -> None:
    async with serve(pace=0) as server:
        chunks, ended = await mid_stream(server, "privatemind")
    said = b'{"error":{"message":"The server had an error in mid-answer.","type":"server_error","code":"server_error"}}'
    assert chunks[-1] == b"data: " + said + b"\n\n"
    assert b'"content":' in chunks[-2]
    assert ended


async def test_mira_fails_mid_stream_with_an_error_in_place_of_choices() -> None:
    async with serve(pace=0) as server:
        chunks, ended = await mid_stream(server, "mira")
    assert chunks[-1] == b'data: {"error":{"message":"Generation failed","type":"server_error"}}\n\n'
    assert b'"content":' in chunks[-2]
    assert ended


async def test_yuhuan_fails_mid_stream_with_an_error_chunk() -> None:
    async with serve(pace=0) as server:
        chunks, ended = await mid_stream(server, "yuhuan")
    said = (
        b'"type":"server_error","message":"The server had an error in mid-answer.","code":"server_error","param":null'
    )
    assert chunks[-1] == b'data: {"error":{' + said + b"}}\n"
    assert b'"content":' in chunks[-2]
    assert ended


async def test_kindo_fails_mid_stream_with_a_named_event_and_then_the_end_mark() -> None:
    async with serve(pace=0) as server:
        chunks, ended = await mid_stream(server, "kindo")
    said = b'{"error":{"message":"The stream ended early.","type":"server_error","code":"stream_error"}}'
    assert chunks[-2:] == [b"event: error\ndata: " + said + b"\n", b"data: [DONE]\n"]
    assert b'"content":' in chunks[-3]
    assert ended


async def test_tokenhub_fails_mid_stream_by_dropping_the_connection() -> None:
    async with serve(pace=0) as server:
        chunks, ended = await mid_stream(server, "tokenhub")
    assert b'"content":' in chunks[-1]
    assert not ended


MODELS: dict[str, bytes] = {
    "mira": b'{"object":"list","data":[{"id":"mira","object":"model","created":1,"owned_by":"chatgui"},',
    "yuhuan": b'{"object":"list","data":[{"id":"yuhuan","object":"model","created":1,"owned_by":"chatgui"},',
    "kindo": b'{"object":"list","data":[{"id":"kindo","object":"model","created":0,"owned_by":"kindo"},',
    "tokenhub": b'{"object":"list","data":[{"id":"tokenhub","object":"model","created":1,"owned_by":"chatgui"},',
    "privatemind": b'{"object":"list","data":[{"id":"privatemind","object":"model","context_length":131072,'
    b'"model_type":"chat","capabilities":{"streaming":true,"tools":true,"vision":false,"reasoning":true},'
    b'"supported_parameters":["temperature","top_p","max_tokens","stop","tools","reasoning","reasoning_effort"],'
    b'"aliases":["fast"]},',
}


@pytest.mark.parametrize("name", MODELS)
async def test_the_list_of_models_is_the_systems_own(name: str) -> None:
    async with serve(pace=0) as server:
        answer = await send(server, request(f"/{name}/v1/models"))
    assert still(answer.body).startswith(MODELS[name])


WHOLE: dict[str, Callable[[dict[str, object]], bool]] = {
    "privatemind": lambda body: "reasoning" in str(body["choices"]) and "usage" in body,
    "mira": lambda body: "thinking_tokens" in str(body["usage"]),
    "yuhuan": lambda body: "reasoning_content" in str(body["choices"]) and "usage" in body,
    "kindo": lambda body: "usage" not in body,
    "tokenhub": lambda body: "usage" in body,
}


@pytest.mark.parametrize("name", WHOLE)
async def test_a_whole_answer_has_the_systems_own_keys(name: str) -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, name, "hello", stream=False)
    assert answer.headers["content-type"] == "application/json"
    assert WHOLE[name](answer.json)


@pytest.mark.parametrize(("model", "key"), [("mira-thinking", "thinking"), ("mira-max", "thinking_content")])
async def test_both_documented_names_of_mira_reasoning_occur(model: str, key: str) -> None:
    async with serve(pace=0) as server:
        answer = await ask(server, "mira", "hello", model=model, stream=False)
    message = answer.json["choices"][0]["message"]
    assert message[key]
    assert answer.json["usage"]["thinking_tokens"] > 0


async def test_mira_has_limits() -> None:
    many = [{"role": "user", "content": "hello"}] * 201
    async with serve(pace=0) as server:
        assert (await ask(server, "mira", "x" * 32_001)).json == {
            "detail": "Message too long: at most 32000 characters"
        }
        assert (await ask(server, "mira", "x" * 32_000)).status == 200
        assert (await ask(server, "mira", "", messages=many)).json["detail"].startswith("Too many messages")
