"""Kinds of field that settings are made of, and the sentences for what was entered wrongly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    SerializationInfo,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from posapp.model.secret import Secret
from posapp.vault.errors import FieldProblem, SettingsRefused

SETTINGS_CONFIG = ConfigDict(
    defer_build=True,
    frozen=True,
    extra="forbid",
    hide_input_in_errors=True,
    validate_default=True,
    str_strip_whitespace=True,
)

STORING = "storing"
"""Key of the serialisation context under which, and only under which, secrets are written."""

_WORDS = {
    "api_key": "API key",
    "base_url": "Base URL",
    "client_id": "Client id",
    "client_secret": "Client secret",
    "email": "E-mail",
    "id": "Id",
    "lock_after_minutes": "Minutes until the lock",
    "pin_hash": "PIN",
    "host": "Server",
    "till": "Name of this till",
    "return_url": "Return URL",
    "token_url": "Token URL",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MADE_OF_VISIBLE_ASCII = re.compile(r"[!-~]+")

Settings = TypeVar("Settings")


def in_words(field: str) -> str:
    """A field's name as a person would call it."""
    return _WORDS.get(field, field.replace("_", " ").capitalize())


def wrong(field: str, what: str) -> PydanticCustomError:
    """An error about a named field, for a check that looks at several fields."""
    return PydanticCustomError("settings", "{what}", {"field": field, "what": what})


def _one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("settings", "{what}", {"what": "use one line of plain text."})
    return text


def _header_safe(text: str) -> str:
    if text and not _MADE_OF_VISIBLE_ASCII.fullmatch(text):
        what = "use letters, digits and signs without blanks; copy it again."
        raise PydanticCustomError("settings", "{what}", {"what": what})
    return text


def _without_last_slash(text: str) -> str:
    return text.rstrip("/")


def _several_words(text: str) -> str:
    for word in text.split():
        _header_safe(word)
    return " ".join(text.split())


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        what = "use the three capital letters of the currency, for example EUR."
        raise PydanticCustomError("settings", "{what}", {"what": what})
    return text


def _each_once(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes or len(set(codes)) < len(codes):
        what = "name at least one currency, and each only once."
        raise PydanticCustomError("settings", "{what}", {"what": what})
    return codes


def _read_secret(value: object, info: ValidationInfo) -> Secret:
    # Plain text is taken from a stored file only: elsewhere a caller would keep a copy of it.
    if info.mode == "json" and isinstance(value, str):
        value = Secret(value)
    if not isinstance(value, Secret):
        raise PydanticCustomError("settings", "{what}", {"what": "enter it again."})
    if not _MADE_OF_VISIBLE_ASCII.fullmatch(value.reveal()):
        what = "use letters, digits and signs without blanks; copy it again."
        raise PydanticCustomError("settings", "{what}", {"what": what})
    return value


def _write_secret(value: Secret, info: SerializationInfo) -> str:
    if not isinstance(info.context, dict) or not info.context.get(STORING):
        raise ValueError("Secrets are written by VaultContents.to_bytes only.")
    return value.reveal()


Line = Annotated[str, StringConstraints(max_length=120), AfterValidator(_one_line)]
NameLine = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_one_line)]
Token = Annotated[str, StringConstraints(max_length=200), AfterValidator(_header_safe)]
Tokens = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_several_words)]
Url = Annotated[str, StringConstraints(max_length=500), AfterValidator(_header_safe)]
BaseUrl = Annotated[Url, AfterValidator(_without_last_slash)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Currencies = Annotated[
    tuple[Annotated[str, AfterValidator(_currency)], ...],
    Field(max_length=64),
    AfterValidator(_each_once),
]
StoredSecret = Annotated[
    Secret, PlainValidator(_read_secret), PlainSerializer(_write_secret, when_used="json")
]


def is_loopback(url: str) -> bool:
    """Whether the host is a loopback address written as a number, which no name service can turn.

    ``localhost`` is not: it is looked up like any other name.
    """
    try:
        return ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False


def url_problem(url: str, *, http_on_loopback: bool) -> str | None:
    """What is wrong with the address of a service, as the rest of a sentence, or None."""
    parts = _parts_of(url)
    if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
        return "enter a full address that begins with https://."
    if parts.username is not None or parts.password is not None:
        return "leave user name and password out of the address."
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return "leave out what follows ? or # in the address."
    if parts.scheme == "http" and not (http_on_loopback and is_loopback(url)):
        return "use an address that begins with https://; plain http is not safe."
    return None


def _parts_of(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # checked only when it is asked for
    except ValueError:
        return None
    return parts


def build(adapter: TypeAdapter[Settings], values: Mapping[str, object]) -> Settings:
    """Settings from what a person entered; secrets are given as ``Secret``.

    Raises:
        SettingsRefused: with a sentence for each field that cannot be used.
    """
    try:
        return adapter.validate_python(dict(values))
    except ValidationError as error:
        problems = problems_of(error)
    # Raised out here: pydantic's error holds what was entered.
    raise SettingsRefused(problems)


def problems_of(error: ValidationError) -> tuple[FieldProblem, ...]:
    """One entry for each field pydantic found wrong, without what was entered."""
    found: dict[str, FieldProblem] = {}
    for entry in error.errors(include_url=False, include_input=False):
        context: dict[str, Any] = entry.get("ctx", {})
        names = [part for part in entry["loc"] if isinstance(part, str)]
        field = str(context.get("field") or (names[-1] if names else "settings"))
        what = (
            str(context["what"]) if entry["type"] == "settings" else _said(entry["type"], context)
        )
        found.setdefault(field, FieldProblem(field, f"{in_words(field)}: {what}"))
    return tuple(found.values())


def _said(kind: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "missing" | "string_too_short":
            return "this is needed; fill it in."
        case "string_too_long":
            return f"use at most {context['max_length']} characters."
        case "too_long":
            return f"enter at most {context['max_length']} of these."
        case "literal_error":
            return f"choose one of {context['expected']}."
        case "int_parsing" | "int_type":
            return "enter a whole number."
        case "greater_than_equal":
            return f"enter {context['ge']} or more."
        case "less_than_equal":
            return f"enter {context['le']} or less."
        case "extra_forbidden":
            return "this version of the program does not know this setting; leave it out."
        case "union_tag_invalid" | "union_tag_not_found":
            return "choose the kind of gateway account."
        case _:
            return "this cannot be used; enter it again."


def hint(secret: Secret | None) -> str:
    """What may be shown of a stored key: its last four characters, where it is long enough."""
    if secret is None:
        return ""
    text = secret.reveal()
    return f"…{text[-4:]}" if len(text) >= 16 else "…"
