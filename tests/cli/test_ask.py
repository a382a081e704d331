"""`chatgui ask`: words, lines, statuses."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
from typing import Any

import pytest

from chatgui.chat.session import open_session
from chatgui.core.assistant import Assistant
from tests.cli.conftest import USAGE, Program, chunk
from tests.support.canary import CANARY
from tests.support.scripted import HANG, KEEP, RESET, Request, answer, head, scripted, sse

GOOD = [
    head(),
    *sse(
        chunk({"role": "assistant", "reasoning_content": "Hm"}),
        chunk({"reasoning_content": "m."}),
        chunk({"content": "Hello"}),
        chunk({"content": " wörld 😀"}),
        chunk(finish="stop", usage=USAGE),
    ),
]
STRANGER = ("--model", "moon-1", "--base-url")


async def test_the_answer_is_the_output(chatgui: Program) -> None:
    """Nothing but the answer, ending in a line break; the reasoning only when asked for."""
    async with scripted(GOOD, GOOD) as server:
        done = await chatgui.real("ask", *STRANGER, server.base_url, "Hi")
        assert (done.status, done.out, done.err) == (0, "Hello wörld 😀\n", "")
        done = await chatgui.real("ask", "--reasoning", *STRANGER, server.base_url, "-", stdin="Hé\n".encode())
        assert done.out == "Hmm.\n\nHello wörld 😀\n"
        assert server.requests[-1].json["messages"] == [{"role": "user", "content": "Hé\n"}]


async def test_json_lines(chatgui: Program) -> None:
    """Every line as the contract says, in order of arrival; unknown numbers are null."""
    async with scripted(GOOD) as server:
        done = await chatgui.real("ask", "--jsonl", *STRANGER, server.base_url, "Hi")
    start, *middle, usage, end = done.lines
    assert start["type"] == "start"
    assert start["model"] == "moon-1"
    assert set(start) == {"type", "conversation", "message", "account", "model"}
    assert [(line["type"], line["text"]) for line in middle] == [
        ("reasoning", "Hm"), ("reasoning", "m."), ("content", "Hello"), ("content", " wörld 😀"),
    ]  # fmt: skip
    assert usage == {
        "type": "usage", "source": "reported", "prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5,
        "reasoning_tokens": None, "cached_tokens": None, "cost": None, "currency": None, "partial": False,
    }  # fmt: skip
    assert end["type"] == "end"
    assert end["finish_reason"] == "stop"
    assert end["deltas"] == 4
    assert end["ttft_ms"] <= end["duration_ms"]


async def test_lines_are_told_as_they_happen(chatgui: Program) -> None:
    """The first words are out while the server still waits with the rest."""
    go_on = asyncio.Event()
    first, *rest = sse(chunk({"content": "One"}), chunk({"content": " two"}), chunk(finish="stop"))
    async with scripted([head(), first, go_on, *rest]) as server:
        child = await chatgui.start("ask", "--jsonl", *STRANGER, server.base_url, "Hi")
        assert child.stdout
        assert json.loads(await child.stdout.readline())["type"] == "start"
        assert json.loads(await child.stdout.readline()) == {"type": "content", "text": "One"}
        go_on.set()
        out, _ = await child.communicate()
    assert b" two" in out
    assert child.returncode == 0


async def test_what_the_request_holds(chatgui: Program) -> None:
    """The system prompt, and parameters as JSON or as text."""
    async with scripted(GOOD) as server:
        await chatgui(
            "ask", "--system", "Be brief.", "--param", "temperature=0.5", "--param", "stop=END", "--param", 'x={"a":[1]}',
            *STRANGER, server.base_url, "Hi",
        )  # fmt: skip
        body = server.requests[0].json
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (body["temperature"], body["stop"], body["x"]) == (0.5, "END", {"a": [1]})


async def test_going_on_with_a_conversation(chatgui: Program) -> None:
    """The second question carries the first and its answer."""
    async with scripted(GOOD, GOOD) as server:
        first = await chatgui("ask", "--jsonl", *STRANGER, server.base_url, "One")
        name = first.lines[0]["conversation"]
        second = await chatgui("ask", "--jsonl", "--conversation", name, *STRANGER, server.base_url, "Two")
        assert second.lines[0]["conversation"] == name
        assert [one["content"] for one in server.requests[1].json["messages"]] == ["One", "Hello wörld 😀", "Two"]
    shown = (await chatgui("conversations", "show", name, "--json")).json
    assert [one["role"] for one in shown["messages"]] == ["user", "assistant"] * 2


async def test_nothing_is_kept_if_so_wished(chatgui: Program) -> None:
    """Neither the question nor the answer, alone or within a conversation."""
    async with scripted(GOOD, GOOD, GOOD) as server:
        kept = (await chatgui("ask", "--jsonl", *STRANGER, server.base_url, "One")).lines[0]["conversation"]
        await chatgui("ask", "--no-save", *STRANGER, server.base_url, "Two")
        await chatgui("ask", "--no-save", "--conversation", kept, "--system", "S", *STRANGER, server.base_url, "Three")
        assert [one["content"] for one in server.requests[2].json["messages"]] == [
            "S",
            "One",
            "Hello wörld 😀",
            "Three",
        ]
    (row,) = (await chatgui("conversations", "list", "--json")).json
    assert (row["id"], row["messages"]) == (kept, 2)


async def test_as_an_assistant(chatgui: Program) -> None:
    """Its account, model, system prompt and parameters; options beside it come first; kept or not, it is the same."""
    async with scripted(GOOD, GOOD, GOOD) as server:
        await chatgui("accounts", "add", "--name", "Sky", "--no-key", "--model", "usual", "--base-url", server.base_url)
        session = await open_session(chatgui.profile)
        sky = session.accounts.by_name("Sky").id
        await session.assistants.add(Assistant("p" * 24, "Pilot", sky, "moon-2", "You fly.", {"temperature": 0.5}))
        await session.close()
        await chatgui("ask", "--assistant", "pilot", "Up?")
        beside = ("--model", "moon-3", "--param", "top_p=1", "--system", "You land.")
        for more in ((), ("--no-save",)):
            await chatgui("ask", "--assistant", "Pilot", *beside, *more, "Down?")
        alone, *others = (request.json for request in server.requests)
    assert (alone["model"], alone["temperature"], "top_p" in alone) == ("moon-2", 0.5, False)
    assert alone["messages"][0] == {"role": "system", "content": "You fly."}
    for one in others:
        assert (one["model"], one["temperature"], one["top_p"]) == ("moon-3", 0.5, 1)
        assert one["messages"][0] == {"role": "system", "content": "You land."}
    rows = (await chatgui("conversations", "list", "--json")).json
    assert [row["model"] for row in rows] == ["moon-3", "moon-2"]
    nobody = await chatgui("ask", "--assistant", "Nobody", "Hi")
    assert (nobody.status, "There is no assistant “Nobody”" in nobody.err) == (2, True)


async def test_what_would_be_sent(chatgui: Program) -> None:
    """The request as JSON, without a key in it, and without sending or keeping anything."""
    async with scripted(GOOD) as server:
        done = await chatgui(
            "ask",
            "--dry-run",
            "--system",
            "S",
            "--key-env",
            "MOON_KEY",
            *STRANGER,
            server.base_url,
            "Hi",
            MOON_KEY=CANARY,
        )
        assert not server.requests
    assert done.json["body"]["messages"] == [{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}]
    assert CANARY not in done.out
    assert "$API_KEY" in done.out
    assert (await chatgui("conversations", "list", "--json")).json == []


async def test_the_demo_needs_nothing(chatgui: Program) -> None:
    """A fresh profile answers at once, with usage, and its server goes with the program."""
    done = await chatgui.real("ask", "--jsonl", "--param", "demo_pace=0", "Tell me of tables")
    assert done.status == 0
    assert {"start", "content", "usage", "end"} <= set(done.kinds)
    assert done.lines[0]["account"] == "Demo"


ERRORS: list[tuple[str, list[Any], int, str, int | None]] = [
    ("key", [answer({"error": {"message": "Wrong key", "code": "invalid_api_key"}}, 401)], 1, "authentication", 401),
    ("model", [answer({"error": {"message": "No such model", "code": "model_not_found"}}, 404)], 1, "not_found", 404),
    ("quota", [answer({"error": {"message": "Empty", "code": "insufficient_quota"}}, 429)], 1, "quota", 429),
    ("request", [answer({"error": {"message": "Bad"}}, 400)], 1, "invalid_request", 400),
]


@pytest.mark.parametrize(
    ("script", "status", "kind", "code"), [one[1:] for one in ERRORS], ids=[one[0] for one in ERRORS]
)
async def test_the_provider_says_no(chatgui: Program, script: Any, status: int, kind: str, code: int) -> None:
    """The status, one sentence with what to do, and the same as an object."""
    async with scripted(script) as server:
        done = await chatgui("ask", "--jsonl", *STRANGER, server.base_url, "Hi")
    assert done.status == status
    error = next(line for line in done.lines if line["type"] == "error")
    assert (error["kind"], error["status"], error["partial"]) == (kind, code, False)
    assert set(error) == {"type", "kind", "message", "status", "code", "retryable", "partial"}
    assert done.lines[-1]["type"] == "end"
    assert done.err.startswith("chatgui: ")
    assert done.err.count("\n") == 1
    assert "usage" not in done.kinds


async def test_a_retry_is_told(chatgui: Program) -> None:
    """With its number, its wait and its reason; on a terminal on standard error."""
    limited = [answer({"error": {"message": "Slow down"}}, 429, retry_after="0"), KEEP]
    async with scripted(limited, GOOD, limited, GOOD) as server:
        done = await chatgui.real("ask", "--jsonl", *STRANGER, server.base_url, "Hi")
        plain = await chatgui.real("ask", *STRANGER, server.base_url, "Hi")
    retry = next(line for line in done.lines if line["type"] == "retry")
    assert (retry["attempt"], retry["reason"]) == (2, "rate_limited")
    assert isinstance(retry["wait_s"], float | int)
    assert done.status == plain.status == 0
    assert plain.out == "Hello wörld 😀\n"
    assert "Trying again" in plain.err


async def test_a_stream_that_breaks(chatgui: Program) -> None:
    """What came is told and kept; the end says it was interrupted."""
    async with scripted([head(transfer_encoding="chunked"), b"3\r\nda", RESET]) as server:
        nothing = await chatgui.real("ask", "--jsonl", "--no-save", *STRANGER, server.base_url, "Hi")
    assert nothing.status == 1
    broken = sse(chunk({"content": "Half"}), done=False)[0]
    framed = b"%x\r\n%b\r\n" % (len(broken), broken)
    async with scripted([head(transfer_encoding="chunked"), framed, 0.2, RESET]) as server:
        done = await chatgui.real("ask", "--jsonl", *STRANGER, server.base_url, "Hi")
    assert done.status == 1
    error = next(line for line in done.lines if line["type"] == "error")
    assert (error["kind"], error["partial"]) == ("interrupted", True)
    assert done.lines[-1]["finish_reason"] == "interrupted"
    shown = (await chatgui("conversations", "show", done.lines[0]["conversation"], "--json")).json
    assert shown["messages"][1]["state"] == "interrupted"
    assert shown["messages"][1]["parts"] == [{"kind": "text", "text": "Half"}]


async def test_tool_calls_are_whole(chatgui: Program) -> None:
    """One line for a call, however many pieces it came in."""
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a"'}}
    second = {"index": 0, "function": {"arguments": ":1}"}}
    script = [head(), *sse(chunk({"tool_calls": [first]}), chunk({"tool_calls": [second]}), chunk(finish="tool_calls"))]
    async with scripted(script) as server:
        done = await chatgui("ask", "--jsonl", *STRANGER, server.base_url, "Hi")
    assert [line for line in done.lines if line["type"] == "tool_call"] == [
        {"type": "tool_call", "index": 0, "id": "c1", "name": "look", "arguments": '{"a":1}'}
    ]
    assert done.lines[-1]["finish_reason"] == "tool_calls"


async def test_nobody_there(chatgui: Program) -> None:
    """Refused: status 1, and what to do."""
    done = await chatgui.real("ask", "--jsonl", *STRANGER, "http://127.0.0.1:9/v1", "Hi")
    assert done.status == 1
    assert next(line["kind"] for line in done.lines if line["type"] == "error") == "not_reached"


@pytest.mark.parametrize("jsonl", [True, False])
async def test_ctrl_c_stops_and_keeps(chatgui: Program, jsonl: bool) -> None:
    """The server sees the connection close, what came is kept, the status is 130."""
    async with scripted([head(), *sse(chunk({"content": "Half"}), done=False), HANG]) as server:
        child = await chatgui.start("ask", *(["--jsonl"] if jsonl else []), *STRANGER, server.base_url, "Hi")
        assert child.stdout
        await child.stdout.readuntil(b"Half")
        child.send_signal(signal.SIGINT)
        await server.gone()
        out, err = await child.communicate()
    assert child.returncode == 130
    assert b"Traceback" not in err
    if jsonl:
        assert json.loads(out.splitlines()[-1])["finish_reason"] == "cancelled"
    (row,) = (await chatgui("conversations", "list", "--json")).json
    shown = (await chatgui("conversations", "show", row["id"], "--json")).json
    assert (shown["messages"][1]["state"], shown["messages"][1]["parts"][0]["text"]) == ("stopped", "Half")
    assert shown["messages"][1]["usage"]["partial"]


async def test_ctrl_c_before_anything_came(chatgui: Program) -> None:
    """While the server is silent: the question stays, no empty answer does."""
    async with scripted([HANG]) as server:
        child = await chatgui.start("ask", "--jsonl", *STRANGER, server.base_url, "Hi")
        await server.asked()
        child.send_signal(signal.SIGINT)
        await server.gone()
        await child.communicate()
    assert child.returncode == 130
    (row,) = (await chatgui("conversations", "list", "--json")).json
    assert row["messages"] == 1


async def test_a_reader_that_leaves(chatgui: Program) -> None:
    """`chatgui ask … | head -1`: the stream stops, without a traceback."""

    def talk(request: Request) -> Any:
        yield head()
        for number in range(10_000):
            yield sse(chunk({"content": f"word {number}\n"}), done=False)[0]
            yield 0.01

    async with scripted(talk) as server:
        child = await chatgui.start("ask", *STRANGER, server.base_url, "Hi")
        assert child.stdout
        assert child.stderr
        await child.stdout.readline()
        child.stdout._transport.close()  # type: ignore[attr-defined]  # as head does
        await server.gone()
        err = await child.stderr.read()
        await child.wait()
    assert err == b""
    assert child.returncode == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "--param", "x", "Hi"],
        ["ask", "--param", "stream=false", "Hi"],
        ["ask", "--account", "nobody", "Hi"],
        ["ask", "--conversation", "nothing", "Hi"],
        ["ask", "--base-url", "http://127.0.0.1:9/v1", "Hi"],
        ["ask", "--base-url", "ftp://x", "--model", "m", "Hi"],
        ["ask", "--base-url", "http://127.0.0.1:9", "--model", "m", "--account", "Demo", "Hi"],
        ["ask", "--key-env", "X", "Hi"],
        ["ask", "  "],
        ["frobnicate"],
        ["--log-level", "loud", "doctor"],
        ["conversations"],
        ["export", "--format", "markdown", "-o", "x"],
        ["export", "--format", "odt", "--all", "-o", "x"],
        ["usage", "--since", "yesterday"],
        ["import", "missing.json"],
        ["models", "nobody"],
    ],
    ids=" ".join,
)
async def test_wrong_use(chatgui: Program, arguments: list[str]) -> None:
    """Status 2, words on standard error, nothing on standard output."""
    done = await chatgui(*arguments)
    assert done.status == 2
    assert done.err
    assert not done.out


async def test_a_key_that_is_not_there(chatgui: Program) -> None:
    """An environment variable without a key: the local side failed."""
    done = await chatgui("ask", "--jsonl", "--key-env", "NO_SUCH_KEY", *STRANGER, "http://127.0.0.1:9/v1", "Hi")
    assert done.status == 3
    assert next(line["kind"] for line in done.lines if line["type"] == "error") == "vault"


async def test_on_a_terminal(chatgui: Program) -> None:
    """Reasoning is dimmed; an answer cannot drive the terminal."""
    evil = [
        head(),
        *sse(chunk({"reasoning_content": "Hm"}), chunk({"content": "\x1b]0;evil\x07 fine"}), chunk(finish="stop")),
    ]

    def run(request: Request) -> Any:
        return evil

    async with scripted(run) as server:
        screen, terminal = pty.openpty()
        child = await asyncio.create_subprocess_exec(
            *chatgui.command("ask", "--no-save", *STRANGER, server.base_url, "Hi"), stdin=terminal, stdout=terminal, stderr=terminal,
            env={**chatgui.env, "CHATGUI_PROFILE": str(chatgui.profile)},
        )  # fmt: skip
        os.close(terminal)
        await child.wait()
        shown = os.read(screen, 10_000).decode()
        os.close(screen)
    assert "\x1b[2mHm\x1b[0m" in shown
    assert "␛]0;evil␇ fine" in shown


async def test_arguments_that_are_no_text_are_read_as_well_as_can_be(chatgui: Program) -> None:
    """A byte of another encoding in a prompt, a system prompt or a search is a U+FFFD and no fault."""
    async with scripted(GOOD) as server:
        done = await chatgui.real("ask", "--system", "s\udcff", *STRANGER, server.base_url, "h\udce9")
        assert (done.status, done.err) == (0, "")
        assert [one["content"] for one in server.requests[-1].json["messages"]] == ["s\ufffd", "h\ufffd"]
    done = await chatgui.real("conversations", "search", "--json", "zz\udcff")
    assert (done.status, done.out) == (0, "[]\n")
