"""What the wire models of all gateways are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from posapp.gateways.strict_json import Unreadable

_LARGEST = 10**15

Model = TypeVar("Model", bound="Wire")
Thing = TypeVar("Thing")


class Wire(BaseModel):
    """Unknown members are ignored; documents are never changed after reading."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True
    )


def read(model: type[Model], document: object) -> Model:
    """``document`` as ``model``.

    Raises:
        Unreadable: it does not fit. Nothing else is ever raised.
    """
    try:
        return model.model_validate(document)
    except ValidationError:
        pass
    raise Unreadable


def _whole(value: object) -> object:
    """A number without a fraction as an int; text and booleans are no amounts."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("not a whole number")
    return value


def _or_none(value: object, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return None


Amount = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=_LARGEST)]
"""A number of minor units; zero or more."""

Moment = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=10**11)]
"""Seconds since 1970."""

Text = Annotated[str, Field(strict=True)]
"""Any text, possibly empty."""

Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
"""A word that must be there: an id, a status, a currency."""

Lenient = Annotated[Thing | None, WrapValidator(_or_none)]
"""Something that is only shown: left out when it is not what it should be."""
