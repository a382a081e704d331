"""The account doctor over real sockets: what it says of every personality, every refusal and every broken network."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chatgui.chat.doctor import PATIENT, QUESTION, Doctor, Finding, Limits
from chatgui.chat.findings import learnt
from chatgui.core.account import Account, KeySource, Network
from chatgui.core.errors import Kind
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret
from chatgui.demo.personalities import PERSONALITIES
from chatgui.demo.server import BAD_KEY, serve
from tests.chat.conftest import add_account
from tests.support.canary import CANARY
from tests.support.scripted import HANG, Request, Script, answer, head, scripted, sse

Opened = Callable[[], Any]
QUICK = Limits(connect=0.5, models=0.5, byte=0.5, answer=1.0)
MODELS = answer({"object": "list", "data": [{"id": "m", "object": "model"}]})
PONG = [
    head(),
    *sse({"choices": [{"delta": {"content": "pong"}}]}, {"choices": [{"delta": {}, "finish_reason": "stop"}]}),
]


async def examined(
    session: Any, account: Account, secret: Secret | None = None, limits: Limits = PATIENT, question: str = QUESTION
) -> list[Finding]:
    """What the doctor finds."""
    doctor = Doctor(session.accounts, session.client, limits, question)
    return [finding async for finding in doctor.examine(account, secret)]


def failure(findings: list[Finding]) -> Finding:
    """The one finding that is bad: it is the last, and it says what to do."""
    bad = [finding for finding in findings if finding.good is False]
    assert bad == findings[-1:], findings
    assert bad[0].advice, "a failure without a next action"
    return bad[0]


def said(findings: list[Finding], step: str) -> Finding:
    """What was found at a step."""
    return next(finding for finding in findings if finding.step == step)


def talking(chat: Script | Callable[[Request], Script], models: Script = (MODELS,)) -> Callable[[Request], Script]:
    """A server with a list of models and this way of chatting."""

    def script(request: Request) -> Script:
        if request.target.endswith("/models"):
            return models
        return chat(request) if callable(chat) else chat

    return script


# Personalities: usage reported, reasoning seen, and what the account is known to do from now on

PERSONAL = {
    "demo": (True, True, "reasoning_content"),
    "privatemind": (True, True, "reasoning"),
    "mira": (None, None, None),
    "yuhuan": (True, True, "reasoning_content"),
    "kindo": (None, None, None),
    "tokenhub": (True, None, None),
    "slow": (True, True, "reasoning_content"),
    "tools": (True, True, "reasoning_content"),
    "chatter": (True, None, None),
    "long": (None, True, None),
}


async def test_every_personality_works_and_what_it_does_is_remembered(opened: Opened) -> None:
    async with serve(pace=0) as server, opened() as session:
        for name, (usage, reasoning, field) in PERSONAL.items():
            account = await add_account(session, server.base(name), name=f"The {name}", default_model="")
            findings = await examined(session, account)
            assert [one.step for one in findings][:5] == [
                "Find the key", "Find the address", "Connect", "List models", "Stream an answer",
            ]  # fmt: skip
            assert [one for one in findings if one.good is False] == []
            assert (said(findings, "Token usage").good, said(findings, "Reasoning").good) == (usage, reasoning), name
            kept = session.accounts.by_id(account.id)
            assert kept.last_test.startswith("Works, ")
            assert kept.traits.reasoning_field == field
            if name != "long":  # too long to be read to its end, so nothing is known of its usage
                assert kept.traits.usage_in_stream is (usage is True)
            assert session.accounts.known_models(account.id)


def test_the_table_has_every_personality() -> None:
    assert {*PERSONAL, "broken"} == {one.name for one in PERSONALITIES}


async def test_a_personality_that_thinks_by_model_is_seen_to_think(opened: Opened) -> None:
    async with serve(pace=0) as server, opened() as session:
        account = await add_account(session, server.base("mira"), default_model="mira-thinking")
        assert said(await examined(session, account), "Reasoning").good


BREAKS = {
    "drop": (Kind.INTERRUPTED, "broke"),
    "cut": (Kind.INTERRUPTED, "before saying it was finished"),
    "reset": (Kind.INTERRUPTED, "broke"),
    "stall": (Kind.INTERRUPTED, "fell silent"),
    "empty": (Kind.PROTOCOL, "empty reply"),
    "html": (Kind.PROTOCOL, "web page"),
}


async def test_broken_streams_are_told_apart(opened: Opened) -> None:
    async with serve(pace=0) as server, opened() as session:
        for how, (kind, words) in BREAKS.items():
            account = await add_account(session, server.base("broken"), name=how, default_model="broken")
            limits = QUICK if how == "stall" else PATIENT
            bad = failure(await examined(session, account, limits=limits, question=f"please {how}"))
            assert (bad.step, bad.kind) == ("Stream an answer", kind), how
            assert words in bad.words
            assert session.accounts.by_id(account.id).last_test.startswith("Failed at “Stream an answer”")


ERRORS = {
    "400": ("Stream an answer", Kind.INVALID_REQUEST),
    "402": ("Stream an answer", Kind.QUOTA),
    "403": ("Use the key", Kind.PERMISSION),
    "404": ("Stream an answer", Kind.NOT_FOUND),
    "413": ("Stream an answer", Kind.CONTEXT_TOO_LONG),
    "429": ("Stream an answer", Kind.RATE_LIMITED),
    "500": ("Stream an answer", Kind.UNAVAILABLE),
    "503": ("Stream an answer", Kind.UNAVAILABLE),
    "context_length_exceeded": ("Stream an answer", Kind.CONTEXT_TOO_LONG),
    "content_filter": ("Stream an answer", Kind.CONTENT_REFUSED),
    "mid-stream": ("Stream an answer", Kind.UNAVAILABLE),
}


async def test_what_a_provider_refuses_is_named_and_not_tried_twice(opened: Opened) -> None:
    asked: list[str] = []
    watch = lambda event, request: asked.append(request.path) if event == "asked" else None  # noqa: E731
    async with serve(pace=0, observe=watch) as server, opened() as session:
        for what, verdict in ERRORS.items():
            asked.clear()
            account = await add_account(session, server.base("demo"), name=what, default_model="demo")
            bad = failure(await examined(session, account, question=f"demo error {what}"))
            assert (bad.step, bad.kind) == verdict, what
            assert [path.rpartition("/v1/")[2] for path in asked] == ["models", "chat/completions"]


async def test_a_wrong_key_is_named_where_it_is_first_used(opened: Opened) -> None:
    async with serve(pace=0) as server, opened() as session:
        account = await add_account(session, server.base("kindo"), key_source=KeySource.SESSION)
        bad = failure(await examined(session, account, Secret(BAD_KEY)))
        assert (bad.step, bad.kind) == ("Use the key", Kind.AUTHENTICATION)
        assert "key" in bad.advice


async def test_a_server_that_wants_a_key_says_so_to_an_account_without(opened: Opened) -> None:
    refusal = answer({"error": "Unauthorized"}, 401)
    async with scripted([refusal]) as server, opened() as session:
        bad = failure(await examined(session, await add_account(session, server.base_url)))
        assert bad.advice == "This server wants a key. Enter one."


# Servers that are not quite what was meant


async def test_no_list_of_models_rules_nothing_out(opened: Opened) -> None:
    async with scripted(talking(PONG, [answer({"error": "nothing here"}, 404)])) as server, opened() as session:
        findings = await examined(session, await add_account(session, server.base_url))
        listed = said(findings, "List models")
        assert (listed.good, listed.advice) == (None, "Type the model’s name by hand.")
        assert said(findings, "Stream an answer").good


async def test_without_a_list_and_without_a_name_there_is_nobody_to_ask(opened: Opened) -> None:
    async with scripted(talking(PONG, [answer({}, 404)])) as server, opened() as session:
        bad = failure(await examined(session, await add_account(session, server.base_url, default_model="")))
        assert bad.advice == "Type the model’s name by hand."


async def test_a_model_that_is_not_listed_is_noticed_and_the_likely_one_named(opened: Opened) -> None:
    models = answer({"data": [{"id": "gpt-large"}, {"id": "gpt-small"}]})
    async with scripted(talking(PONG, [models])) as server, opened() as session:
        account = await add_account(session, server.base_url, default_model="gpt-lrage")
        listed = said(await examined(session, account), "List models")
        assert listed.words == "2 models. “gpt-lrage” is not among them."
        assert listed.advice == "Did you mean “gpt-large”?"


@pytest.mark.parametrize(("there", "given"), [("/api/v1", "/api"), ("/api", "/api/v1"), ("/v1", "/v2")])
async def test_a_wrong_path_is_told_and_the_right_one_named_but_not_used(
    opened: Opened, there: str, given: str
) -> None:
    def script(request: Request) -> Script:
        return [MODELS] if request.target == f"{there}/models" else [answer({"detail": "Not Found"}, 404)]

    async with scripted(script) as server, opened() as session:
        account = await add_account(session, server.url + given)
        findings = await examined(session, account)
        assert said(findings, "Look elsewhere").advice == f"Change the address of this account to {server.url}{there}"
        assert failure(findings).kind is Kind.NOT_FOUND
        assert session.accounts.by_id(account.id).base_url == server.url + given


async def test_a_server_without_any_of_it_is_told(opened: Opened) -> None:
    async with scripted([answer({"detail": "Not Found"}, 404)]) as server, opened() as session:
        findings = await examined(session, await add_account(session, server.base_url))
        assert said(findings, "Look elsewhere").words == f"There is no list of models at {server.url} either."
        assert failure(findings).kind is Kind.NOT_FOUND


async def test_a_login_page_is_no_provider(opened: Opened) -> None:
    page = answer("<!doctype html><title>Sign in</title>", content_type="text/html")
    async with scripted([page]) as server, opened() as session:
        bad = failure(await examined(session, await add_account(session, server.base_url)))
        assert (bad.step, bad.kind) == ("Stream an answer", Kind.PROTOCOL)
        assert "web page" in bad.words


async def test_an_empty_answer_is_none(opened: Opened) -> None:
    async with scripted(talking([answer(b"")])) as server, opened() as session:
        assert "empty reply" in failure(await examined(session, await add_account(session, server.base_url))).words


@pytest.mark.parametrize("chat", [[HANG], [head(), HANG], [head(), *([b": alive\n\n", 0.05] * 200)]])
async def test_a_server_that_stalls_is_waited_for_no_longer_than_the_limits(opened: Opened, chat: Script) -> None:
    async with scripted(talking(chat)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        began = time.monotonic()
        bad = failure(await examined(session, account, limits=QUICK))
        assert bad.kind in (Kind.TIMED_OUT, Kind.INTERRUPTED)
        assert time.monotonic() - began < 5
        await server.gone()


async def test_a_stalling_list_of_models_is_passed_over(opened: Opened) -> None:
    async with scripted(talking(PONG, [HANG])) as server, opened() as session:
        findings = await examined(session, await add_account(session, server.base_url), limits=Limits(models=0.3))
        assert said(findings, "List models").good is None
        assert said(findings, "Stream an answer").good


async def test_the_users_own_limits_hold_where_they_are_shorter(opened: Opened) -> None:
    async with scripted(talking([HANG])) as server, opened() as session:
        account = await add_account(session, server.base_url, network=Network(first_byte_timeout=0.1))
        bad = failure(await examined(session, account))
        assert "0.1 s" in bad.words


async def test_reasoning_is_asked_for_where_the_provider_says_the_model_has_it(opened: Opened) -> None:
    models = answer({"data": [{"id": "m", "supported_parameters": ["reasoning_effort"]}]})
    thought = [
        head(),
        *sse({"choices": [{"delta": {"reasoning": "hm"}}]}, {"choices": [{"delta": {"content": "pong"}}]}),
    ]
    chat: Callable[[Request], Script] = lambda request: thought if "reasoning_effort" in request.json else PONG  # noqa: E731
    async with scripted(talking(chat, [models])) as server, opened() as session:
        account = await add_account(session, server.base_url)
        assert said(await examined(session, account), "Reasoning").good
        assert session.accounts.by_id(account.id).traits.reasoning_field == "reasoning"


# What is learnt is used


def picky(request: Request) -> Script:
    """A server that knows no `stream_options`."""
    if "stream_options" in request.json:
        return [
            answer({"error": {"message": "Unknown parameter: stream_options", "type": "invalid_request_error"}}, 400)
        ]
    return PONG


async def test_what_the_doctor_learnt_the_next_request_knows(opened: Opened) -> None:
    async with scripted(talking(picky)) as server:
        async with opened() as session:
            account = await add_account(session, server.base_url)
            findings = await examined(session, account)
            assert "request for usage" in said(findings, "What was learnt").words
            assert session.accounts.by_id(account.id).traits.include_usage is False
        async with opened() as session:  # it outlives the program
            asked = len(server.requests)
            conversation = await session.new_conversation()
            assert (await (await session.send(conversation.id, "hi")).wait()).text == "pong"
            (request,) = server.requests[asked:]
            assert "stream_options" not in request.json


async def test_what_a_conversation_learnt_the_next_request_knows(opened: Opened) -> None:
    async with scripted(talking(picky)) as server, opened() as session:
        await add_account(session, server.base_url)
        conversation = await session.new_conversation()
        for _ in range(2):
            await (await session.send(conversation.id, "hi")).wait()
        assert ["stream_options" in request.json for request in server.requests] == [True, False, False]


async def test_another_server_begins_anew(opened: Opened) -> None:
    async with scripted(talking(picky)) as server, opened() as session:
        account = await add_account(session, server.base_url)
        await examined(session, account)
        kept = session.accounts.by_id(account.id)
        await session.accounts.edit(kept)
        assert session.accounts.by_id(account.id).traits.include_usage is False
        await session.accounts.forget_learnt(account.id)
        assert session.accounts.by_id(account.id).traits.include_usage is None
        mistral = await session.accounts.edit(replace(kept, provider="mistral"))
        assert mistral.traits.max_tokens_field == "max_tokens", "known before it is used"
        await session.accounts.learn(account.id, {"streams": False})
        assert "in one piece" in learnt(session.accounts.by_id(account.id))
        await session.accounts.forget_learnt(account.id)
        assert learnt(session.accounts.by_id(account.id)) == ""


async def test_an_account_that_is_not_kept_yet_leaves_nothing_behind(opened: Opened) -> None:
    async with scripted(talking(PONG)) as server, opened() as session:
        account = Account(new_id(), "Not yet", server.base_url, default_model="m")
        findings = await examined(session, account, Secret(CANARY))
        assert said(findings, "Stream an answer").good
        assert server.requests[-1].headers["authorization"] == f"Bearer {CANARY}"
        assert account.id not in {one.id for one in session.accounts.all()}
        assert session.accounts.known_models(account.id) == []
