"""Full-text search: what a row is found by, and what people mean by what they type.

The words of a row are folded here (case, accents, marks) before they are stored, and so is what
people type, so that both agree whatever the engine thinks of letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, false

from posapp.ledger.dialects import Index, dialect_of
from posapp.model.money import Money

_WORD = re.compile(r"[^\W_]+")
_BETWEEN_TERMS = re.compile(r"[\s;]+|,(?!\d)")
_AMOUNT = re.compile(r"(\d{1,3}(?:[.,'’]\d{3})+|\d+)[.,](\d{1,3})")
_NO_ACCENT = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_MOST_TERMS = 8
_LONGEST_QUERY = 200
_SHORTEST_PHONE_PART = 4


def fold(parts: Iterable[str]) -> str:
    """The searchable words of some texts, folded, in order, separated by blanks."""
    plain = unicodedata.normalize("NFKD", " ".join(parts).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_WORD.findall(letters.translate(_NO_ACCENT)))


def phone_words(phone: str) -> tuple[str, ...]:
    """What a phone number is found by: its groups, and its figures from any figure on."""
    figures = "".join(c for c in phone if c in "0123456789")
    ends = range(max(1, len(figures) - _SHORTEST_PHONE_PART + 1))
    return (phone, *(figures[start:] for start in ends))


def amount_words(amount: Money) -> tuple[str, ...]:
    """What an amount is found by: ``29.92``, ``29,92``, ``2992``, ``EUR``."""
    return (str(amount.minor), amount.plain().replace(".", "d"), amount.currency)


def index_rows(connection: Connection, index: Index, rows: Iterable[tuple[int, str]]) -> None:
    """Make each row findable under exactly its folded words."""
    values = [{"row": row, "words": words} for row, words in rows]
    if values:
        dialect_of(connection).index_rows(connection, index, values)


def begins(
    connection: Connection, index: Index, wanted: str, rows: ColumnElement[int]
) -> ColumnElement[bool] | None:
    """The condition that each term of ``wanted`` begins a word of the row; None where nothing is
    asked for, never true where there is nothing to find in it.

    Any text is safe: only letters and figures reach the query, always quoted.
    """
    if not wanted.strip():
        return None
    terms = _BETWEEN_TERMS.split(wanted.strip()[:_LONGEST_QUERY])
    asked = [choices for term in terms if (choices := _choices(term))][:_MOST_TERMS]
    if not asked:
        return false()
    return rows.in_(dialect_of(connection).hits(index, asked))


def _choices(term: str) -> list[str]:
    """The phrases a typed term may stand for. A phrase is words that follow each other."""
    words = fold((term,))
    choices = [words]
    figures = words.replace(" ", "")
    amount = _AMOUNT.fullmatch(term.strip("€£$¥"))
    if amount:
        whole = "".join(c for c in amount[1] if c.isdigit())
        choices.append(f"{fold((whole,))}d{fold((amount[2],))}")
    if figures.isdigit() and (not amount or len(amount[2]) == 3):
        # A phone number with other marks, or with the 0 that is not said from abroad.
        choices += [figures, figures.removeprefix("00" if figures.startswith("00") else "0")]
    return [choice for choice in dict.fromkeys(choices) if choice]
