"""What went wrong on the way to a gateway, in sentences."""

from __future__ import annotations

import ssl


def certificate_words(fault: ssl.SSLError, peer: str) -> str:
    """What is wrong with the certificate, or with the secure connection as a whole."""
    if not isinstance(fault, ssl.SSLCertVerificationError):
        return f"{peer} and this computer could not agree on a secure connection."
    # X509_V_ERR codes of OpenSSL; the other platforms give none.
    if fault.verify_code in (9, 10):
        return f"The certificate of {peer} is not valid today (check this computer's date too)."
    if fault.verify_code in (62, 64):
        return f"The certificate that answered belongs to another address than that of {peer}."
    return f"The certificate of {peer} is not signed by anyone this computer trusts."


def strange_status(status: int, peer: str) -> str:
    """What an answer with this status says, which says nothing certain about a request."""
    if 300 <= status < 400:
        return (
            f"{peer} answered with a pointer to another address, which is never followed; "
            "check the address in the settings."
        )
    if status == 409:
        return f"{peer} says that the same request is still being worked on or was used before."
    if status == 429:
        return f"{peer} asks to slow down, or is still working on the same request."
    if status >= 500:
        return f"{peer} reports a fault of its own (HTTP {status})."
    return f"{peer} gave an answer that this program does not know (HTTP {status})."
