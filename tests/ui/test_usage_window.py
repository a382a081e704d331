"""The usage window: chart, table, filter, CSV and prices; what is reported, estimated and unknown stays apart."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from chatgui.chat.chart import TOKENS, chart_of
from chatgui.chat.session import Session
from chatgui.core.message import Message, Role, State, Text
from chatgui.core.usage import UNKNOWN, Source, Usage
from chatgui.store import replies
from chatgui.store.usage import Piece
from chatgui.ui.dialogs.prices import PricesDialog
from chatgui.ui.dialogs.usage import UsageDialog, span_of
from chatgui.ui.dialogs.usage_chart import UsageChart
from chatgui.ui.theme import DARK, LIGHT, Theme, contrast
from chatgui.ui.window import Window
from tests.ui.conftest import showing, until

REPORTED = Usage(1000, 200, 1200, source=Source.REPORTED, cost=0.5, currency="USD", cost_source=Source.REPORTED)
ESTIMATED = Usage(100, 20, 120, source=Source.ESTIMATED)


async def spend(session: Session, *answers: tuple[str, int, Usage]) -> None:
    """Answers of a model, so many days ago."""
    now = datetime.now(UTC)

    def put(connection: object) -> None:
        for at, (model, days, usage) in enumerate(answers):
            when = now - timedelta(days=days)
            message = Message(
                f"a{at}",
                Role.ASSISTANT,
                (Text("x"),),
                when,
                None,
                State.FINISHED,
                account=f"At {model}",
                model=model,
                usage=usage,
            )
            replies.spend(connection, f"c{at}", message)  # type: ignore[arg-type]

    await session._db.write(put)


async def usage_dialog(window: Window) -> UsageDialog:
    window.actions_by_id["usage"].trigger()
    dialog = next(one for one in QApplication.topLevelWidgets() if isinstance(one, UsageDialog) and one.isVisible())
    await until(dialog._summary.text)
    return dialog


def rows(dialog: UsageDialog | PricesDialog) -> list[list[str]]:
    table = dialog._table
    return [[item.text() if (item := table.item(row, at)) else "" for at in range(table.columnCount())]
            for row in range(table.rowCount())]  # fmt: skip


async def test_the_honesties_stay_apart(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await spend(session, ("big", 0, REPORTED), ("small", 0, ESTIMATED), ("mute", 1, UNKNOWN), ("big", 1, REPORTED))
        dialog = await usage_dialog(window)
        assert dialog._summary.text() == (
            "4 answers. 2,400 tokens reported, ≈ 120 estimated; 1 answer of unknown count."
            " Cost 1.00 USD; 2 answers of unknown cost."
        )
        assert rows(dialog) == [
            ["big", "2", "2,000", "400", "—", "2,400", "1.00 USD"],
            ["small", "1", "≈ 100", "≈ 20", "—", "≈ 120", "—"],
            ["mute", "1", "—", "—", "—", "—", "—"],
        ]
        item = dialog._table.item(1, 0)
        assert item is not None
        assert item.toolTip() == "1 answer. ≈ 120 tokens estimated. Cost unknown."


async def test_the_chart_stacks_days_and_says_its_numbers(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await spend(session, ("big", 2, REPORTED), ("small", 2, ESTIMATED), ("big", 0, REPORTED))
        dialog = await usage_dialog(window)
        chart = dialog._chart.chart
        assert chart.series == ("big", "small")
        assert [bar.pieces for bar in chart.bars] == [((0, 1200, 0), (1, 0, 120)), (), ((0, 1200, 0),)]
        assert "≈ 120 tokens" in chart.bars[0].words
        assert chart.guesses
        assert chart.top >= 1320
        spoken = QAccessible.queryAccessibleInterface(dialog._chart)
        assert spoken.text(QAccessible.Text.Description) == chart.words
        assert "The table has the numbers." in chart.words
        dialog._measure.setCurrentIndex(dialog._measure.findData("USD"))
        dialog._refresh()
        await until(lambda: dialog._chart.chart.bars[0].height == 0.5)


async def test_time_is_filtered_in_the_table_and_the_chart(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await spend(session, ("big", 0, REPORTED), ("old", 20, REPORTED), ("older", 400, REPORTED))
        dialog = await usage_dialog(window)
        found = {}
        for at in range(dialog._span.count()):
            dialog._span.setCurrentIndex(at)
            if dialog._span.currentData() in ("all", "0", "6", "29"):
                await dialog._read()
                found[dialog._span.currentData()] = sorted(row[0] for row in rows(dialog))
        assert found == {"all": ["big", "old", "older"], "0": ["big"], "6": ["big"], "29": ["big", "old"]}
        dialog._span.setCurrentIndex(dialog._span.findData("own"))
        dialog._refresh()
        assert dialog._first.isVisible()
        day = date.today() - timedelta(days=20)  # noqa: DTZ011
        dialog._first.setDate(day)  # type: ignore[arg-type]  # PySide takes it
        dialog._last.setDate(day)  # type: ignore[arg-type]
        await dialog._read()
        assert [row[0] for row in rows(dialog)] == ["old"]


def test_spans_are_whole_days() -> None:
    today = date(2026, 3, 15)
    assert span_of("last", today).first == date(2026, 2, 1)
    assert span_of("last", today).last == date(2026, 2, 28)
    assert span_of("month", today).first == date(2026, 3, 1)
    assert (span_of("6", today).last or today) - (span_of("6", today).first or today) == timedelta(days=6)
    assert span_of("all", today).since is span_of("all", today).until is None


async def test_csv_and_sorting(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        await spend(session, ("big", 0, REPORTED), ("=HYPERLINK()", 0, ESTIMATED), ("mute", 0, UNKNOWN))
        dialog = await usage_dialog(window)
        await dialog.write(tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            table = {row["model"]: row for row in csv.DictReader(file)}
        assert table["big"]["total_tokens"] == "1200"
        assert table["mute"]["total_tokens"] == table["mute"]["cost"] == ""
        assert "'=HYPERLINK()" in table
        assert "Saved as “out.csv”." in dialog._note.text()
        await dialog.write(tmp_path / "no" / "out.csv")
        assert dialog._note.text().startswith("Not saved: ")
        dialog._table.sortByColumn(5, Qt.SortOrder.AscendingOrder)
        assert [row[5] for row in rows(dialog)] == ["—", "≈ 120", "1,200"], "by number; unknown is least"


async def test_deleting_a_conversation_keeps_what_it_cost(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        shown = window.conversation_bound
        await shown.send("Hello")
        await until(lambda: shown.turn is None and shown.last(Role.ASSISTANT))
        before = await session.ledger.totals("model")
        await session.library.delete([shown.id])
        await session.library.purge([shown.id])
        assert await session.ledger.totals("model") == before
        dialog = await usage_dialog(window)
        dialog._by.setCurrentIndex(dialog._by.findData("conversation"))
        await dialog._read()
        assert [row[0] for row in rows(dialog)] == ["Deleted conversation"]


async def test_an_empty_ledger_says_so(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        dialog = await usage_dialog(window)
        assert dialog._summary.text() == "Nothing was asked in this time."
        assert not dialog._chart.isVisible()
        assert not dialog._csv.isEnabled()


async def test_own_prices_are_set_and_forgotten(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, session):
        dialog = await usage_dialog(window)
        QTest.mouseClick(
            next(one for one in dialog.findChildren(QPushButton) if one.text() == "Prices…"), Qt.MouseButton.LeftButton
        )
        prices = next(one for one in QApplication.topLevelWidgets() if isinstance(one, PricesDialog))
        assert rows(prices) == [["demo", "—", "—", "—", "—", "unknown"]]
        prices._table.selectRow(0)
        assert prices.model.text() == "demo"
        await prices.keep()
        assert "what a million tokens" in prices._said.text()
        for line, text in zip((*prices.amounts, prices.currency), ("2,5", "10", "", "eur"), strict=True):
            line.setText(text)
        await prices.keep()
        assert rows(prices) == [["demo", "2.5", "10", "—", "EUR", "your own price"]]
        shown = window.conversation_bound
        await shown.send("Hello")
        await until(lambda: shown.turn is None and shown.last(Role.ASSISTANT))
        assert shown.conversation is not None
        answer = shown.conversation.messages[shown.last(Role.ASSISTANT)]
        assert (answer.usage.currency, answer.usage.cost_source) == ("EUR", Source.ESTIMATED)
        await prices.forget()
        assert rows(prices)[0][5] == "unknown"
        assert session.accounts.by_name("Local").prices == {}
        prices.close()


def test_hues_stand_out_from_the_ground_in_both_themes(qapp: QApplication) -> None:
    from chatgui.ui.dialogs.usage_chart import ROLES

    for tokens in (LIGHT, DARK):
        for role in (*ROLES, "edge"):
            assert contrast(getattr(tokens, role), tokens.ground) >= 3, role


def test_bars_are_painted_in_the_hue_of_their_series(qapp: QApplication) -> None:
    theme = Theme(qapp)
    theme.choose("dark")
    chart = UsageChart(theme)
    chart.resize(600, 190)
    day = date.today().isoformat()  # noqa: DTZ011
    chart.show_chart(
        chart_of([Piece(day, "a", 100, None, None, None, None), Piece(day, "b", None, 90, None, None, None)], TOKENS)
    )
    picture = QImage(chart.size(), QImage.Format.Format_RGB32)
    picture.fill(QColor(DARK.ground))
    chart.render(picture, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    middle = round(chart._slot(0).center().x())
    column = [picture.pixelColor(middle, y).name() for y in range(picture.height())]
    assert column.count(DARK.accent) > 40
    box = [picture.pixelColor(x, y).name() for x in range(middle - 10, middle + 10) for y in range(30, 80)]
    assert 0.05 < box.count(DARK.warning) / len(box) < 0.6, "an estimate is hatched, not filled"
