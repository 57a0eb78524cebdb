"""The plain pages a browser sees: card entry, identity check, and notices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from urllib.parse import urlencode, urlsplit, urlunsplit

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--paper:#fff;--edge:#d5dbe1;
--wall:#f2f4f7;--go:#1f6f54;--goink:#fff;--bad:#a3261b}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f4;--soft:#a4aeb8;--paper:#1c2127;--edge:#39424c;
--wall:#12161a;--go:#4fb891;--goink:#0b1512;--bad:#ff9d92}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:flex;align-items:center;
justify-content:center;background:var(--wall);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:min(26rem,94vw);margin:1rem;padding:1.75rem;background:var(--paper);
border:1px solid var(--edge);border-radius:14px}
h1{margin:0 0 .25rem;font-size:1.25rem}.sum{margin:.25rem 0 1rem;font-size:2rem;font-weight:650}
p{margin:.25rem 0 1rem;color:var(--soft)}label{display:block;margin:.75rem 0 .25rem;font-size:.9rem}
input{width:100%;padding:.65rem .75rem;font:inherit;color:inherit;background:transparent;
border:1px solid var(--edge);border-radius:8px}.row{display:flex;gap:.75rem}.row>div{flex:1}
button{width:100%;margin-top:1rem;padding:.75rem;font:inherit;font-weight:600;border-radius:8px;
border:1px solid var(--edge);background:transparent;color:inherit;cursor:pointer}
button.go{background:var(--go);border-color:var(--go);color:var(--goink)}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
.bad{color:var(--bad);font-weight:600}.note{margin:1.25rem 0 0;font-size:.8rem}
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """What is to be paid: minor units, the currency, and its decimal places."""

    amount: int
    currency: str
    places: int

    def text(self) -> str:
        value = Decimal(self.amount).scaleb(-self.places)
        return f"{value:,.{self.places}f} {self.currency.upper()}"


def _page(title: str, inside: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{inside}"
        '<p class="note">Training gateway. No money moves. Use training card numbers only.</p>'
        "</main></body></html>"
    )


def card_page(
    due: Sum, *, description: str | None, problem: str | None = None, holder: str = ""
) -> str:
    """The hosted payment page. What was typed into it is never shown again, but the name."""
    told = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    about = f"<p>{escape(description)}</p>" if description else ""
    return _page(
        "Pay by card",
        f"""<h1>Pay by card</h1>{about}<div class="sum">{escape(due.text())}</div>{told}
<form method="post" autocomplete="off">
<label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" autofocus placeholder="4242 4242 4242 4242">
<div class="row"><div><label for="expiry">Expires (MM/YY)</label>
<input id="expiry" name="expiry" inputmode="numeric" placeholder="12/34"></div>
<div><label for="code">Security code</label>
<input id="code" name="code" inputmode="numeric" placeholder="123"></div></div>
<label for="holder">Name on the card</label>
<input id="holder" name="holder" value="{escape(holder)}">
<button class="go" name="do" value="pay">Pay {escape(due.text())}</button>
<button name="do" value="cancel">Cancel and go back</button></form>""",
    )


def challenge_page(due: Sum, *, last4: str, description: str | None) -> str:
    """The page of the card's bank that asks whether this purchase is wanted."""
    about = f" for {escape(description)}" if description else ""
    return _page(
        "Confirm the payment",
        f"""<h1>Confirm the payment</h1>
<p>Your bank asks: do you want to pay this with the card ending in {escape(last4)}{about}?</p>
<div class="sum">{escape(due.text())}</div><form method="post">
<button class="go" name="do" value="confirm">Yes, confirm</button>
<button name="do" value="refuse">No, this was not me</button>
<button name="do" value="cancel">Cancel and go back</button></form>""",
    )


def notice_page(title: str, text: str, *, onward: str | None = None) -> str:
    link = f'<p><a href="{escape(onward)}">Back to the shop</a></p>' if onward else ""
    return _page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>{link}")


def with_query(address: str, pairs: dict[str, str]) -> str:
    """``address`` with ``pairs`` added behind whatever query it has; a fragment stays last."""
    scheme, host, path, query, fragment = urlsplit(address)
    added = urlencode(pairs)
    joined = f"{query}&{added}" if query else added
    # Header values and addresses are ASCII; what is not is sent percent-encoded.
    whole = urlunsplit((scheme, host, path, joined, fragment))
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in whole
    )
