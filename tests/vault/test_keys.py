"""Keys are derived as the standards say, and no two uses share one."""

from __future__ import annotations

import hmac
import subprocess
import sys

import pytest

from posapp.model.secret import Secret
from posapp.vault.kdf import MOST_MEMORY_KIB, KdfCost, derive, joined, stretch


def test_hkdf_is_the_standards_own() -> None:
    """HKDF-SHA256 computed here from HMAC, as RFC 5869 section 2 writes it."""
    info = joined("a", "bc")
    extracted = hmac.digest(b"s" * 16, b"k" * 32, "sha256")
    expanded = hmac.digest(extracted, info + b"\x01", "sha256")
    assert derive(b"k" * 32, salt=b"s" * 16, parts=("a", "bc")) == expanded


def test_argon2id_is_the_standards_own() -> None:
    """A vector of the reference implementation's own tests: version 19, t=2, m=2^16 KiB, p=1."""
    cost = KdfCost(memory_kib=65536, passes=2, lanes=1)
    expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
    assert stretch(Secret("password"), b"somesalt", cost).hex() == expected


def test_no_two_sequences_of_parts_make_the_same_bytes() -> None:
    sequences = [("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"), ("", "abc"), ("abc", ""), ()]
    assert len({joined(*parts) for parts in sequences}) == len(sequences)


@pytest.mark.parametrize(
    ("memory", "passes", "lanes"),
    [(MOST_MEMORY_KIB + 1, 1, 1), (8, 11, 1), (128, 1, 9), (7, 1, 1), (8, 0, 1), (8, 1, 0)],
)
def test_a_cost_beyond_reason_cannot_be_stated(memory: int, passes: int, lanes: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        KdfCost(memory_kib=memory, passes=passes, lanes=lanes)


def test_the_dearest_cost_allowed_can_be_stated() -> None:
    assert KdfCost(memory_kib=MOST_MEMORY_KIB, passes=10, lanes=8).memory_kib == 1024 * 1024


def test_every_input_matters_to_a_stretched_key() -> None:
    cost = KdfCost(memory_kib=8, passes=1, lanes=1)
    keys = {
        stretch(Secret("one"), bytes(16), cost),
        stretch(Secret("two"), bytes(16), cost),
        stretch(Secret("one"), bytes(15) + b"\x01", cost),
        stretch(Secret("one"), bytes(16), KdfCost(memory_kib=16, passes=1, lanes=1)),
        stretch(Secret("one"), bytes(16), KdfCost(memory_kib=8, passes=2, lanes=1)),
    }
    assert len(keys) == 5
    assert stretch(Secret("one"), bytes(16), cost) in keys


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_too_little_memory_is_a_clear_error() -> None:
    """In a process of its own, whose memory the system limits."""
    program = (
        "import resource\n"
        "from posapp.model.secret import Secret\n"
        "from posapp.vault.errors import VaultError\n"
        "from posapp.vault.kdf import KdfCost, stretch\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "limit = used + 200 * 2**20\n"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "try:\n"
        "    cost = KdfCost(memory_kib=512 * 1024, passes=1, lanes=1)\n"
        "    stretch(Secret('x'), bytes(16), cost)\n"
        "except VaultError as error:\n"
        "    print(error)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert found.returncode == 0, found.stderr
    assert "less than the 512 MiB of free memory" in found.stdout
