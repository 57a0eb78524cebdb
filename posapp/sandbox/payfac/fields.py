"""Reading members of a PayFac request and collecting the code of everything that is wrong."""

from __future__ import annotations

from posapp.sandbox.clock import parse_iso
from posapp.sandbox.shapes import is_web_address

Members = dict[str, object]
_PARAMETER = "parameter_invalid"


class Reader:
    """Reads one request body. Missing and null are the same; ``codes`` collects refusals.

    It notes every name it is asked for, so that in the end it knows the members nothing asked for.
    """

    def __init__(self, members: Members, codes: list[str] | None = None) -> None:
        self.members = members
        self.codes: list[str] = [] if codes is None else codes
        self._asked: set[str] = set()
        self._parts: dict[str, list[Reader]] = {}

    def refuse(self, code: str) -> None:
        self.codes.append(code)

    def refusals(self, *, strict: bool) -> list[str]:
        """The codes of everything wrong, once all has been read; ``strict``: unknown names too."""
        if strict and self._has_unknown():
            self.refuse(_PARAMETER)
        return self.codes

    def _has_unknown(self) -> bool:
        parts = [part for several in self._parts.values() for part in several]
        return bool(self.members.keys() - self._asked) or any(p._has_unknown() for p in parts)

    def pass_over(self, *names: str) -> None:
        """These members may be here and are not looked at; without names, all may."""
        self._asked.update(names or self.members)

    def known(self) -> Members:
        """The members that were asked for and are there; what is not known is not kept."""
        found = self.members.items()
        return {name: value for name, value in found if name in self._asked and value is not None}

    def get(self, name: str) -> object:
        self._asked.add(name)
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
        if name not in self._parts:
            self._parts[name] = [Reader(value, self.codes)]
        return self._parts[name][0]

    def entries(self, name: str) -> list[Reader]:
        """The objects of the list ``name``, each with a reader."""
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(_PARAMETER)
            return []
        self._parts[name] = [Reader(item, self.codes) for item in value]
        return self._parts[name]

    def objects(self, *names: str) -> None:
        """Objects whose members the contract does not list: taken as they are."""
        for name in names:
            part = self.part(name)
            if part is not None:
                part.pass_over()

    def lists(self, *names: str) -> None:
        """Lists of objects whose members the contract does not list: taken as they are."""
        for name in names:
            for entry in self.entries(name):
                entry.pass_over()

    def words(self, name: str) -> list[str] | None:
        """A list of texts."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return list(value)
        self.refuse(_PARAMETER)
        return None

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


def _flat(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 255
    return isinstance(value, (bool, int, float))
