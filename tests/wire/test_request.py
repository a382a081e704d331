"""What is sent: what the user set, and nothing else."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chatgui.core.account import Traits
from chatgui.core.errors import AuthenticationError, UsageError
from chatgui.core.message import Attachment, Message, Reasoning, Role, State, Text
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.wire.request import GO_ON, Manner, body, headers, manner_of
from tests.wire.reading import account, request, said

USER, ASSISTANT, SYSTEM = Role.USER, Role.ASSISTANT, Role.SYSTEM


def made(asked: ChatRequest, **options: Any) -> dict[str, Any]:
    one = account(**options)
    return body(one, asked, manner_of(one, asked))


def test_nothing_but_what_is_needed() -> None:
    assert made(request("Hello")) == {
        "model": "m", "messages": [{"role": "user", "content": "Hello"}], "stream": True, "stream_options": {"include_usage": True},
    }  # fmt: skip


def test_parameters_of_the_account_then_of_the_conversation_then_the_free_body() -> None:
    sent = made(request(params={"temperature": 0.5, "seed": 7}), params={"temperature": 1, "top_p": 0.9},
                extra_body={"seed": 8, "stream_options": {"x": 1}, "top_p": None})  # fmt: skip
    assert (sent["temperature"], sent["seed"], sent["stream_options"]) == (0.5, 8, {"include_usage": True, "x": 1})
    assert "top_p" not in sent


def test_history_goes_without_reasoning_and_without_empty_or_failed_answers() -> None:
    answer = Message("a", ASSISTANT, (Reasoning("hm"), Text("Hi")), said(USER, "").created)
    failed = said(ASSISTANT, "half", State.FAILED)
    history = (
        said(SYSTEM, "Be brief."),
        said(USER, "1"),
        answer,
        said(USER, "2"),
        failed,
        said(USER, "3"),
        said(ASSISTANT, " "),
        said(USER, "4"),
    )
    assert made(request(history=history))["messages"] == [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "1"}, {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "2"}, {"role": "user", "content": "3"}, {"role": "user", "content": "4"},
    ]  # fmt: skip


def test_a_stopped_answer_stays_in_the_history() -> None:
    history = (said(USER, "1"), said(ASSISTANT, "half", State.STOPPED), said(USER, "2"))
    assert made(request(history=history))["messages"][1] == {"role": "assistant", "content": "half"}


def test_reasoning_goes_back_unmodified_where_the_account_needs_it() -> None:
    details = ({"type": "reasoning.encrypted", "data": "AAAA"},)
    answer = Message("a", ASSISTANT, (Reasoning("hm", details), Text("Hi")), said(USER, "").created)
    asked = request(history=(said(USER, "1"), answer, said(USER, "2")))
    sent = made(asked, traits=Traits(returns_reasoning=True, reasoning_field="reasoning"))
    assert sent["messages"][1] == {
        "role": "assistant",
        "content": "Hi",
        "reasoning": "hm",
        "reasoning_details": [*details],
    }


def test_what_the_account_is_known_to_refuse_is_not_sent() -> None:
    sent = made(
        request(params={"max_tokens": 5}),
        traits=Traits(include_usage=False, max_tokens_field="max_completion_tokens", system_role="developer"),
    )
    assert "stream_options" not in sent
    assert (sent["max_completion_tokens"], "max_tokens" in sent) == (5, False)


@pytest.mark.parametrize(
    ("url", "provider", "effort", "expected"),
    [
        ("https://api.openai.com/v1", "", "low", {"reasoning_effort": "low"}),
        ("https://openrouter.ai/api/v1", "", "low", {"reasoning": {"effort": "low"}}),
        ("https://openrouter.ai/api/v1", "", "none", {"reasoning": {"enabled": False}}),
        ("https://api.deepseek.com/v1", "", "high", {"thinking": {"type": "enabled"}}),
        ("https://api.z.ai/api/paas/v4", "", "off", {"thinking": {"type": "disabled"}}),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "", "off", {"enable_thinking": False}),
        (
            "http://127.0.0.1:8000/v1",
            "vllm",
            "off",
            {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}},
        ),
        ("https://api.privatemind.com/v1", "privatemind", "off", {"reasoning_effort": "off"}),
    ],
)
def test_reasoning_effort_in_each_provider_s_own_words(
    url: str, provider: str, effort: str, expected: dict[str, Any]
) -> None:
    sent = made(request(params={"reasoning_effort": effort}), url=url, provider=provider)
    assert {name: sent[name] for name in expected} == expected
    assert ("reasoning_effort" in sent) == ("reasoning_effort" in expected)


def test_an_effort_the_account_was_seen_to_refuse_is_left_out() -> None:
    assert "reasoning_effort" not in made(request(params={"reasoning_effort": "low"}), traits=Traits(effort="nothing"))


def test_dashscope_is_asked_for_increments() -> None:
    assert made(request(), url="https://dashscope.aliyuncs.com/compatible-mode/v1")["incremental_output"] is True


def attached(media_type: str, data: bytes, name: str = "file") -> Any:
    part = Attachment("0" * 64, media_type, name, len(data))
    message = Message("u", USER, (Text("Look"), part), said(USER, "").created)
    return made(ChatRequest("m", (message,), attachments={"0" * 64: data}))["messages"][0]["content"]


def test_attachments_go_as_parts() -> None:
    encoded = base64.b64encode(b"\x89PNG").decode()
    assert attached("image/png", b"\x89PNG") == [
        {"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}"}},
    ]  # fmt: skip
    assert attached("text/plain; charset=utf-8", b"abc", "a.txt") == "Look\n\na.txt:\n```\nabc\n```"
    assert attached("application/pdf", b"%PDF", "a.pdf")[1]["file"]["filename"] == "a.pdf"
    assert attached("audio/wav", b"RIFF")[1]["input_audio"]["format"] == "wav"


def test_a_missing_file_is_told() -> None:
    message = Message("u", USER, (Attachment("0" * 64, "image/png", "a.png", 1),), said(USER, "").created)
    with pytest.raises(UsageError, match=r"a\.png"):
        made(ChatRequest("m", (message,)))


@pytest.mark.parametrize(
    ("url", "provider", "last", "fields"),
    [
        ("https://api.deepseek.com/beta", "deepseek", {"role": "assistant", "content": "Half", "prefix": True}, {}),
        ("https://api.deepseek.com/v1", "deepseek", {"role": "user", "content": GO_ON}, {}),
        ("https://api.mistral.ai/v1", "", {"role": "assistant", "content": "Half", "prefix": True}, {}),
        ("https://api.moonshot.ai/v1", "", {"role": "assistant", "content": "Half", "partial": True}, {}),
        (
            "http://127.0.0.1:8000/v1",
            "vllm",
            {"role": "assistant", "content": "Half"},
            {"continue_final_message": True, "add_generation_prompt": False},
        ),
        ("https://api.openai.com/v1", "", {"role": "user", "content": GO_ON}, {}),
    ],
)
def test_going_on_with_a_broken_answer(url: str, provider: str, last: dict[str, Any], fields: dict[str, Any]) -> None:
    history = (said(USER, "1"), said(ASSISTANT, "Half \n", State.INTERRUPTED))
    sent = made(request(history=history, continuing=True), url=url, provider=provider)
    assert sent["messages"][-1] == last
    assert {name: sent.get(name) for name in fields} == fields


def test_not_streaming() -> None:
    sent = made(request(stream=False))
    assert "stream" not in sent
    assert "stream_options" not in sent


def test_joined_turns_where_a_server_wants_them_to_alternate() -> None:
    asked = request(history=(said(USER, "1"), said(USER, "2")))
    assert body(account(), asked, Manner(alternate=True))["messages"] == [{"role": "user", "content": "1\n\n2"}]


def test_headers() -> None:
    secret = Secret(" sk-1 ")
    assert ("Authorization", "Bearer sk-1") in headers(account(), secret)
    assert ("x-api-key", "sk-1") in headers(account(key_header="x-api-key"), secret)
    assert not any(name.lower() == "authorization" for name, _ in headers(account(), None))
    own = headers(account(headers=(("User-Agent", "mine"), ("X-Title", "t"))), None)
    assert [value for name, value in own if name.lower() == "user-agent"] == ["mine"]


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-…", "sk-a\u200bb", "sk a", "ключ"])
def test_a_key_that_cannot_be_sent_is_never_sent_nor_quoted(key: str) -> None:
    with pytest.raises(AuthenticationError) as caught:
        headers(account(), Secret(key))
    assert key not in str(caught.value)
