"""Every other command: what it prints, what it keeps, its statuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.markup import Heading, parse, plain
from tests.cli.conftest import USAGE, Program, chunk
from tests.support.canary import CANARY, traces
from tests.support.scripted import Request, answer, head, scripted, sse

MODELS = {"object": "list", "data": [{"id": "moon-1", "context_length": 128_000}, {"id": "moon-2"}]}
ANSWER = [
    head(),
    *sse(chunk({"reasoning_content": "Let me think."}), chunk({"content": "# Tides\n\nThe **moon**."}), chunk(finish="stop", usage=USAGE)),
]  # fmt: skip


def provider(request: Request) -> Any:
    """A server that lists models, answers who has the key, and refuses the others."""
    if request.headers.get("authorization") != f"Bearer {CANARY}":
        return [answer({"error": {"message": "Wrong key", "code": "invalid_api_key"}}, 401)]
    return [answer(MODELS)] if request.target.endswith("/models") else ANSWER


async def talked(chatgui: Program, *prompts: str) -> list[str]:
    """Conversations with one question each; their identifiers."""
    names = []
    async with scripted(lambda request: ANSWER) as server:
        for prompt in prompts:
            done = await chatgui("ask", "--jsonl", "--base-url", server.base_url, "--model", "moon-1", prompt)
            names.append(done.lines[0]["conversation"])
    return names


# Accounts


@pytest.mark.timeout(240)  # sixteen runs of the program
async def test_a_key_in_the_keyring_and_nowhere_else(with_keyring: Program, tmp_path: Path) -> None:
    """Added from standard input, used, refused, exported, removed: no file and no output ever holds it."""
    chatgui, said = with_keyring, ""
    async with scripted(provider) as server:
        for arguments, stdin, status in (
            (
                [
                    "accounts",
                    "add",
                    "--name",
                    "Moon",
                    "--base-url",
                    server.base_url,
                    "--model",
                    "moon-1",
                    "--key-stdin",
                ],
                CANARY,
                0,
            ),
            (["accounts", "add", "--name", "moon", "--base-url", server.base_url, "--no-key"], "", 2),
            (["accounts", "list"], "", 0),
            (["models", "Moon"], "", 0),
            (["ask", "--account", "Moon", "How?"], "", 0),
            (["--log-level", "debug", "ask", "--account", "Moon", "How?"], "", 0),
            (["accounts", "test", "Moon"], "", 0),
            (["accounts", "edit", "Moon", "--key-stdin"], "sk-another-key", 0),
            (["ask", "--account", "Moon", "--jsonl", "How?"], "", 1),
            (["models", "Moon", "--json"], "", 1),
            (["accounts", "test", "Moon"], "", 1),
            (["accounts", "edit", "Moon", "--name", "Sun", "--key-stdin"], CANARY, 0),
            (["ask", "--account", "sun", "How?"], "", 0),
            (["export", "--all", "--format", "json", "-o", str(tmp_path / "all.json")], "", 0),
            (["accounts", "remove", "Sun"], "", 0),
            (["ask", "--account", "Sun", "How?"], "", 2),
        ):
            done = await chatgui.real(*arguments, stdin=stdin.encode())
            said += done.out + done.err
            assert done.status == status, (arguments, done)
    assert CANARY not in said
    assert "sk-another-key" not in said
    assert not list(traces(tmp_path))
    assert not list(traces(tmp_path, key="sk-another-key"))


async def test_accounts_as_json(chatgui: Program) -> None:
    """Every field the contract names; unknown ones null."""
    await chatgui(
        "accounts", "add", "--name", "Moon", "--provider", "mira", "--key-env", "MOON_KEY", "--header", "X-Team: a"
    )
    demo, moon = (await chatgui("accounts", "list", "--json")).json
    assert (demo["name"], demo["key"]) == ("Demo", "none")
    assert {**moon, "id": ""} == {
        "id": "", "name": "Moon", "provider": "mira", "base_url": "https://api.vmira.ai/v1", "default_model": "mira", "key": "environment",
        "key_env": "MOON_KEY", "headers": ["X-Team"], "budget": None, "prices": {}, "disabled": False,
        "last_test": None,
    }  # fmt: skip


async def test_editing_an_account(chatgui: Program) -> None:
    """What is not named stays."""
    await chatgui("accounts", "add", "--name", "Moon", "--base-url", "http://127.0.0.1:9", "--no-key", "--model", "m")
    await chatgui("accounts", "edit", "moon", "--name", "Sun", "--base-url", "http://127.0.0.1:10/v1/chat/completions")
    moon = (await chatgui("accounts", "list", "--json")).json[1]
    assert (moon["name"], moon["base_url"], moon["default_model"]) == ("Sun", "http://127.0.0.1:10/v1", "m")


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["--provider", "nobody"], ""),
        (["--base-url", "ftp://x"], ""),
        (["--base-url", "http://127.0.0.1:9", "--key-stdin"], ""),
        (["--base-url", "http://127.0.0.1:9", "--key-stdin"], "two words"),
        (["--base-url", "http://127.0.0.1:9", "--key-stdin"], "sk-zero\u200bwidth"),
        (["--base-url", "http://127.0.0.1:9", "--key-stdin", "--no-key"], "k"),
        (["--base-url", "http://127.0.0.1:9", "--header", "Authorization: Bearer x"], ""),
        (["--base-url", "http://127.0.0.1:9", "--header", "no colon"], ""),
        ([], ""),
    ],
)
async def test_accounts_that_cannot_be(chatgui: Program, arguments: list[str], stdin: str) -> None:
    """Wrong use; nothing is added."""
    done = await chatgui("accounts", "add", "--name", "Moon", *arguments, stdin=stdin.encode())
    assert done.status == 2
    assert done.err
    assert len((await chatgui("accounts", "list", "--json")).json) == 1


async def test_without_a_keyring(chatgui: Program) -> None:
    """The local side failed: status 3, what to do instead, and no account without its key."""
    done = await chatgui(
        "accounts", "add", "--name", "Moon", "--base-url", "http://127.0.0.1:9", "--key-stdin", stdin=CANARY.encode()
    )
    assert done.status == 3
    assert "--key-env" in done.err or "environment" in done.err
    assert len((await chatgui("accounts", "list", "--json")).json) == 1


async def test_the_account_doctor(chatgui: Program) -> None:
    """Step by step; the verdict is the status, and is remembered."""
    async with scripted(provider) as server:
        await chatgui(
            "accounts",
            "add",
            "--name",
            "Moon",
            "--base-url",
            server.base_url,
            "--key-env",
            "MOON_KEY",
            "--model",
            "moon-1",
        )
        good = await chatgui("accounts", "test", "Moon", "--json", MOON_KEY=CANARY)
        bad = await chatgui("accounts", "test", "Moon", "--json", MOON_KEY="sk-wrong")
        missing = await chatgui("accounts", "test", "Moon", "--json")
        words = await chatgui("accounts", "test", "Moon", MOON_KEY=CANARY)
    assert (good.status, bad.status, missing.status, words.status) == (0, 1, 3, 0)
    assert good.json["healthy"]
    assert not bad.json["healthy"]
    told = {"step", "good", "ms", "words", "advice", "kind", "code", "offer"}
    assert all(set(one) == told for one in good.json["findings"])
    assert bad.json["findings"][-1]["kind"] == "authentication"
    assert words.out.count("\n") == len(good.json["findings"])
    assert (await chatgui("accounts", "list", "--json")).json[1]["last_test"]


async def test_models(chatgui: Program) -> None:
    """As the server says, with null for what it does not."""
    async with scripted(provider) as server:
        await chatgui("accounts", "add", "--name", "Moon", "--base-url", server.base_url, "--key-env", "MOON_KEY")
        done = await chatgui("models", "moon", "--json", MOON_KEY=CANARY)
        table = await chatgui("models", "moon", MOON_KEY=CANARY)
        refused = await chatgui("models", "moon", "--json", MOON_KEY="sk-wrong")
    assert [(one["id"], one["context_length"]) for one in done.json] == [("moon-1", 128_000), ("moon-2", None)]
    assert "moon-1  128,000" in table.out
    assert (refused.status, refused.json["error"]["kind"]) == (1, "authentication")


# Conversations


async def test_conversations_as_json(chatgui: Program) -> None:
    """Newest first; the fields of the contract; the messages of the shown branch."""
    one, two = await talked(chatgui, "How do tides work?", "And the zebra?")
    rows = (await chatgui("conversations", "list", "--json")).json
    assert [row["id"] for row in rows] == [two, one]
    assert {"id", "title", "updated", "account", "model", "messages", "state"} <= set(rows[0])
    assert (rows[1]["title"], rows[1]["messages"], rows[1]["state"]) == ("How do tides work?", 2, "idle")
    shown = (await chatgui("conversations", "show", one, "--json")).json
    assert {"id", "title", "updated", "account", "model", "messages", "state"} <= set(shown)
    question, reply = shown["messages"]
    assert {"id", "parent", "role", "state", "created", "parts", "usage", "finish_reason"} <= set(reply)
    assert reply["parent"] == question["id"]
    assert reply["parts"] == [
        {"kind": "reasoning", "text": "Let me think.", "opaque": []},
        {"kind": "text", "text": "# Tides\n\nThe **moon**."},
    ]
    assert (reply["usage"]["total_tokens"], reply["usage"]["cached_tokens"], reply["finish_reason"]) == (
        5,
        None,
        "stop",
    )
    assert question["usage"]["prompt_tokens"] is None
    assert question["usage"]["source"] == "unknown"


async def test_conversations_as_words(chatgui: Program) -> None:
    """A table, and a text without reasoning."""
    (name,) = await talked(chatgui, "How do tides work?")
    assert name in (await chatgui("conversations", "list")).out
    shown = (await chatgui("conversations", "show", name)).out
    assert "The **moon**." in shown
    assert "Let me think." not in shown


async def test_searching(chatgui: Program) -> None:
    """In titles and in what was said."""
    _, two = await talked(chatgui, "How do tides work?", "And the zebra?")
    found = (await chatgui("conversations", "search", "zebra", "--json")).json
    assert [row["id"] for row in found] == [two]
    assert {"id", "title", "updated", "account", "model", "messages", "state", "hits"} <= set(found[0])
    assert (await chatgui("conversations", "search", "nothing-like-this", "--json")).json == []
    assert "zebra" in (await chatgui("conversations", "search", "zebra")).out
    for asked, count in (
        ("role:user zebra", 1),
        ("role:assistant zebra", 0),
        ("after:today zebra", 1),
        ("zebr match:words", 0),
    ):
        assert len((await chatgui("conversations", "search", asked, "--json")).json) == count, asked
    assert (await chatgui("conversations", "search", "--role", "assistant", "zebra", "--json")).json == []
    assert (await chatgui("conversations", "search", "--after", "spring", "zebra")).status == 2
    assert (await chatgui("conversations", "list", "--tag", "work", "--json")).json == []


async def test_deleting(chatgui: Program) -> None:
    """Into the trash, or for ever; all or none of those named."""
    one, two = await talked(chatgui, "One", "Two")
    assert (await chatgui("conversations", "delete", one, "nobody")).status == 2
    assert len((await chatgui("conversations", "list", "--json")).json) == 2
    assert (await chatgui("conversations", "delete", one, "--json")).json == {"deleted": [one]}
    assert [row["id"] for row in (await chatgui("conversations", "list", "--json")).json] == [two]
    assert [row["id"] for row in (await chatgui("conversations", "list", "--deleted", "--json")).json] == [one]
    await chatgui("conversations", "delete", one, "--purge")
    assert (await chatgui("conversations", "list", "--deleted", "--json")).json == []
    missing = await chatgui("conversations", "show", one, "--json")
    assert (missing.status, missing.json["error"]["kind"]) == (2, "invalid_request")


# Export and import


async def test_exporting(chatgui: Program, tmp_path: Path) -> None:
    """One file, a folder, one file for all, standard output; with and without reasoning."""
    one, two = await talked(chatgui, "How do tides work?", "And the zebra?")
    assert (await chatgui("export", one, "--format", "markdown", "-o", str(tmp_path / "a.md"))).status == 0
    text = (tmp_path / "a.md").read_text()
    assert "Let me think." in text
    assert next(plain(node.runs) for node in parse(text) if isinstance(node, Heading)) == "How do tides work?"
    await chatgui("export", one, "--format", "markdown", "--no-reasoning", "-o", str(tmp_path / "a.md"))
    assert "Let me think." not in (tmp_path / "a.md").read_text()
    await chatgui("export", one, two, "--format", "html", "-o", str(tmp_path / "pages"))
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == [
        "And the zebra.html",
        "How do tides work.html",
    ]
    await chatgui("export", "--all", "--format", "text", "-o", str(tmp_path / "all.txt"))
    assert (tmp_path / "all.txt").read_text().index("tides") < (tmp_path / "all.txt").read_text().index("zebra")
    assert (await chatgui("export", two, "--format", "json", "-o", "-")).json["version"] == 1
    assert (await chatgui("export", "nobody", "--format", "text", "-o", str(tmp_path / "x"))).status == 2
    full = await chatgui("export", one, "--format", "text", "-o", str(tmp_path / "missing" / "x"))
    assert (full.status, full.err.count("\n")) == (3, 1)


async def test_a_pdf_needs_no_display(chatgui: Program, tmp_path: Path) -> None:
    """Qt is loaded for it, and for nothing else; also in the plainest locale it has nothing to say."""
    (one,) = await talked(chatgui, "How do tides work?")
    done = await chatgui.real("export", one, "--format", "pdf", "-o", str(tmp_path / "a.pdf"), LC_ALL="C")
    assert (done.status, done.err) == (0, "")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-1")


async def test_round_trip(chatgui: Program, tmp_path: Path) -> None:
    """Export, wipe, import, export: the same bytes. Importing twice changes nothing."""
    names = await talked(chatgui, "How do tides work?", "And the zebra?")
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    await chatgui.real("export", "--all", "--format", "json", "-o", str(first))
    await chatgui("conversations", "delete", "--purge", *names)
    (report,) = (await chatgui.real("import", str(first), "--json")).json
    assert {**report, "file": ""} == {
        "file": "", "format": "chatgui JSON", "conversations": 2, "skipped": [], "notes": [], "added": 2, "grown": 0, "unchanged": 0, "messages": 4,
    }  # fmt: skip
    (again,) = (await chatgui.real("import", str(first), "--json")).json
    assert (again["added"], again["unchanged"], again["messages"]) == (0, 2, 0)
    await chatgui.real("export", "--all", "--format", "json", "-o", str(second))
    assert first.read_bytes() == second.read_bytes()


async def test_importing_another_programs_file(chatgui: Program) -> None:
    """A report in words; a file without sense changes nothing, even beside good ones."""
    samples = Path(__file__).parent.parent / "exchange" / "samples"
    broken = chatgui.profile.parent / "broken.json"
    broken.write_text('{"messages": [')
    refused = await chatgui("import", str(samples / "claude.json"), str(broken), "--json")
    assert (refused.status, refused.json["error"]["kind"]) == (3, "store")
    assert "line 1, column" in refused.err
    assert (await chatgui("conversations", "list", "--json")).json == []
    done = await chatgui("import", str(samples / "claude.json"), str(samples / "chatgpt.json"))
    assert "Claude export, 2 conversations read" in done.out
    assert "skipped “Empty”: nothing was said in it" in done.out
    assert len((await chatgui("conversations", "list", "--json")).json) == 4


# Usage, doctor, the rest


async def test_usage(chatgui: Program) -> None:
    """By model, account, day and conversation; JSON, CSV and words; what was deleted still counts."""
    one, two = await talked(chatgui, "One", "Two")
    await chatgui("conversations", "delete", "--purge", one)
    (row,) = (await chatgui("usage", "--json")).json
    assert (row["model"], row["answers"], row["total_tokens"], row["cost"]) == ("moon-1", 2, 10, None)
    assert {
        name
        for row in (await chatgui("usage", "--by", "conversation", "--json")).json
        for name in [row["conversation"]]
    } == {one, two}
    assert (await chatgui("usage", "--by", "day", "--csv")).out.split("\n")[0].startswith("day,answers,prompt_tokens")
    assert "moon-1" in (await chatgui("usage")).out
    assert (await chatgui("usage", "--until", "2020-01-01", "--json")).json == []
    assert len((await chatgui("usage", "--since", "2020-01-01", "--by", "account", "--json")).json) == 1


async def test_doctor(with_keyring: Program) -> None:
    """Every part is named; a sound installation is status 0."""
    done = await with_keyring.real("doctor", "--json", QT_QPA_PLATFORM="offscreen")
    assert done.status == 0, done.out
    assert {one["part"]: one["good"] for one in done.json["findings"]} == {
        "Qt": True,
        "Data directory": True,
        "Database": True,
        "Keyring": True,
    }


async def test_doctor_finds_what_is_wrong(chatgui: Program) -> None:
    """A database that is none: status 3, in words."""
    chatgui.profile.mkdir()
    (chatgui.profile / "chatgui.db").write_bytes(b"not a database at all" * 1000)
    done = await chatgui.real("doctor", "--json")
    assert done.status == 3
    assert any(one["good"] is False for one in done.json["findings"])


async def test_versions(chatgui: Program) -> None:
    """Of everything that matters, without making a profile."""
    done = await chatgui.real("--version")
    assert [line.split()[0] for line in done.out.splitlines()] == ["chatgui", "Python", "Qt", "SQLite"]
    assert not chatgui.profile.exists()


@pytest.mark.parametrize(
    "command", ["", "ask", "accounts", "accounts add", "models", "conversations", "export", "import", "usage", "doctor"]
)
async def test_help(chatgui: Program, command: str) -> None:
    """Every command explains itself."""
    done = await chatgui(*command.split(), "--help")
    assert done.status == 0
    assert "usage: chatgui" in done.out


async def test_two_profiles_share_nothing(chatgui: Program, tmp_path: Path) -> None:
    """--profile wins over the environment."""
    await talked(chatgui, "One")
    other = await chatgui("--profile", str(tmp_path / "other"), "conversations", "list", "--json")
    assert other.json == []


async def test_what_is_imported_only_when_needed(chatgui: Program) -> None:
    """The front door loads neither Qt nor HTTP nor the keyring; listing conversations does not either."""
    code = "import sys, chatgui.cli.main as m; m.run(m.parse(sys.argv[1:])) if sys.argv[1:] else None; print([n for n in ('PySide6', 'httpx', 'keyring', 'pyromark', 'pygments') if n in sys.modules])"
    for arguments in ([], ["conversations", "list"], ["usage"], ["accounts", "list"]):
        import asyncio
        import sys

        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            code,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            env={**chatgui.env, "CHATGUI_PROFILE": str(chatgui.profile)},
        )
        out, _ = await child.communicate()
        assert json.loads(out.decode().splitlines()[-1].replace("'", '"')) == [], arguments
