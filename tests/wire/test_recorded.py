"""Real answers of real providers (../shared/streams): whole, in the reads they came in, byte by byte, cut everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatgui.core.delta import ErrorDelta
from chatgui.wire.failures import http_failure
from chatgui.wire.models import is_list, read_models
from tests.wire.reading import Read, read

SMALL = 1600  # bytes; cut at every position
# Where we read otherwise than the index, and why we are right: see README.md in this folder.
INLINE = {"bedrock-openai-0007.sse": ("<reasoning>", "</reasoning>")}
DONE_BY_OBJECT = {"perplexity-0004.sse"}
ENDED = {"evroc-0001.sse": "no_end", "openai-0051.sse": "empty_length", "openrouter-0558.sse": "empty"}
USAGE_ELSEWHERE = {"groq-0003.sse", "groq-0058.sse"}


@pytest.fixture(scope="module")
def index(shared: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((shared / "streams" / "index.json").read_text())
    return entries


def options(entry: dict[str, Any]) -> dict[str, Any]:
    return {"several": len(entry["expected"].get("choices", ())) > 1}


def check(entry: dict[str, Any], found: Read) -> None:
    name, expected = entry["file"], entry["expected"]
    content, reasoning = expected["content"], expected["reasoning"]
    if name in INLINE:
        opening, closing = INLINE[name]
        reasoning, _, content = content.removeprefix(opening).partition(closing)
    elif expected.get("think_split"):
        content, reasoning = expected["think_split"]["content"], expected["think_split"]["reasoning"]
    assert (found.text, found.reasoning) == (content, reasoning), name
    assert found.reply.finish_reason == expected["finish_reason"], name
    assert [{"id": one.id, "name": one.name, "arguments": one.arguments} for one in found.reply.calls] == expected[
        "tool_calls"
    ], name
    usage = expected["usage"] or (expected["x_groq_usage"] if name in USAGE_ELSEWHERE else None)
    assert (found.reply.usage.raw or None) == usage, name
    assert found.answer.done == (expected["done"] or name in DONE_BY_OBJECT), name
    errors = [one.failure.message for one in found.deltas if isinstance(one, ErrorDelta)]
    assert errors == [one["message"] for one in expected.get("errors", ())], name
    assert (found.error.code if found.error else None) == ENDED.get(name), name
    assert str(found.reply.refusal) == expected.get("refusal", ""), name


def test_whole_in_recorded_reads_and_byte_by_byte(index: list[dict[str, Any]], shared: Path) -> None:
    for entry in index:
        path = shared / "streams" / entry["file"]
        body = path.read_bytes()
        whole = read(body, **options(entry))
        check(entry, whole)
        assert read(body, mend=lambda chunk: chunk, **options(entry)).deltas == whole.deltas, entry[
            "file"
        ]  # without the shortcut
        reads = path.with_suffix(".chunks")
        sizes = json.loads(reads.read_text()) if reads.exists() else []
        for cut in (
            [*sizes, len(body) - sum(sizes)] if sizes else None,
            [1] * len(body) if len(body) < 60_000 else [997] * (len(body) // 997 + 1),
        ):
            if cut is not None:
                assert read(body, cut, **options(entry)).deltas == whole.deltas, entry["file"]


def test_the_small_ones_cut_at_every_position(index: list[dict[str, Any]], shared: Path) -> None:
    small = [entry for entry in index if entry["bytes"] <= SMALL]
    assert len(small) > 14
    for entry in small:
        body = (shared / "streams" / entry["file"]).read_bytes()
        whole = read(body, **options(entry))
        for cut in range(len(body)):
            assert read(body, [cut, len(body) - cut], **options(entry)).deltas == whole.deltas, (entry["file"], cut)


def test_every_cut_end_is_told(index: list[dict[str, Any]], shared: Path) -> None:
    """Cut off anywhere, a stream is never taken for finished before it said so."""
    for entry in [one for one in index if one["bytes"] <= SMALL][:8]:
        body = (shared / "streams" / entry["file"]).read_bytes()
        for cut in range(len(body)):
            found = read(body[:cut])
            said_so = found.answer.done or found.reply.finish_reason is not None or found.answer.decoder.failed
            assert said_so or found.error is not None, (entry["file"], cut)


def test_every_recorded_error_gives_the_provider_s_own_sentence(shared: Path) -> None:
    lines = (shared / "streams" / "http_errors.jsonl").read_text().strip().split("\n")
    assert len(lines) > 90
    for line in lines:
        entry = json.loads(line)
        error = http_failure(entry["status"], entry["body"].encode(), host="h")
        assert "{" not in error.message[:1], error.message
        assert not error.message.startswith("Provider returned error"), entry
        assert (
            error.message.rstrip("…")[:40]
            in " ".join(entry["body"].replace('\\"', '"').replace("\\n", " ").replace("\\", "").split())
            or ": " in error.message
        )
        assert error.advice, entry


def test_every_recorded_model_list_is_read(shared: Path) -> None:
    for line in (shared / "streams" / "models_endpoints.jsonl").read_text().strip().split("\n"):
        entry = json.loads(line)
        key = entry["top_keys"]
        body = (
            entry["first"]
            if key == "list"
            else {name: entry["first"] for name in key if name in ("data", "models")} or {}
        )
        models = read_models(body)
        if key != "list" and is_list(body) and entry["count"]:
            assert len(models) == len(entry["first"]), entry["url"]
