"""A server's address in one line is read exactly, or refused without being quoted."""

from __future__ import annotations

import pytest

from posapp.ledger.errors import LedgerError
from posapp.model.secret import Secret

server_url = pytest.importorskip("posapp.ledger.server_url", exc_type=ImportError)


@pytest.mark.parametrize(
    ("url", "host", "port", "database", "certificate"),
    [
        ("postgresql://ada@till.example:5433/shop", "till.example", 5433, "shop", ""),
        ("postgres://ada@till.example/shop", "till.example", 5432, "shop", ""),
        ("postgresql://ada@[::1]:99/shop", "::1", 99, "shop", ""),
        ("postgresql://ada@%2Frun%2FPg/my%20shop", "/run/Pg", 5432, "my shop", ""),
        ("postgresql://ada@h/shop?sslrootcert=/a/b.pem", "h", 5432, "shop", "/a/b.pem"),
    ],
)
def test_every_part_of_an_address_is_read(
    url: str, host: str, port: int, database: str, certificate: str
) -> None:
    read = server_url.address_of(url, Secret("pass"))
    assert (read.host, read.port, read.database) == (host, port, database)
    assert (read.user, read.certificate) == ("ada", certificate)
    assert read.password == Secret("pass")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "till.example/shop",
        "host=h user=u dbname=d",
        "mysql://ada@h/shop",
        "postgresql://ada@h",
        "postgresql://h/shop",
        "postgresql://ada@/shop",
        "postgresql://ada@h:x/shop",
        "postgresql://ada@h,other/shop",
        "postgresql://ada@h/%zz",
        "postgresql://ada@h/shop?sslmode=disable",
        "postgresql://ada@h/shop?options=-cfsync%3Doff",
    ],
)
def test_what_is_no_address_of_ours_is_refused(url: str) -> None:
    with pytest.raises(LedgerError, match="Write it as postgresql://user@host:5432/database"):
        server_url.address_of(url, Secret("pass"))


@pytest.mark.parametrize(
    "url",
    ["postgresql://ada:hunter2@h/shop", "postgresql://ada@h/shop?password=hunter2"],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(LedgerError, match="Change that password") as refused:
        server_url.address_of(url, Secret("pass"))
    assert "hunter2" not in str(refused.value)
    assert refused.value.__context__ is None


def test_an_address_that_cannot_be_read_is_not_kept_in_the_error() -> None:
    with pytest.raises(LedgerError) as refused:
        server_url.address_of("postgresql://ada:hunter2@h/%zz", Secret("pass"))
    assert refused.value.__context__ is None
    assert "hunter2" not in str(refused.value)
