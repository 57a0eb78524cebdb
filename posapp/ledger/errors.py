"""What the ledger refuses or cannot do. Every text is a sentence for people."""

from __future__ import annotations

from posapp.model.money import Money


class LedgerError(Exception):
    """Base of all. Unless it says otherwise, nothing was written when one is raised."""


class LedgerBusy(LedgerError):
    """Another program holds the database."""


class LedgerAway(LedgerError):
    """The server of a shared ledger does not answer.

    Where it went away while a step was being kept, it is not certain whether it was.
    """


class LedgerFull(LedgerError):
    """There is no room on the disk."""


class LedgerDamaged(LedgerError):
    """The file is not a sound database, or not ours."""


class LedgerNewer(LedgerError):
    """A newer version of the program wrote the database."""


class LedgerUnreadable(LedgerError):
    """The system or the key does not let us read the file."""


class LedgerStopped(LedgerError):
    """The disk failed, or the ledger is closed: it takes nothing more.

    Where the disk failed while writing it is not certain whether the last step was kept.
    """


class HoldsCardNumber(LedgerError):
    """A text that was to be stored holds a card number. ``where`` says which text."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} holds what looks like a card number. Nothing was written. Take the number "
            "out: card numbers belong in the card form only."
        )
        self.where = where


class AccountPaused(LedgerError):
    def __init__(self) -> None:
        super().__init__(
            "No money is moved through this gateway account for now: one of its answers did not "
            "fit what was asked. Nothing was sent. A supervisor looks at that payment and resumes "
            "the account."
        )


class OrderBusy(LedgerError):
    """Another payment for this order is open. ``attempt`` is its id in the journal."""

    def __init__(self, attempt: int) -> None:
        super().__init__(
            "A payment for this order is still open. It cannot be charged again until that ends."
        )
        self.attempt = attempt


class OrderPaid(LedgerError):
    def __init__(self) -> None:
        super().__init__("This order is paid already. Start the next order.")


class OrderNotOpen(LedgerError):
    def __init__(self) -> None:
        super().__init__("This order is paid or being paid. It cannot be changed any more.")


class NothingLeft(LedgerError):
    """The refund is larger than what is left. ``left`` is what may still be given back."""

    def __init__(self, left: Money) -> None:
        words = (
            f"At most {left.currency} {left.plain()} is left to refund, refunds on their way "
            "counted."
            if left.minor > 0
            else "Nothing is left to refund, refunds on their way counted."
        )
        super().__init__(words)
        self.left = left


class NotReserved(LedgerError):
    """More was to be captured than is reserved. ``left`` is what may still be captured."""

    def __init__(self, left: Money) -> None:
        words = (
            f"At most {left.currency} {left.plain()} is left to capture, captures on their way "
            "counted."
            if left.minor > 0
            else "Nothing is reserved on this payment any more."
        )
        super().__init__(words)
        self.left = left


class PaymentBusy(LedgerError):
    """Something else asked of this payment is still open."""


class SameKey(LedgerError):
    def __init__(self) -> None:
        super().__init__("This was asked for already. Look at its payment before asking again.")


class SameReference(LedgerError):
    def __init__(self) -> None:
        super().__init__("This reference belongs to another payment. Try again.")


class WrongPayment(LedgerError):
    """An answer names another payment than the attempt is about; it proves nothing about it."""

    def __init__(self) -> None:
        super().__init__(
            "The gateway's answer belongs to another payment. It was not taken over; the payment "
            "stays as it was."
        )


class NoSuchEntry(LedgerError):
    """There is no order, attempt or payment with this id."""
