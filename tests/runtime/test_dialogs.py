"""Dialogs are awaited, other tasks go on, and a nested loop in a task raises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDrag
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from posapp.runtime import crash, dialogs, tasks
from posapp.runtime.loop import NestedLoop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def opened(name: str) -> list[QDialog]:
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, QDialog) and widget.objectName() == name and widget.isVisible()
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("result", [0, 1, 7])
async def test_show_returns_the_result_while_other_tasks_run(window: QWidget, result: int) -> None:
    dialog = QDialog(window)
    ticks: list[int] = []

    async def tick() -> None:
        for number in range(10):
            ticks.append(number)
            await asyncio.sleep(0.001)
        dialog.done(result)

    ticking = tasks.spawn(tick(), name="ticking")
    assert await dialogs.show(dialog) == result
    assert ticks == list(range(10))
    await ticking


@pytest.mark.asyncio
async def test_fields_can_be_read_after_show_and_the_dialog_is_deleted_then(
    window: QWidget,
) -> None:
    dialog = QDialog(window)
    field = QLineEdit(dialog)
    field.setText("12.50")
    QTimer.singleShot(0, dialog.accept)
    assert await dialogs.show(dialog) == QDialog.DialogCode.Accepted.value
    assert field.text() == "12.50"
    await until(lambda: not shiboken6.isValid(dialog))


@pytest.mark.asyncio
async def test_a_cancelled_wait_closes_even_a_dialog_that_refuses(window: QWidget) -> None:
    class Stubborn(QDialog):
        def closeEvent(self, event: QCloseEvent) -> None:
            event.ignore()

    dialog = Stubborn(window)
    waiting = tasks.spawn(dialogs.show(dialog), name="asking")
    await until(dialog.isVisible)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    await until(lambda: not shiboken6.isValid(dialog))


@pytest.mark.asyncio
async def test_a_wait_cancelled_at_once_leaves_no_dialog(window: QWidget) -> None:
    dialog = QDialog(window)
    waiting = tasks.spawn(dialogs.show(dialog), name="asking")
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    await until(lambda: not shiboken6.isValid(dialog))


@pytest.mark.asyncio
async def test_a_dialog_that_cannot_open_raises_to_the_one_who_waits(window: QWidget) -> None:
    class Broken(QDialog):
        def open(self) -> None:
            raise LookupError("nothing to show")

    with pytest.raises(LookupError, match="nothing to show"):
        await dialogs.show(Broken(window))


@pytest.mark.asyncio
async def test_a_dialog_destroyed_with_its_window_counts_as_rejected() -> None:
    window = QWidget()
    window.show()
    dialog = QDialog(window)
    waiting = tasks.spawn(dialogs.show(dialog), name="asking")
    await until(dialog.isVisible)
    shiboken6.delete(window)
    assert await waiting == QDialog.DialogCode.Rejected.value


@pytest.mark.asyncio
async def test_save_path_suggests_and_returns_the_chosen_file(
    window: QWidget, tmp_path: Path
) -> None:
    asking = tasks.spawn(
        dialogs.save_path(
            window, title="Save receipt", suggested=tmp_path / "receipt.pdf", kind="PDF (*.pdf)"
        ),
        name="asking",
    )
    await until(lambda: opened("file.save"))
    (dialog,) = opened("file.save")
    assert isinstance(dialog, QFileDialog)
    assert dialog.windowTitle() == "Save receipt"
    assert [Path(file) for file in dialog.selectedFiles()] == [tmp_path / "receipt.pdf"]
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    name.setText("other")
    QTimer.singleShot(0, dialog.accept)
    assert await asking == tmp_path / "other.pdf"


@pytest.mark.asyncio
async def test_save_path_is_none_when_the_person_cancels(window: QWidget, tmp_path: Path) -> None:
    asking = tasks.spawn(
        dialogs.save_path(
            window, title="Save receipt", suggested=tmp_path / "receipt.pdf", kind="PDF (*.pdf)"
        ),
        name="asking",
    )
    await until(lambda: opened("file.save"))
    opened("file.save")[0].reject()
    assert await asking is None


@pytest.mark.asyncio
@pytest.mark.parametrize("accepts", [True, False])
async def test_the_print_dialog_works_without_a_printer(window: QWidget, accepts: bool) -> None:
    asking = tasks.spawn(dialogs.ask_printer(window), name="asking")
    await until(lambda: opened("printer.choose"))
    (dialog,) = opened("printer.choose")
    if accepts:
        QTimer.singleShot(0, dialog.accept)
        printer = await asking
        assert printer is not None
        assert printer.isValid()
    else:
        dialog.reject()
        assert await asking is None


BLOCKING: dict[str, Callable[[], object]] = {
    "QDialog.exec": lambda: QDialog().exec(),
    "QMessageBox.exec": lambda: QMessageBox().exec(),
    "QFileDialog.exec": lambda: QFileDialog().exec(),
    "QMessageBox.question": lambda: QMessageBox.question(None, "?", "?"),  # noqa: TID251
    "QMessageBox.information": lambda: QMessageBox.information(None, "?", "?"),  # noqa: TID251
    "QMessageBox.warning": lambda: QMessageBox.warning(None, "?", "?"),  # noqa: TID251
    "QMessageBox.critical": lambda: QMessageBox.critical(None, "?", "?"),  # noqa: TID251
    "QFileDialog.getOpenFileName": QFileDialog.getOpenFileName,  # noqa: TID251
    "QFileDialog.getSaveFileName": QFileDialog.getSaveFileName,  # noqa: TID251
    "QInputDialog.getText": lambda: QInputDialog.getText(None, "?", "?"),  # noqa: TID251
    "QMenu.exec of the class": lambda: QMenu.exec([], QPoint()),
    "QDrag.exec": lambda: QDrag(QTimer()).exec(),
    "QEventLoop.exec": lambda: QEventLoop().exec(),
    "QCoreApplication.processEvents": QCoreApplication.processEvents,
    "QApplication.processEvents": QApplication.processEvents,
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(BLOCKING))
async def test_a_blocking_call_inside_a_task_raises(name: str) -> None:
    with pytest.raises(NestedLoop, match="inside a task"):
        BLOCKING[name]()


@pytest.mark.asyncio
async def test_a_menu_opened_inside_a_task_is_reported() -> None:
    """PySide finds ``exec`` of a menu object past its class, so the loop has to notice."""
    path = crash.CrashPath()
    path.install()
    try:
        menu = QMenu()
        menu.addAction("Refund")
        QTimer.singleShot(20, menu.close)
        asyncio.get_running_loop().call_soon(str)
        menu.exec()
        assert "NestedLoop" in "".join(path.untold())
    finally:
        path.uninstall()


def test_outside_of_tasks_the_calls_still_work(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    QTimer.singleShot(0, dialog.accept)
    assert dialog.exec() == QDialog.DialogCode.Accepted.value
    QCoreApplication.processEvents()
    menu = QMenu()
    qtbot.addWidget(menu)
    QTimer.singleShot(0, menu.close)
    assert menu.exec() is None


def test_guarding_twice_changes_nothing() -> None:
    before = QDialog.__dict__["exec"]
    dialogs.guard()
    assert QDialog.__dict__["exec"] is before


def test_the_alarm_shows_its_sentence_as_plain_text(qtbot: QtBot) -> None:
    seen: list[tuple[str, Qt.TextFormat]] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append((box.text(), box.textFormat()))
        box.accept()

    QTimer.singleShot(0, answer)
    dialogs.alarm("The folder <b>home</b> is in use.")
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("The folder <b>home</b> is in use.", Qt.TextFormat.PlainText)]
