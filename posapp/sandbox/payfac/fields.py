"""Reading members of a PayFac request and collecting the code of everything that is wrong."""

from __future__ import annotations

from posapp.sandbox.clock import parse_iso
from posapp.sandbox.shapes import is_web_address

Members = dict[str, object]
_PARAMETER = "parameter_invalid"


class Reader:
    """Reads one request body. Missing and null are the same; ``codes`` collects refusals."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.codes: list[str] = []

    def refuse(self, code: str) -> None:
        self.codes.append(code)

    def get(self, name: str) -> object:
        return self.members.get(name)

    def text(
        self, name: str, *, longest: int, shortest: int = 0, code: str = _PARAMETER
    ) -> str | None:
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, str) and shortest <= len(value) <= longest:
            return value
        self.refuse(code)
        return None

    def choice(
        self, name: str, choices: tuple[str, ...], default: str, code: str = _PARAMETER
    ) -> str:
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, str) and value in choices:
            return value
        self.refuse(code)
        return default

    def flag(self, name: str, default: bool | None, code: str = _PARAMETER) -> bool | None:
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        self.refuse(code)
        return default

    def whole(self, name: str, code: str) -> int | None:
        """A whole number that is not negative; a fraction or a text is refused."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.refuse(code)
        return None

    def moment(self, name: str) -> float | None:
        value = self.get(name)
        if value is None:
            return None
        moment = parse_iso(value) if isinstance(value, str) else None
        if moment is None:
            self.refuse(_PARAMETER)
        return moment

    def url(self, name: str, code: str) -> str | None:
        value = self.text(name, longest=1024, code=code)
        if value is None or is_web_address(value):
            return value
        self.refuse(code)
        return None

    def part(self, name: str, code: str = _PARAMETER) -> Reader | None:
        """The object ``name`` with a reader of its own that collects into the same codes."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse(code)
            return None
        reader = Reader(value)
        reader.codes = self.codes
        return reader

    def objects(self, *names: str) -> None:
        """Members that are taken as they are, as long as they are objects."""
        for name in names:
            self.part(name)

    def lists(self, *names: str) -> None:
        for name in names:
            value = self.get(name)
            if value is not None and not (
                isinstance(value, list) and all(isinstance(item, dict) for item in value)
            ):
                self.refuse(_PARAMETER)

    def metadata(self, *, most: int = 20) -> Members:
        """Flat key-value pairs: text, numbers, true and false, each up to 255 characters."""
        value = self.get("metadata")
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse(_PARAMETER)
            return {}
        if len(value) > most or any(not 1 <= len(name) <= 255 for name in value):
            self.refuse("metadata_key_invalid")
        if any(not _flat(item) for item in value.values()):
            self.refuse(_PARAMETER)
        return dict(value)

    def unknown(self, known: frozenset[str]) -> None:
        if set(self.members) - known:
            self.refuse(_PARAMETER)


def _flat(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 255
    return isinstance(value, (bool, int, float))
