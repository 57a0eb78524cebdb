"""What can go wrong with the vault. Every message is a sentence for people, free of secrets."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NamedTuple


class VaultError(Exception):
    """Base of all. ``sentence`` says what happened, where, and what to do next."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class VaultMissing(VaultError):
    """There is no vault at this place."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no vault at {path}. Set up the shop, or restore a backup there."
        )


class VaultExists(VaultError):
    """A new vault would have replaced one that is there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is already a vault at {path}. Open it, or choose another folder.")


class WrongPassphrase(VaultError):
    """No slot of the vault opens: another passphrase, or a slot was changed. Which is not told."""

    def __init__(self) -> None:
        super().__init__(
            "The passphrase does not open the vault. Type it again; if you are sure that it is"
            " right, the file may be damaged: restore a backup."
        )


class VaultDamaged(VaultError):
    """The file is there and cannot be used: cut short, changed, or not a vault."""


class VaultTooNew(VaultError):
    """A newer version of the program wrote this."""


class VaultOlder(VaultError):
    """The vault is of an earlier generation than one known to have existed."""

    def __init__(self, path: Path, *, found: int, expected: int) -> None:
        super().__init__(
            f"The vault at {path} is an older copy (save {found}; the last known is {expected})."
            " Restore the newest backup, or confirm that the older one is to be used."
        )
        self.found = found
        self.expected = expected


class VaultNotReadable(VaultError):
    """The system did not let the program read the file."""


class VaultNotWritable(VaultError):
    """Saving failed. ``installed`` tells whether the new file is in place all the same."""

    def __init__(self, sentence: str, *, installed: bool = False) -> None:
        super().__init__(sentence)
        self.installed = installed


class OtherKindOfVault(VaultError):
    """The shop's vault where the training vault was expected, or the other way round."""


class VaultChanged(VaultError):
    """Another program saved the vault since it was opened here."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another program has saved the vault at {path} since it was opened here. Nothing was"
            " written. Lock this program, open the vault again and repeat the change."
        )


class VaultLocked(VaultError):
    """The vault was locked; its key is no longer in memory."""

    def __init__(self) -> None:
        super().__init__("The vault is locked. Unlock it with the passphrase and try again.")


class LiveInTraining(VaultError):
    """A live account was about to be kept in, or came out of, the training vault."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"{label} is a live account. Live accounts are not kept in training:"
            " leave training and add the account to the shop's own vault."
        )


class FieldProblem(NamedTuple):
    """``field`` is the name in the model; ``sentence`` names it in words and says what to do."""

    field: str
    sentence: str


class SettingsRefused(VaultError):
    """Settings a person entered cannot be used. ``problems`` has one entry a field."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def not_writable(path: Path, error: OSError) -> VaultNotWritable:
    """The error for a save that failed before the new file was in place."""
    if error.errno in _FULL:
        why = f"The disk is full: {path} could not be saved."
        todo = "Free some space and save again."
    elif error.errno in _FORBIDDEN:
        why = f"This program may not write to {path}."
        todo = f"Allow writing to the folder {path.parent} and save again."
    else:
        why = f"The disk refused to save {path} ({error.strerror or type(error).__name__})."
        todo = "Check the disk and save again."
    return VaultNotWritable(f"{why} The vault is as it was before. {todo}")


def not_confirmed(path: Path, error: OSError) -> VaultNotWritable:
    """The error for a save whose new file is in place but perhaps not yet on the disk itself."""
    return VaultNotWritable(
        f"{path} was saved, but the disk did not confirm that it would survive a power cut"
        f" ({error.strerror or type(error).__name__}). Check the disk and save again.",
        installed=True,
    )


def not_readable(path: Path, error: OSError) -> VaultNotReadable:
    """The error for a file the system does not let us read."""
    return VaultNotReadable(
        f"{path} cannot be read ({error.strerror or type(error).__name__})."
        " Allow this program to read it and try again."
    )
