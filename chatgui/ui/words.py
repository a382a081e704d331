"""Text of others, made fit for a line of chrome."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QLocale, QTime

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def isolated(text: str) -> str:
    """`text` on one line, its writing direction kept from spilling into what stands beside it."""
    return f"{FIRST_STRONG_ISOLATE}{' '.join(text.split())}{POP_ISOLATE}" if text else ""


def clock(moment: datetime) -> str:
    """The time of day, as the system writes it."""
    local = moment.astimezone()
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def day(moment: datetime, today: date | None = None) -> str:
    """The group a moment belongs to in a list: Today, Yesterday, This week, or its month."""
    today = today or date.today()  # noqa: DTZ011 - days are the reader's own
    when = moment.astimezone().date()
    if when >= today:
        return "Today"
    if when == today - timedelta(days=1):
        return "Yesterday"
    if when > today - timedelta(days=7):
        return "This week"
    name = QLocale().standaloneMonthName(when.month)
    return name if when.year == today.year else f"{name} {when.year}"


def full_date(moment: datetime) -> str:
    """Day and time in words of the system's locale."""
    local = moment.astimezone()
    written = QLocale().toString(QDate(local.year, local.month, local.day), QLocale.FormatType.LongFormat)
    return f"{written}, {clock(moment)}"
