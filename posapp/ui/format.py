"""Amounts and times in the person's own locale."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, QLocale

from posapp.model.display import AmountStyle


def amount_style(locale: QLocale | None = None) -> AmountStyle:
    """The marks of a locale, the system's by default.

    Amounts are written in the figures 0 to 9; marks that belong to other figures stay out.
    """
    used = locale or QLocale()
    if used.language() is QLocale.Language.C:
        return AmountStyle()
    probe = used.toCurrencyString(1, "¤").strip("\u200e\u200f\u061c\u00a0\u202f ")
    symbol_first = probe.startswith("¤")
    if used.zeroDigit() != "0":
        return AmountStyle(symbol_first=symbol_first)
    return AmountStyle(
        decimal=used.decimalPoint(), group=used.groupSeparator(), symbol_first=symbol_first
    )


def clock_time(at: datetime, *, seconds: bool = False) -> str:
    """``14:02`` or ``14:02:09`` in local time."""
    return at.astimezone().strftime("%H:%M:%S" if seconds else "%H:%M")


def day_and_time(at: datetime) -> str:
    """Local date and time in the locale's short form."""
    local = QDateTime.fromSecsSinceEpoch(int(at.timestamp()))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def list_time(at: datetime, now: datetime) -> str:
    """The time for today, the day for anything older."""
    local, today = at.astimezone(), now.astimezone().date()
    if local.date() == today:
        return local.strftime("%H:%M")
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(at.timestamp())).date(), "d MMM")


def moment_time(at: datetime, now: datetime) -> str:
    """To the second for today, day and time for anything older or later."""
    if at.astimezone().date() == now.astimezone().date():
        return clock_time(at, seconds=True)
    return f"{list_time(at, now)} {clock_time(at)}"


def short_time(at: datetime) -> str:
    """As ``list_time``, from now."""
    return list_time(at, datetime.now(UTC))


def time_with_seconds(at: datetime) -> str:
    """As ``moment_time``, from now."""
    return moment_time(at, datetime.now(UTC))
