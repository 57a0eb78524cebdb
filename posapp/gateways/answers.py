"""What an answer that is not a success means, the same for every gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from posapp.gateways.call import Answer
from posapp.gateways.port import (
    DeadEnd,
    GatewayDown,
    GatewayError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Unauthorised,
)
from posapp.gateways.strict_json import Unreadable, parse

_LARGE = 200_000

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Explained:
    """What the body of a refusal says: a sentence (may be empty), fields, the codes."""

    sentence: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    said: str = ""


async def document_of(answer: Answer) -> object:
    """The JSON document of an answer; a large one is read in a worker thread.

    Raises:
        Unreadable: it is none, or not one to trust.
    """
    if len(answer.body) > _LARGE:
        return await asyncio.to_thread(parse, answer.body)
    return parse(answer.body)


async def outcome_of(answer: Answer, understand: Callable[[object], Thing], peer: str) -> Thing:
    """What the document of an accepted money call says.

    Args:
        understand: raises Unreadable when the document proves nothing.

    Raises:
        OutcomeUnknown: it proves nothing.
    """
    try:
        return understand(await document_of(answer))
    except Unreadable:
        pass
    raise unreadable_outcome(answer, peer)


async def reading_of(answer: Answer, understand: Callable[[object], Thing], peer: str) -> Thing:
    """What the document of an accepted read says.

    Args:
        understand: raises Unreadable when the document says nothing useful.

    Raises:
        GatewayDown: it says nothing useful.
    """
    try:
        return understand(await document_of(answer))
    except Unreadable:
        pass
    raise unreadable_read(answer, peer)


def charge_refused(answer: Answer, explained: Explained, peer: str) -> GatewayError:
    """The error for a definite refusal of a charge."""
    return _request_refused(answer, explained, peer, "charges", "Nothing was charged.")


def payout_refused(answer: Answer, explained: Explained, peer: str) -> GatewayError:
    """The error for a definite refusal of a payout."""
    return _request_refused(answer, explained, peer, "payouts", "Nothing was paid out.")


def action_refused(
    answer: Answer, explained: Explained, peer: str, *, nothing: str
) -> GatewayError:
    """The error for a definite refusal of a refund, a capture and the like.

    Args:
        nothing: the sentence that is true then, such as ``Nothing was refunded.``
    """
    return _refused(answer, explained, peer, nothing)


def read_refused(answer: Answer, explained: Explained, peer: str, *, by_id: bool) -> GatewayError:
    """The error for a definite refusal of a read.

    Args:
        by_id: one payment was asked for; an id the gateway finds malformed is one it has not.
    """
    said, request_id = explained.said or f"HTTP {answer.status}", answer.request_id
    if answer.status == 401:
        return _key_refused(peer, "Nothing was changed.", said, request_id)
    if answer.status == 403:
        return Unauthorised(
            f"The key for {peer} may not read this. It lacks the right, or belongs to the other "
            "mode (training or live). Check the key in the settings.",
            said=said,
            request_id=request_id,
        )
    if by_id and answer.status in (400, 404, 422):
        return NotFound(
            f"{peer} knows no such payment. Check that it was made with this account.",
            said=said,
            request_id=request_id,
        )
    return DeadEnd(
        f"{peer} did not understand the question (HTTP {answer.status}). "
        "Check the address in the settings, then try again.",
        said=said,
        request_id=request_id,
    )


def unreadable_outcome(answer: Answer, peer: str) -> OutcomeUnknown:
    """A money call was answered, but not in a way that proves anything."""
    return OutcomeUnknown(
        f"{peer} answered with something that is no payment answer. {_cause(answer)} "
        "The request may have been carried out; it is being looked up.",
        said=f"HTTP {answer.status}",
        request_id=answer.request_id,
    )


def unreadable_read(answer: Answer, peer: str) -> GatewayDown:
    """A read was answered, but not usefully."""
    return GatewayDown(
        f"{peer} answered with something that cannot be read. {_cause(answer)} "
        "Try again in a moment.",
        said=f"HTTP {answer.status}",
        request_id=answer.request_id,
    )


def _request_refused(
    answer: Answer, explained: Explained, peer: str, what: str, nothing: str
) -> GatewayError:
    if answer.status == 404:
        return Rejected(
            f"{peer} does not take {what} at this address. {nothing} "
            "Check the address in the settings.",
            said=explained.said or "HTTP 404",
            request_id=answer.request_id,
        )
    return _refused(answer, explained, peer, nothing)


def _refused(answer: Answer, explained: Explained, peer: str, nothing: str) -> GatewayError:
    said, request_id = explained.said or f"HTTP {answer.status}", answer.request_id
    if answer.status == 401:
        return _key_refused(peer, nothing, said, request_id)
    if answer.status == 403:
        return NotAllowed(
            explained.sentence
            or f"{peer} does not allow this: the payment is not in a state for it, or the key "
            f"lacks the right. {nothing}",
            said=said,
            request_id=request_id,
        )
    if answer.status == 404:
        return NotFound(
            f"{peer} knows no such payment. {nothing} Check that it was made with this account.",
            said=said,
            request_id=request_id,
        )
    if answer.status == 402:
        # A refusal by the bank, but without a payment to tie it to: not proof enough.
        return OutcomeUnknown(
            f"{peer} says that the bank refused, but not for which payment. It is being looked up.",
            said=said,
            request_id=request_id,
        )
    return Rejected(
        f"{explained.sentence} {nothing}".strip()
        if explained.sentence
        else f"{peer} refused the request. {nothing} Check what was typed.",
        fields=explained.fields,
        said=said,
        request_id=request_id,
    )


def _key_refused(peer: str, nothing: str, said: str, request_id: str) -> Unauthorised:
    return Unauthorised(
        f"{peer} does not accept the key. {nothing} Check the key in the settings.",
        said=said,
        request_id=request_id,
    )


def _cause(answer: Answer) -> str:
    if "html" in answer.headers.get("content-type", "").lower():
        return "Something in the network may be intercepting it, such as a sign-in page."
    return "The answer may have been damaged on its way."
