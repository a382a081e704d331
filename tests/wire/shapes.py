"""One small stream for every shape providers are known to speak, written for these tests, and what each must be read as."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.wire.reading import chunk, stream

STOP = chunk({}, finish="stop")
WORDLESS = "The provider reported an error without words."
ERROR = {"error": {"message": "The upstream broke.", "type": "server_error", "code": 502}}


@dataclass(frozen=True)
class Shape:
    """A body and its meaning. `raises` is the code of the verdict, `failed` whether an error came inside."""

    name: str
    body: bytes
    text: str = ""
    reasoning: str = ""
    finish: str | None = "stop"
    kinds: str | None = None
    calls: tuple[tuple[str, str, str], ...] = ()
    failed: str = ""
    raises: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def whole(message: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **more}).encode()


def said(text: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}


def call(**fields: Any) -> dict[str, Any]:
    return chunk({"tool_calls": [fields]})


SHAPES: tuple[Shape, ...] = (
    # --- envelope
    Shape("plain", stream(chunk({"role": "assistant", "content": ""}), chunk({"content": "Hel"}), chunk({"content": "lo"}), STOP), "Hello"),
    Shape("nothing but content", stream({"choices": [{"delta": {"content": "Hello"}}]}), "Hello", finish=None),
    Shape("empty choices first", stream({"choices": [], "id": "", "prompt_filter_results": []}, chunk({"content": "a"}), STOP), "a"),
    Shape("no choices key", stream({"usage": None}, chunk({"content": "a"}), STOP, {"usage": {"total_tokens": 3}}), "a"),
    Shape("choice without delta", stream({"choices": [{"index": 0, "content_filter_offsets": {}}]}, chunk({"content": "a"}), STOP), "a"),
    Shape("null everywhere", stream({"choices": [{"index": None, "delta": {"content": None, "tool_calls": None, "reasoning": None}, "finish_reason": None}]},
                                    chunk({"content": "a"}), STOP), "a"),
    Shape("wrong types", stream({"choices": "x"}, {"choices": [1, None, {"delta": 7}]}, chunk({"content": 5, "tool_calls": "x", "refusal": 1, "reasoning": 3.5}),
                                {"choices": [{"delta": {"content": "a"}, "finish_reason": 7}], "model": 4, "usage": "much"}, STOP), "a"),
    Shape("empty finish reason is none", stream(chunk({"content": "a"}, finish=""), chunk({"content": "b"}, finish="null"), STOP), "ab"),
    Shape("text beside its finish reason", stream(chunk({"content": "a"}, finish="stop")), "a"),
    Shape("text after the finish reason", stream(STOP, chunk({"content": "a"})), "a"),
    Shape("nothing after [DONE]", stream(chunk({"content": "a"}), STOP) + stream(chunk({"content": "b"})), "a"),
    Shape("unknown finish reason", stream(chunk({"content": "a"}, finish="eos_token"), done=False), "a", finish="eos_token"),
    Shape("no [DONE]", stream(chunk({"content": "a"}), STOP, done=False), "a"),
    Shape("[DONE] in another dress", stream(chunk({"content": "a"}), "[DONE] ", done=False), "a", finish=None),
    Shape("[DONE] quoted", stream(chunk({"content": "a"}), '"[DONE]"', done=False), "a", finish=None),
    Shape("[done] in small letters", stream(chunk({"content": "a"}), "[done]", done=False), "a", finish=None),
    Shape("an event named done", stream(chunk({"content": "a"}), done=False) + b"event: done\ndata: {}\n\n", "a", finish=None),
    Shape("chunks in a list", stream([chunk({"content": "a"}), chunk({"content": "b"})], STOP), "ab"),
    Shape("a chunk as text", stream(json.dumps(json.dumps(chunk({"content": "a"}))), STOP), "a"),
    Shape("wrapped chunks", stream({"code": 0, "message": "success", "data": chunk({"content": "a"})}, STOP), "a"),
    Shape("progress told beside the answer", stream({"type": "status", "message": "Searching"}, {"code": 0, "msg": "ok"}, chunk({"content": "a"}), STOP), "a"),
    Shape("camel case", stream({"choices": [{"delta": {"reasoningContent": "hm"}}]}, {"choices": [{"delta": {"content": "a"}, "finishReason": "stop"}]}), "a", "hm"),
    Shape("end by object", stream({**chunk({"content": "a"}), "object": "chat.completion.done"}, done=False), "a", finish=None),
    Shape("neither finish nor [DONE]", stream(chunk({"content": "a"}), done=False), "a", finish=None, raises="no_end"),
    Shape("two choices asked for", stream({"choices": [{"index": 1, "delta": {"content": "B"}}]}, {"choices": [{"index": 0, "delta": {"content": "A"}}]}, STOP),
          "A", options={"several": True}),
    Shape("only another index speaks", stream({"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "stop"}]}), "B"),
    Shape("calls in a second choice", stream(chunk({"content": "A"}), {"choices": [{"index": 1, "delta": {"tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "{}"}}]},
                                                                                "finish_reason": "tool_calls"}]}), "A", finish="tool_calls", kinds="ct", calls=(("x", "f", "{}"),)),
    Shape("message beside delta", stream({"choices": [{"delta": {"content": "a"}, "message": {"content": "a"}}]},
                                         {"choices": [{"delta": {"content": "b"}, "message": {"content": "ab"}, "finish_reason": "stop"}]}), "ab"),
    Shape("message at the end repeats", stream(chunk({"content": "ab"}), {"choices": [{"message": {"content": "ab"}, "finish_reason": "stop"}]}), "ab"),
    Shape("message instead of delta", stream({"choices": [{"message": {"content": "ab"}, "finish_reason": "stop"}]}), "ab"),
    Shape("a message in pieces", stream(*(said(text) for text in ("Hel", "lo", " you")), STOP), "Hello you"),
    Shape("a message that grows", stream(*(said(text) for text in ("Hel", "Hello", "Hello you", "Hello you")), STOP), "Hello you"),
    Shape("a message in pieces that look grown", stream(*(said(text) for text in ("ha", "ha", "\n", "\n", "x")), STOP), "haha\n\nx"),
    Shape("a message beside an empty delta", stream({"choices": [{"delta": {}, "message": {"content": "ab"}, "finish_reason": "stop"}]}), "ab"),
    Shape("a message beside a delta with nothing but its role", stream({"choices": [{"delta": {"role": "assistant", "content": ""}, "message": {"content": "ab"}}]}, STOP), "ab"),
    # --- content
    Shape("a part of an unknown kind", stream(chunk({"content": [{"type": "markdown", "text": "a"}, {"type": "text", "content": "b"}]}), STOP), "ab"),
    Shape("a part whose text is an object", stream(chunk({"content": [{"type": "text", "text": {"value": "a"}}]}), STOP), "a"),
    Shape("blanks without end", stream(*[chunk({"content": " " * 300})] * 5, chunk({}, finish="length")), " " * 1500, finish="length", raises="empty_length"),
    Shape("blanks, then a tag", stream(*[chunk({"content": "\n"})] * 50, chunk({"content": "<think>hm</think>a"}), STOP), "a", "hm"),
    Shape("parts", stream(chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "closed": True}, {"type": "text", "text": "a"}]}),
                          chunk({"content": "b"}), STOP), "ab", "hm", kinds="rc"),
    Shape("one part as an object", stream(chunk({"content": {"type": "text", "text": "a"}}), STOP), "a"),
    Shape("reasoning part with summary", stream(chunk({"content": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}]}),
                                                chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("audio transcript", stream(chunk({"audio": {"id": "x", "transcript": "hello"}}), STOP), "hello"),
    Shape("halves of a surrogate pair become U+FFFD", b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n' + stream(STOP), "a\ufffd"),
    Shape("broken UTF-8 becomes U+FFFD", b'data: {"choices":[{"delta":{"content":"a\xffb"}}]}\n\n' + stream(STOP), "a\ufffdb"),
    # --- reasoning
    Shape("reasoning_content", stream(chunk({"content": None, "reasoning_content": "hm"}), chunk({"content": "a", "reasoning_content": None}), STOP), "a", "hm"),
    Shape("reasoning", stream(chunk({"reasoning": "hm", "content": ""}), chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("reasoning_text", stream(chunk({"reasoning_text": "hm"}), chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("thinking", stream(chunk({"thinking": "hm"}), chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("both spellings are one text", stream(chunk({"reasoning": "hm", "reasoning_content": "hm"}), chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("details beside reasoning", stream(chunk({"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}), chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("details alone", stream(chunk({"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]}), chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("thinking blocks alone", stream(chunk({"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}), chunk({"content": "a"}), STOP), "a", "hm"),
    Shape("reasoning after content", stream(chunk({"content": "a"}), chunk({"reasoning": "hm"}), chunk({"content": "b"}), STOP), "ab", "hm", kinds="crc"),
    Shape("white space before reasoning begins no answer", stream(chunk({"content": "\n"}), chunk({"reasoning_content": "hm"}), chunk({"content": "a"}), STOP),
          "\na", "hm", kinds="rc"),
    Shape("tags", stream(chunk({"content": "<thi"}), chunk({"content": "nk>h"}), chunk({"content": "m</th"}), chunk({"content": "ink>a"}), STOP), "a", "hm", kinds="rc"),
    Shape("opening tag swallowed", stream(chunk({"content": "hm</"}), chunk({"content": "think>a"}), STOP), "a", "hm", options={"unopened_think": True}),
    Shape("opening tag swallowed, account does not say so", stream(chunk({"content": "hm</think>a"}), STOP), "hm</think>a"),
    Shape("tag never closed", stream(chunk({"content": "<think>hm"}), chunk({}, finish="length")), "", "hm", finish="length"),
    Shape("reasoning only", stream(chunk({"reasoning": "hm"}), STOP), "", "hm"),
    # --- tool calls
    Shape("a call in fragments", stream(call(index=0, id="x", type="function", function={"name": "f", "arguments": ""}), call(index=0, function={"arguments": '{"a"'}),
                                        call(index=0, function={"arguments": ":1}"}), chunk({}, finish="tool_calls")), finish="tool_calls", calls=(("x", "f", '{"a":1}'),)),
    Shape("two calls by index", stream(call(index=0, id="x", function={"name": "f", "arguments": "{"}), call(index=1, id="y", function={"name": "g", "arguments": "["}),
                                       call(index=0, function={"arguments": "}"}), call(index=1, function={"arguments": "]"}), STOP), calls=(("x", "f", "{}"), ("y", "g", "[]"))),
    Shape("no index", stream(call(id="x", function={"name": "f", "arguments": "{}"}), call(id="y", function={"name": "g", "arguments": "{}"}), STOP),
          calls=(("x", "f", "{}"), ("y", "g", "{}"))),
    Shape("no index, fragments without id", stream(call(id="x", function={"name": "f"}), call(function={"arguments": "{"}), call(function={"arguments": "}"}), STOP), calls=(("x", "f", "{}"),)),
    Shape("same index, other id", stream(call(index=0, id="x", function={"name": "f", "arguments": "{}"}), call(index=0, id="y", function={"name": "g", "arguments": "{}"}), STOP),
          calls=(("x", "f", "{}"), ("y", "g", "{}"))),
    Shape("name in every fragment", stream(call(index=0, id="x", function={"name": "f", "arguments": "{"}), call(index=0, id="x", function={"name": "f", "arguments": "}"}), STOP),
          calls=(("x", "f", "{}"),)),
    Shape("first fragment without name", stream(call(index=0, id="x", function={"arguments": ""}), call(index=0, function={"name": "f", "arguments": "{}"}), STOP), calls=(("x", "f", "{}"),)),
    Shape("arguments as an object", stream(call(index=0, id="x", function={"name": "f", "arguments": {"a": 1}}), STOP), calls=(("x", "f", '{"a":1}'),)),
    Shape("arguments null", stream(call(index=0, id="x", function={"name": "f", "arguments": None}), STOP), calls=(("x", "f", ""),)),
    Shape("calls empty or null on text", stream(chunk({"content": "a", "tool_calls": []}), chunk({"content": "b", "tool_calls": None}), STOP), "ab"),
    Shape("legacy function call", stream(chunk({"function_call": {"name": "f", "arguments": "{"}}), chunk({"function_call": {"arguments": "}"}}), STOP), calls=(("", "f", "{}"),)),
    # --- errors inside
    Shape("error chunk", stream(chunk({"content": "a"}), ERROR, done=False), "a", finish=None, failed="The upstream broke."),
    Shape("error event, then [DONE]", stream(chunk({"content": "a"}))[:-len(b"data: [DONE]\n\n")] + b"event: error\n" + stream(ERROR), "a", finish=None, failed="The upstream broke."),
    Shape("error event of any shape", b'event: error\ndata: {"code":"x","reason":"Broken."}\n\n', finish=None, failed="Broken."),
    Shape("error event in prose", b"event: error\ndata: Internal failure\n\n", finish=None, failed="Internal failure"),
    Shape("error with choices, and more after it", stream({**chunk({"content": ""}, finish="stop"), **ERROR}, chunk({"content": "b"})), "b", failed="The upstream broke."),
    Shape("error as text", stream({"error": "Input validation error", "error_type": "validation"}, done=False), finish=None, failed="Input validation error"),
    Shape("object error", stream({"object": "error", "message": "No room.", "code": 400}, done=False), finish=None, failed="No room."),
    Shape("error_message", stream({"error_type": "x", "error_message": "No."}, done=False), finish=None, failed="No."),
    Shape("error in the choice", stream({"choices": [{"delta": {"content": "a"}, "error": {"message": "Cut."}, "finish_reason": "error"}]}), "a", finish="error", failed="Cut."),
    Shape("finish reason error", stream(chunk({"content": "a"}), chunk({}, finish="error")), "a", finish="error", failed="The provider broke the answer off with an error."),
    Shape("field named error", stream(chunk({"content": "a"}), done=False) + b'error: {"message":"Context full."}\n\n', "a", finish=None, failed="Context full."),
    Shape("error is a flag", stream(chunk({"content": "a"}), {"error": True, "message": "Cut."}), "a", finish=None, failed="Cut."),
    Shape("error is a number", stream(chunk({"content": "a"}), {"error": 500, "message": "Cut."}), "a", finish=None, failed="Cut."),
    Shape("the words stand beside the error", stream(chunk({"content": "a"}), {"error": {"code": 500}, "message": "Cut."}), "a", finish=None, failed="Cut."),
    Shape("an error event without data", stream(chunk({"content": "a"}), done=False) + b"event: error\n\n" + stream(), "a", finish=None, failed=WORDLESS),
    Shape("an error event with nothing in it", stream(chunk({"content": "a"}), done=False) + b"event: error\ndata:\n\n" + stream(), "a", finish=None, failed=WORDLESS),
    Shape("an error event with null in it", stream(chunk({"content": "a"}), done=False) + b"event: error\ndata: null\n\n" + stream(), "a", finish=None, failed=WORDLESS),
    Shape("an error event in capitals", stream(chunk({"content": "a"}), done=False) + b'event: Error\ndata: {"message":"Cut."}\n\n' + stream(), "a", finish=None, failed="Cut."),
    Shape("an error event of another name", stream(chunk({"content": "a"}), done=False) + b'event: stream_error\ndata: {"message":"Cut."}\n\n' + stream(), "a", finish=None, failed="Cut."),
    Shape("a status code and words", stream(chunk({"content": "a"}), {"statusCode": 500, "message": "Cut."}), "a", finish=None, failed="Cut."),
    Shape("a base response that complains", stream(chunk({"content": "a"}), {"choices": None, "base_resp": {"status_code": 1002, "status_msg": "Slow down."}}),
          "a", finish=None, failed="Slow down."),
    Shape("a base response that does not", stream({**chunk({"content": "a"}), "base_resp": {"status_code": 0, "status_msg": ""}}, STOP), "a"),
    Shape("errors in a list", stream({"success": False, "result": {}, "errors": [{"code": 5007, "message": "No such model"}], "messages": []}), finish=None, failed="No such model"),
    Shape("no errors in the list", stream({"success": True, "errors": [], "messages": []}, chunk({"content": "a"}), STOP), "a"),
    Shape("error without framing", stream(chunk({"content": "a"}), done=False) + b'{"error":{"message":"Model crashed."}}\n', "a", finish=None, failed="Model crashed."),
    Shape("only an error without framing", b'{"error":{"message":"Model crashed."}}\n', finish=None, failed="Model crashed."),
    Shape("prose as data", stream("'async for' requires an object", done=False), finish=None, raises="not_understood"),
    # --- other bodies
    Shape("one JSON object", whole({"role": "assistant", "content": "Hello"}), "Hello"),
    Shape("JSON with reasoning", whole({"content": "a", "reasoning_content": "hm"}), "a", "hm", kinds="rc"),
    Shape("JSON with thinking", whole({"content": "a", "thinking": "hm"}), "a", "hm"),
    Shape("JSON after blank lines", b"\n\n\r\n" + whole({"content": "a"}), "a"),
    Shape("JSON pretty-printed", json.dumps({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}, indent=1).encode(), "a"),
    Shape("JSON line by line", b"".join(json.dumps(one).encode() + b"\n" for one in (chunk({"content": "a"}), chunk({"content": "b"}), STOP)), "ab"),
    Shape("JSON error", json.dumps(ERROR).encode(), finish=None, failed="The upstream broke."),
    Shape("JSON error as text", b'{"error":"Unauthorized"}', finish=None, failed="Unauthorized"),
    Shape("JSON detail", b'{"detail":"Not authenticated"}', finish=None, failed="Not authenticated"),
    Shape("JSON code and msg", b'{"code":1001,"msg":"No balance"}', finish=None, failed="No balance"),
    Shape("JSON base response", b'{"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}', finish=None, failed="insufficient balance"),
    Shape("JSON in a list", b'[{"error":{"message":"No."}}]', finish=None, failed="No."),
    Shape("JSON without choices", b'{"hello":"world"}', finish=None, raises="not_understood"),
    Shape("JSON choices null", b'{"choices":null}', finish=None, raises="not_understood"),
    Shape("JSON choices empty", b'{"choices":[]}', finish=None, raises="not_understood"),
    Shape("a bare list", b"[1,2]", finish=None, raises="not_understood"),
    Shape("web page", b"<!DOCTYPE html><html><title>Sign in</title>", finish=None, raises="web_page"),
    Shape("prose", b"upstream request timeout", finish=None, raises="not_understood"),
    Shape("nothing", b"", finish=None, raises="empty"),
    Shape("blank lines", b"\n\n\n", finish=None, raises="empty"),
    Shape("only [DONE]", stream(), finish=None, raises="empty"),
    Shape("only a finish reason", stream(STOP), raises="empty"),
    Shape("only comments", b": one\n\n: two\n\n", finish=None, raises="empty"),
    Shape("nothing before the limit", stream(chunk({}, finish="length")), finish="length", raises="empty_length"),
    Shape("all of it filtered", stream(chunk({}, finish="content_filter")), finish="content_filter", raises="content_filter"),
)  # fmt: skip
