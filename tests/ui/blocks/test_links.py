"""Which links lead anywhere, and what is shown of them."""

from __future__ import annotations

import pytest

from chatgui.ui.transcript.links import judge

LEADS = [
    ("https://example.org", "https://example.org/"), ("http://example.org/a?b=c#d", "http://example.org/a?b=c#d"),
    ("HTTPS://EXAMPLE.org/A", "https://example.org/A"), ("https://example.org:8443/x", "https://example.org:8443/x"),
    ("https://example.org/ä", "https://example.org/%C3%A4"), ("https://[::1]:8080/", "https://[::1]:8080/"),
    ("https://münchen.example/", "https://xn--mnchen-3ya.example/"), ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),
    ("https://example.org./", "https://example.org/"), ("http://localhost:8000/", "http://localhost:8000/"),
    ("https://example.org/a(b)", "https://example.org/a(b)"), ("mailto:someone@example.org", "mailto:someone@example.org"),
    ("mailto:a@b.c?subject=x&attach=/etc/passwd", "mailto:a@b.c"), ("http://192.168.0.1/", "http://192.168.0.1/"),
    ("https://example.org/%2e%2e/", "https://example.org/%2e%2e/"), ("https://example.org/?q=a b".replace(" ", "%20"), "https://example.org/?q=a%20b"),
]  # fmt: skip
LEADS_NOWHERE = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "\x01javascript:alert(1)", "javascript&colon;alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "file://host/share",
    "FILE:///C:/x", "smb://host/share", "\\\\host\\share", "//host/path", "/etc/passwd", "red.png", "../x", "#anchor", "",
    "ms-msdt:/id", "search-ms:query", "ms-officecmd:x", "steam://run", "tel:+123", "sms:1", "ssh://host", "ftp://host/", "view-source:https://x",
    "blob:https://x/y", "about:blank", "chrome://settings", "x-apple.systempreferences:", "intent://x", "jar:https://x!/", "ldap://x", "tg://x",
    "https://user@evil.example/", "https://google.com@evil.example/", "https://user:pass@evil.example/", "https://evil.example\\@good.example/",
    "https:evil.example", "https:/evil.example", "https:///evil.example", "https://", "https://exa mple.org", "https://example.org\n.evil.example",
    "https://exam\u200bple.org", "https://example.org/\u202egnp.exe", "https://example\u3002org\u00a0", "https://%65vil.example/", "https://ex_ample..org",
    "https://example.org:99999/", "https://[::1", "https://-/\ud800", "mailto:", "mailto:a@b.c,d@e.f%0abcc:x", "mailto:<a@b.c>", "http://\u0000/", "https://" + "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize(("address", "opened"), LEADS)
def test_what_leads_somewhere(address: str, opened: str) -> None:
    found = judge(address, "some words")
    assert found.url == opened
    assert found.shown
    assert found.shown.isascii()
    assert found.ask == (opened.startswith("mailto") or "xn--" in opened)


@pytest.mark.parametrize("address", LEADS_NOWHERE)
def test_what_leads_nowhere(address: str) -> None:
    found = judge(address, "click")
    assert (found.url, found.allowed) == ("", False)


@pytest.mark.parametrize(
    ("text", "address", "warned"),
    [
        ("https://bank.example", "https://evil.example/", True),
        ("www.bank.com", "https://evil.example/", True),
        ("bank.com", "https://bank.com.evil.example/", True),
        ("https://bank.example/login", "https://bank.example/other", False),
        ("www.bank.com", "https://bank.com/", False),
        ("node.js", "https://nodejs.org/", False),
        ("the docs", "https://docs.example/", False),
        ("1.2.30", "https://example.org/", False),
    ],
)
def test_a_text_that_names_another_place_is_warned_of(text: str, address: str, *, warned: bool) -> None:
    found = judge(address, text)
    assert found.ask == warned
    assert bool(found.warning) == warned


def test_the_tables_are_long_enough() -> None:
    assert len(LEADS) + len(LEADS_NOWHERE) >= 60
