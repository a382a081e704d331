"""The sidebar shows any number of conversations by date, keeps its place, and says what is wanted."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QMenu

from chatgui.core.conversation import ORDERS, Hit, Summary, in_order, order_key
from chatgui.ui.sidebar.conversation_list import DropShelf
from chatgui.ui.sidebar.listing import Listing
from chatgui.ui.sidebar.menu import targets
from chatgui.ui.sidebar.model import STEP, SidebarModel
from chatgui.ui.sidebar.places import move_menu, tag_menu
from chatgui.ui.sidebar.view import Sidebar
from chatgui.ui.words import day

NOW = datetime.now(UTC)


def rows(count: int, **fields: object) -> list[Summary]:
    """Summaries, newest first, three hours apart."""
    return [
        replace(Summary(f"id{at}", f"Title {at}", NOW, NOW - timedelta(hours=3 * at)), **fields)  # type: ignore[arg-type]
        for at in range(count)
    ]


def test_the_model_keeps_qts_rules(qapp: QApplication) -> None:
    model = SidebarModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.show(rows(10))
    model.show(rows(9), [Hit("id1", "m", "Title 1", "found here", NOW, ((0, 5),))])
    model.show([])
    del tester


def test_rows_stand_under_their_day() -> None:
    model = SidebarModel()
    model.show([*rows(2, pinned=True), *rows(20)])
    headings = [model.row(at).heading for at in range(model.total) if model.row(at).heading]
    assert headings[0] == "Pinned"
    assert headings[1] in ("Today", "Yesterday")
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize(
    ("before", "words"), [(0, "Today"), (1, "Yesterday"), (3, "This week"), (40, "April"), (400, "April 2025")]
)
def test_days_are_named_as_people_do(before: int, words: str) -> None:
    noon = datetime(2026, 5, 20, 12).astimezone()
    assert day(noon - timedelta(days=before), today=noon.date()) == words


@pytest.mark.parametrize(
    ("order", "expected"), [("changed", "pinned new old archived"), ("created", "pinned old new archived"),
                            ("title", "pinned new old archived")],
)  # fmt: skip
def test_pinned_stand_first_and_archived_last_in_every_order(order: str, expected: str) -> None:
    new, old, pinned, archived = (
        Summary("new", "a", NOW - timedelta(days=2), NOW),
        Summary("old", "B", NOW - timedelta(days=1), NOW - timedelta(days=1)),
        Summary("pinned", "z", NOW - timedelta(days=9), NOW - timedelta(days=9), pinned=True),
        Summary("archived", "A", NOW, NOW, archived=True),
    )
    listing = Listing()
    listing.fill(sorted([old, archived], key=order_key(order)), order)
    listing.change([pinned, new])
    assert " ".join(one.id for one in listing.rows) == expected


@pytest.mark.parametrize("order", ORDERS)
def test_many_are_sorted_as_one_is_put_in_its_place(order: str) -> None:
    chance = random.Random(order)
    many = [replace(one, title=chance.choice("abC"), pinned=chance.random() < 0.2, archived=chance.random() < 0.2,
                    updated=NOW, created=NOW - timedelta(days=chance.randint(0, 3))) for one in rows(200)]  # fmt: skip
    chance.shuffle(many)
    assert in_order(many, order) == sorted(many, key=order_key(order))


@pytest.mark.parametrize("seed", range(20))
def test_what_changes_one_by_one_ends_as_if_all_were_read_anew(seed: int) -> None:
    chance = random.Random(seed)
    order = chance.choice(ORDERS)

    def made(name: int) -> Summary:
        when = NOW - timedelta(hours=chance.randint(0, 50))
        return Summary(
            f"id{name}", chance.choice("abcABC"), NOW - timedelta(hours=chance.randint(0, 50)), when,
            pinned=chance.random() < 0.2, archived=chance.random() < 0.2,
            folder=chance.choice(["", "", "F", "G"]), tags=tuple(chance.sample(["x", "y"], chance.randint(0, 2))),
        )  # fmt: skip

    there = {f"id{name}": made(name) for name in range(30)}
    changing = Listing()
    changing.fill(sorted(there.values(), key=order_key(order)), order)
    changing.narrow(chance.choice([("", ""), ("folder", "F"), ("tag", "x")]))
    for _ in range(40):
        one = made(chance.randint(0, 40))
        gone = f"id{chance.randint(0, 40)}"
        there.pop(gone, None)
        there[one.id] = one
        changing.change([one], [gone])
        fresh = Listing()
        fresh.fill(sorted(there.values(), key=order_key(order)), order)
        fresh.narrow(changing.place)
        assert changing.rows == fresh.rows
        assert changing.places == fresh.places
        assert [one.updated for one in changing.newest()] == sorted(
            (one.updated for one in there.values()), reverse=True
        )


def test_screen_readers_hear_the_title_and_how_it_stands(qapp: QApplication) -> None:
    model = SidebarModel()
    model.show([rows(1, unread=True)[0]])
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "Title 0"
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleDescriptionRole) == "unread, Today"
    model.run({"id0"})
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleDescriptionRole) == "running, Today"


def test_a_hundred_thousand_conversations_cost_the_view_only_what_it_shows(sidebar: Sidebar) -> None:
    many = rows(100_000)
    began = time.process_time()
    sidebar.show_rows(many)
    spent = time.process_time() - began
    assert sidebar.model.total == 100_000
    assert sidebar.model.rowCount() == STEP
    assert spent < 0.3
    assert sidebar.model.row_of("id99999") == 99_999
    sidebar.show_current("id99999")
    assert sidebar.model.rowCount() == STEP
    sidebar.show_current("id1000")
    assert sidebar.selected() == ["id1000"]


def test_the_end_of_the_list_brings_more_rows() -> None:
    model = SidebarModel()
    model.show(rows(STEP + 10))
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert model.rowCount() == STEP + 10
    assert not model.canFetchMore(QModelIndex())


def test_a_changed_row_moves_nothing(sidebar: Sidebar) -> None:
    shown = rows(200)
    sidebar.show_rows(shown)
    sidebar.show_current("id5")
    sidebar.list.verticalScrollBar().setValue(300)
    resets = QSignalSpy(sidebar.model.modelReset)
    sidebar.show_rows([replace(one, unread=one.id == "id7") for one in shown])
    assert resets.count() == 0
    assert sidebar.list.verticalScrollBar().value() == 300


def test_new_rows_keep_the_scroll_place_and_the_shown_conversation(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(200))
    sidebar.show_current("id5")
    sidebar.list.verticalScrollBar().setValue(300)
    opened = QSignalSpy(sidebar.opened)
    sidebar.show_rows([Summary("new", "Newest", NOW, NOW), *rows(200)])
    assert sidebar.list.verticalScrollBar().value() == 300
    assert sidebar.selected() == ["id5"]
    assert opened.count() == 0


def test_a_click_opens(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(5))
    opened = QSignalSpy(sidebar.opened)
    place = sidebar.list.visualRect(sidebar.model.index(2)).center()
    QTest.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert opened.at(opened.count() - 1) == ["id2", "", ""]


def test_delete_acts_on_all_that_is_selected(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(5))
    sidebar.list.setCurrentIndex(sidebar.model.index(1))
    sidebar.list.selectionModel().select(sidebar.model.index(3), sidebar.list.selectionModel().SelectionFlag.Select)
    wanted = QSignalSpy(sidebar.delete_wanted)
    QTest.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert wanted.at(0) == [["id1", "id3"]]


def test_a_title_typed_in_the_list_is_one_plain_line(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(1))
    renamed = QSignalSpy(sidebar.renamed)
    assert sidebar.model.setData(sidebar.model.index(0), "  a\nb  ")
    assert renamed.at(0) == ["id0", "a b"]
    assert not sidebar.model.setData(sidebar.model.index(0), "   ")


def test_an_empty_library_says_so_and_the_list_stays(sidebar: Sidebar) -> None:
    sidebar.show_rows([])
    assert sidebar.list.isVisible()
    assert sidebar.list.accessibleName() == "Conversations"


def test_titles_of_any_script_are_painted(sidebar: Sidebar) -> None:
    titles = ["שלום עולם", "日本語の会話", "<b>not bold</b>", "a" * 5000, "👩‍💻 " * 50, "\u202eevil"]
    sidebar.show_rows([replace(one, title=title) for one, title in zip(rows(6), titles, strict=True)])
    assert not sidebar.grab().isNull()


def test_shift_and_ctrl_select_several_and_open_none(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(6))
    sidebar.list.setFocus()
    opened = QSignalSpy(sidebar.opened)
    for at, keys in ((1, Qt.KeyboardModifier.NoModifier), (3, Qt.KeyboardModifier.ShiftModifier),
                     (5, Qt.KeyboardModifier.ControlModifier)):  # fmt: skip
        place = sidebar.list.visualRect(sidebar.model.index(at)).center()
        QTest.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, keys, pos=QPoint(place))
    assert sidebar.selected() == ["id1", "id2", "id3", "id5"]
    assert {opened.at(at)[0] for at in range(opened.count())} == {"id1"}
    sidebar.show_rows([Summary("new", "Newest", NOW, NOW), *rows(6)])
    assert sidebar.selected() == ["id1", "id2", "id3", "id5"]


def test_folders_and_tags_are_offered_once_there_is_one_and_narrow_the_list(sidebar: Sidebar) -> None:
    sidebar.show_rows(rows(4))
    assert not sidebar.places.isVisible()
    sidebar.change_rows([replace(rows(4)[0], folder="Travel"), replace(rows(4)[3], tags=("work",))])
    assert sidebar.places.isVisible()
    assert (sidebar.places.names("folder"), sidebar.places.names("tag")) == (["Travel"], ["work"])
    for at, shown in ((1, ["id0"]), (2, ["id3"]), (0, ["id0", "id1", "id2", "id3"])):
        sidebar.places.setCurrentIndex(at)
        assert [sidebar.model.row(at).conversation for at in range(sidebar.model.total)] == shown
    sidebar.places.setCurrentIndex(2)
    sidebar.change_rows(rows(4)[3:])
    assert (sidebar.places.place, sidebar.model.total) == (("", ""), 4)


def test_another_order_has_other_groups(sidebar: Sidebar) -> None:
    sidebar.show_rows([replace(one, title=title) for one, title in zip(rows(3), "cab", strict=True)])
    sidebar.arrange("title")
    shown = [sidebar.model.row(at) for at in range(3)]
    assert [(one.title, one.heading) for one in shown] == [("a", "By title"), ("b", ""), ("c", "")]
    sidebar.change_rows([Summary("new", "aa", NOW, NOW)])
    assert [sidebar.model.row(at).title for at in range(4)] == ["a", "aa", "b", "c"]
    sidebar.arrange("created")
    assert sidebar.model.row(0).heading == day(NOW)


def test_a_condition_is_chosen_from_a_menu_and_stands_in_the_line_as_it_could_be_typed(sidebar: Sidebar) -> None:
    sidebar.show_rows([replace(rows(1)[0], model="big", folder="My trip", tags=("work",))])
    sidebar.search.setText("tides role:user")
    sidebar.filter_button.click()
    menu = next(one for one in sidebar.findChildren(QMenu) if one.title() == "Conditions")
    titles = {one.text().partition("\t")[0]: one for one in menu.actions()}
    assert list(titles) == ["Said by Me", "Said by the Model", "With Code", "Whole Words Only", "Date", "Model",
                            "Folder", "Tag"]  # fmt: skip
    titles["Said by the Model"].trigger()
    assert sidebar.query == "role:assistant tides"
    inner = titles["Folder"].menu()
    assert isinstance(inner, QMenu)
    inner.actions()[0].trigger()
    assert sidebar.query == 'folder:"My trip" role:assistant tides'
    menu.close()


def test_tags_are_drawn_said_and_chosen(qapp: QApplication, sidebar: Sidebar) -> None:
    sidebar.show_rows([replace(one, tags=("work", "R&D")) for one in rows(2)])
    said = sidebar.model.data(sidebar.model.index(0), Qt.ItemDataRole.AccessibleDescriptionRole)
    assert said == "Today, tag work, tag R&D"
    sidebar.grab()
    wanted = QSignalSpy(sidebar.tag_wanted)
    menu = tag_menu(
        sidebar, sidebar.places.names("tag"), {"work"}, lambda tag, on: sidebar.tag_wanted.emit(["id0"], tag, on)
    )
    assert [(one.text(), one.isChecked()) for one in menu.actions() if one.text()] == [
        ("R&&D", False), ("work", True), ("New Tag…", False)
    ]  # fmt: skip
    menu.actions()[1].trigger()
    menu.actions()[-1].trigger()
    dialog = sidebar.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("home")
    dialog.accept()
    assert [wanted.at(at) for at in range(wanted.count())] == [[["id0"], "work", False], [["id0"], "home", True]]


def drop(sidebar: Sidebar, words: str) -> None:
    """Let go of what is selected over a place, as the mouse would."""
    sidebar.list.dragging.emit(True)
    shelf = sidebar.findChild(DropShelf)
    assert shelf is not None
    assert shelf.isVisible()
    target = next(one for one in shelf.findChildren(QLabel) if one.text() == words)
    carried = sidebar.model.mimeData(sidebar.list.selectedIndexes())
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(target, QDragEnterEvent(QPoint(4, 4), copy, carried, left, none))
    QApplication.sendEvent(target, QDropEvent(QPointF(4, 4), copy, carried, left, none))
    sidebar.list.dragging.emit(False)
    assert not shelf.isVisible()


def test_of_many_folders_the_fullest_can_be_dropped_on_and_a_new_one(sidebar: Sidebar) -> None:
    loose = Summary("x", "X", NOW, NOW)
    sidebar.show_rows([loose, *(replace(one, folder=f"F{at % 20:02}") for at, one in enumerate(rows(28)))])
    sidebar.list.setCurrentIndex(sidebar.model.index(0))
    offered = [words for words, _ in targets(sidebar, [loose])]
    assert offered == ["Pin", *(f"Move to “F{at:02}”" for at in range(8)), "Move to a new folder …", "Archive"]
    moved = QSignalSpy(sidebar.move_wanted)
    drop(sidebar, "Move to a new folder …")
    dialog = sidebar.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("Fresh")
    dialog.accept()
    assert moved.at(0) == [["x"], "Fresh"]


def test_several_conversations_are_dropped_into_a_folder_out_of_it_and_onto_pinned(sidebar: Sidebar) -> None:
    sidebar.show_rows([replace(rows(4)[0], folder="Travel"), *rows(4)[1:]])
    sidebar.list.setCurrentIndex(sidebar.model.index(1))
    sidebar.list.selectionModel().select(sidebar.model.index(2), sidebar.list.selectionModel().SelectionFlag.Select)
    moved, pinned = QSignalSpy(sidebar.move_wanted), QSignalSpy(sidebar.pin_wanted)
    drop(sidebar, "Move to “Travel”")
    drop(sidebar, "Pin")
    sidebar.list.selectionModel().select(
        sidebar.model.index(0), sidebar.list.selectionModel().SelectionFlag.ClearAndSelect
    )
    drop(sidebar, "Take out of the folder")
    assert [moved.at(at) for at in range(moved.count())] == [[["id1", "id2"], "Travel"], [["id0"], ""]]
    assert pinned.at(0) == [["id1", "id2"], True]


def test_a_folder_is_chosen_from_those_there_are_or_made(qapp: QApplication, sidebar: Sidebar) -> None:
    moved: list[str] = []
    menu = move_menu(sidebar, ["Travel", "R&D"], "Travel", moved.append)
    assert [one.text() for one in menu.actions() if one.text()] == [
        "Travel", "R&&D", "New Folder…", "Take Out of Folder"
    ]  # fmt: skip
    assert not menu.actions()[0].isEnabled()
    menu.actions()[1].trigger()
    menu.actions()[-1].trigger()
    menu.actions()[-2].trigger()
    dialog = sidebar.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("  New  one ")
    dialog.accept()
    assert moved == ["R&D", "", "New one"]
