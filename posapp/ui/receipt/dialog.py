"""The receipt of a payment on screen, with ways to keep it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMargins, QPoint, QRect, QStandardPaths, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QWidget

from posapp.receipts.content import Receipt
from posapp.runtime.dialogs import NoPrinter, ask_printer, save_path
from posapp.runtime.tasks import spawn
from posapp.runtime.threads import in_thread
from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.dialog import Dialog
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.scroll import Scroll

_PAPER = 380


class _Sheet(QWidget):
    """The paper on its table; it stays light in the dark scheme, as paper does."""

    def __init__(self, picture: QPixmap) -> None:
        super().__init__()
        self._picture = picture
        paper = picture.deviceIndependentSize().toSize()
        self._paper = QRect(QPoint(theme.PAD, theme.PAD), paper)
        self.setFixedSize(paper.grownBy(QMargins(*([theme.PAD] * 4))))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.background)
        painter.drawPixmap(self._paper, self._picture)
        painter.setPen(tokens.line)
        painter.drawRect(self._paper.adjusted(-1, -1, 0, 0))
        painter.end()


class ReceiptDialog(Dialog):
    def __init__(self, receipt: Receipt, parent: QWidget) -> None:
        super().__init__("Receipt", name="receipt", parent=parent)
        from posapp.receipts.preview import preview

        self._receipt = receipt
        picture = QPixmap.fromImage(
            preview(receipt, width=_PAPER, ratio=parent.devicePixelRatioF())
        )
        sheet = _Sheet(picture)
        sheet.setObjectName("receipt.paper")
        sheet.setAccessibleName("Receipt")
        sheet.setAccessibleDescription(receipt.plain())
        self.save = Button("Save as PDF…", name="receipt.save", icon="download", shortcut="Ctrl S")
        self.print = Button("Print…", name="receipt.print", icon="printer", shortcut="Ctrl P")
        self.leave = Button("Close", name="receipt.close", kind="primary", shortcut="Esc")
        self.save.bind("Ctrl+S")
        self.print.bind("Ctrl+P")
        self.answer = Label(
            "", size=theme.SMALL, weight=theme.MEDIUM, wrap=True, name="receipt.answer"
        )
        self._build(sheet)
        self.save.clicked.connect(self._save)
        self.print.clicked.connect(self._print)
        self.leave.clicked.connect(self.reject)
        self.leave.setFocus()

    def _save(self) -> None:
        spawn(self._save_pdf(), name="save a receipt", owner=self)

    async def _save_pdf(self) -> None:
        from posapp.receipts.errors import ReceiptError
        from posapp.receipts.pdf import pdf_bytes, save

        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        suggested = Path(folder) / f"{self._receipt.file_name}.pdf"
        kind = "PDF (*.pdf)"
        path = await save_path(self, title="Save the receipt", suggested=suggested, kind=kind)
        if path is None:
            return
        try:
            await in_thread(save, pdf_bytes(self._receipt), path)
        except ReceiptError as problem:
            self._say(str(problem), wrong=True)
        else:
            self._say(f"Saved as {path.name}.", wrong=False)

    def _print(self) -> None:
        spawn(self._print_paper(), name="print a receipt", owner=self)

    async def _print_paper(self) -> None:
        from posapp.receipts.errors import ReceiptError
        from posapp.receipts.printing import print_receipt

        try:
            printer = await ask_printer(self)
            if printer is not None:
                print_receipt(self._receipt, printer)
                self._say("Sent to the printer.", wrong=False)
        except (NoPrinter, ReceiptError) as problem:
            self._say(str(problem), wrong=True)

    def _say(self, sentence: str, *, wrong: bool) -> None:
        self.answer.setText(sentence)
        self.answer.set_ink("not_moved" if wrong else "moved")
        self.answer.show()

    def _build(self, sheet: QWidget) -> None:
        scroll = Scroll(sheet, name="Receipt, scrollable")
        scroll.setWidgetResizable(False)
        scroll.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        scroll.setMinimumSize(_PAPER + 3 * theme.PAD, 440)
        self.body.addWidget(scroll, 1)
        self.body.addWidget(self.answer)
        self.answer.hide()
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        for button in (self.save, self.print, self.leave):
            foot.addWidget(button, 1)
        self.body.addLayout(foot)
