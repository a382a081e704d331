"""Whatever shape an error has: the provider's own sentence, the right kind, and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatgui.core.errors import ChatError, Kind
from chatgui.core.secret import Secret
from chatgui.wire.failures import http_failure, stream_failure

AUTH, PERMISSION, LIMITED, QUOTA = Kind.AUTHENTICATION, Kind.PERMISSION, Kind.RATE_LIMITED, Kind.QUOTA
CONTEXT, REFUSED, MISSING, INVALID, DOWN = (
    Kind.CONTEXT_TOO_LONG, Kind.CONTENT_REFUSED, Kind.NOT_FOUND, Kind.INVALID_REQUEST, Kind.UNAVAILABLE,
)  # fmt: skip

BODIES: list[tuple[int, Any, Kind, str]] = [
    (401, {"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "code": "invalid_api_key"}}, AUTH, "Incorrect API key provided."),
    (400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: in***ey."}, AUTH, "Incorrect API key provided: in***ey."),
    (401, {"error": "Unauthorized"}, AUTH, "Unauthorized"),
    (403, {"error": "unauthorized"}, AUTH, "unauthorized"),
    (401, {"detail": "Could not validate credentials"}, AUTH, "Could not validate credentials"),
    (401, {"message": "invalid api token"}, AUTH, "invalid api token"),
    (401, {"error_code": 401, "message": "Credential was not sent."}, AUTH, "Credential was not sent."),
    (401, {"code": 401, "reason": "FAILED_TO_AUTH", "message": "Not you.", "metadata": {}}, AUTH, "Not you."),
    (401, "Unauthorized: Invalid API key!", AUTH, "Unauthorized: Invalid API key!"),
    (401, {"html-message": json.dumps({"message": "Bad key", "status": "failure"})}, AUTH, "Bad key"),
    (401, {"error": {"message": "key revoked", "code": "key_revoked"}}, AUTH, "key revoked"),
    (402, {"error": {"message": "Budget spent.", "type": "budget", "code": "budget_exceeded"}}, QUOTA, "Budget spent."),
    (402, "", QUOTA, "h answered 402: Payment required."),
    (429, {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}, QUOTA, "You exceeded your current quota."),
    (429, {"error": {"message": "Slow down.", "code": "rpm_exceeded"}}, LIMITED, "Slow down."),
    (429, {"detail": "Daily limit reached."}, LIMITED, "Daily limit reached."),
    (429, "Too many requests. For more on scraping, see the terms.", LIMITED, "Too many requests. For more on scraping, see the terms."),
    (429, {"error": {"message": "Request too large for m on tokens per min (TPM): Limit 400, Requested 900."}}, CONTEXT,
     "Request too large for m on tokens per min (TPM): Limit 400, Requested 900."),
    (429, {"error": {"message": "Provider returned error", "code": 429, "metadata": {"provider_name": "Chutes", "raw": "busy, retry shortly"}}}, LIMITED, "Chutes: busy, retry shortly"),
    (403, {"error": {"message": "Provider returned error", "code": 403, "metadata": {"provider_name": "OpenAI", "raw": json.dumps(
        {"error": {"code": "unsupported_country_region_territory", "message": "Country not supported"}})}}}, PERMISSION, "OpenAI: Country not supported"),
    (403, {"error": {"message": "Not for this key.", "code": "model_access_denied"}}, PERMISSION, "Not for this key."),
    (403, "<html><head><title>Attention Required! | Cloudflare</title></head>", PERMISSION, "h answered 403 with a web page: Attention Required! | Cloudflare"),
    (404, {"error": {"message": "The model `x` does not exist.", "code": "model_not_found"}}, MISSING, "The model `x` does not exist."),
    (404, {"error": {"code": 404, "message": "No endpoints found for x."}}, MISSING, "No endpoints found for x."),
    (400, {"error": {"message": "The model `x` has been decommissioned.", "code": "model_decommissioned"}}, MISSING, "The model `x` has been decommissioned."),
    (404, "404 page not found", MISSING, "404 page not found"),
    (405, "", MISSING, "h answered 405: Method not allowed."),
    (413, "<html><title>413 Request Entity Too Large</title>", CONTEXT, "h answered 413 with a web page: 413 Request Entity Too Large"),
    (400, {"error": {"message": "This model's maximum context length is 8192 tokens.", "code": "context_length_exceeded"}}, CONTEXT, "This model's maximum context length is 8192 tokens."),
    (400, {"error": {"message": "prompt too long; exceeded max context length by 9 tokens", "code": None}}, CONTEXT, "prompt too long; exceeded max context length by 9 tokens"),
    (400, {"error": {"message": "The total length of all messages is too long.", "type": "too_many_prompt_tokens", "code": 400}}, CONTEXT, "The total length of all messages is too long."),
    (400, {"error": {"message": "the request exceeds the available context size", "type": "exceed_context_size_error", "code": 400}}, CONTEXT, "the request exceeds the available context size"),
    (400, {"error": {"message": "litellm.ContextWindowExceededError: too long", "code": "400"}}, CONTEXT, "litellm.ContextWindowExceededError: too long"),
    (400, {"error": {"message": "Filtered.", "code": "content_filter", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, REFUSED, "Filtered."),
    (400, {"error": {"message": "Unknown parameter: 'x'.", "code": "unknown_parameter"}}, INVALID, "Unknown parameter: 'x'."),
    (422, {"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}, {"msg": "Other"}]}, INVALID, "model: Field required; Other"),
    (422, {"object": "error", "message": {"detail": [{"msg": "Extra inputs are not permitted"}]}}, INVALID, "Extra inputs are not permitted"),
    (400, {"object": "error", "message": "Only X and Y are here.", "code": 40001}, INVALID, "Only X and Y are here."),
    (400, {"error": ["Error in `stream`: not allowed"]}, INVALID, "Error in `stream`: not allowed"),
    (400, [{"error": {"code": 400, "message": "Bad.", "status": "INVALID_ARGUMENT"}}], INVALID, "Bad."),
    (500, {"error": {"message": "Boom", "type": "server_error"}}, DOWN, "Boom"),
    (502, {"error": {"message": "upstream gave nothing", "code": "upstream_empty_body"}}, DOWN, "upstream gave nothing"),
    (502, "<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body>", DOWN, "h answered 502 with a web page: 502 Bad Gateway"),
    (503, {"code": "The service is currently unavailable", "error": "At capacity."}, DOWN, "At capacity."),
    (503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, DOWN, "Loading model"),
    (504, "upstream request timeout", DOWN, "upstream request timeout"),
    (529, "", DOWN, "h answered 529: Overloaded."),
    (400, {"statusCode": 400, "message": ["model must be a string", "prompt is empty"], "error": "Bad Request"}, INVALID, "Bad Request: model must be a string; prompt is empty"),
    (400, {"status": 400, "error": "Bad Request", "message": "Not deployed", "path": "/v1"}, INVALID, "Bad Request: Not deployed"),
    (401, {"error": "invalid_token", "error_description": "The token expired"}, AUTH, "invalid_token: The token expired"),
    (400, {"error": "Not deployed.", "message": "Not deployed."}, INVALID, "Not deployed."),
    (400, {"error": {"code": "x"}, "message": "Boom"}, INVALID, "Boom"),
    (400, {"success": False, "errors": [{"code": 7003, "message": "No route"}], "messages": [], "result": None}, INVALID, "No route"),
    (422, {"errors": {"top_p": ["is odd"], "n": ["is too large"]}}, INVALID, "top_p: is odd; n: is too large"),
    (401, {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}}, AUTH, "Invalid ApiKey"),
    (403, {"Message": "Not authorized to use this"}, PERMISSION, "Not authorized to use this"),
    (400, {"base_resp": {"status_code": 2013, "status_msg": "invalid params"}}, INVALID, "invalid params"),
    (401, "\ufeff" + json.dumps({"error": {"message": "Bad key"}}), AUTH, "Bad key"),
    (400, 'data: {"error": {"message": "Too many"}}\n\ndata: [DONE]\n\n', INVALID, "Too many"),
    (429, 'event: error\r\ndata: {"error": {"message": "Slow down"}}\r\n\r\n', LIMITED, "Slow down"),
    (400, {"error": {"message": "<image> stands nowhere in the prompt"}}, INVALID, "<image> stands nowhere in the prompt"),
    (451, "", PERMISSION, "h answered 451: Unavailable for legal reasons."),
    (408, "", DOWN, "h answered 408: Request timeout."),
]  # fmt: skip


def read(status: int, body: Any) -> ChatError:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return http_failure(status, data, host="h")


@pytest.mark.parametrize(("status", "body", "kind", "message"), BODIES)
def test_error_body(status: int, body: Any, kind: Kind, message: str) -> None:
    error = read(status, body)
    assert (error.kind, error.message, error.status) == (kind, message, status)
    assert error.advice


def test_the_kind_and_the_class_agree() -> None:
    for status, body, kind, _ in BODIES:
        error = read(status, body)
        assert type(error).kind is kind


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"code": "rate_limit_exceeded", "type": "tokens"}}, "rate_limit_exceeded"),
        ({"error": {"code": 401, "type": "authentication_error"}}, "401"),
        ({"error": {"type": "server_error"}}, "server_error"),
        ({"error_code": 7}, "7"),
        ({"error": "x"}, None),
    ],
)
def test_the_provider_s_word_for_it(body: Any, code: str | None) -> None:
    assert read(400, body).code == code


def test_advice_depends_on_what_happened() -> None:
    assert "larg" in read(413, "").advice
    assert "chat completions" in read(405, "").advice
    assert "credit" in read(402, "").advice.lower()
    assert "key" in read(401, "").advice


def test_a_key_the_server_quotes_is_not_repeated() -> None:
    key = Secret("sk-verysecret-0123456789")
    body = json.dumps({"error": {"message": f"Bad key {key.reveal()}", "code": f"no {key.reveal()}"}}).encode()
    error = http_failure(401, body, host="h", secrets=(key, None))
    assert key.reveal() not in repr(error.failure)


def test_server_text_is_bounded_and_plain() -> None:
    error = read(500, "x\x1b[31m\x07" + "y" * 50_000)
    assert len(error.message) <= 600
    assert len(error.said) <= 2000
    assert "\x1b" not in error.message


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "{",
        '{"error":' * 1000,
        "\\",
        '{"error":{"error":{"error":{}}}}',
        "null",
        "0",
        '"x"',
        "<",
        "<" * 100_000,
    ],
)
def test_no_body_breaks_the_reader(body: str) -> None:
    assert read(500, body).kind is Kind.UNAVAILABLE


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"error": {"message": "x", "code": 429}}, LIMITED),
        ({"error": {"message": "x", "code": 502}}, DOWN),
        ({"error": {"message": "x", "type": "server_error", "code": "stream_error"}}, DOWN),
        ({"error": {"message": "tool call validation failed", "type": "invalid_request_error", "code": "tool_use_failed", "status_code": 400}}, INVALID),
        ({"error": {"message": "Token limit reached", "code": 400}}, INVALID),
        ({"error": {"message": "x", "code": "²"}}, DOWN),
        ({"error": {"message": "x", "code": "9" * 5000}}, DOWN),
        ("words", DOWN),
        ({"error": "Rate limit reached"}, LIMITED),
    ],
)  # fmt: skip
def test_errors_inside_a_stream(payload: Any, kind: Kind) -> None:
    assert stream_failure(payload).kind is kind
