"""The look of the pages, and the policy that lets a browser use it and nothing else."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#55606b;--paper:#fff;--edge:#d5dbe1;
--line:#77828d;--wall:#f2f4f7;--go:#1f6f54;--goink:#fff;--bad:#a3261b;--badwall:#fdf0ee;
--warn:#ffe9b8;--warnink:#4f3700}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f4;--soft:#a9b3bd;--paper:#1c2127;
--edge:#39424c;--line:#7f8a95;--wall:#12161a;--go:#4fb891;--goink:#0b1512;--bad:#ff9d92;
--badwall:#33201f;--warn:#4a3708;--warnink:#ffe2a3}}
*{box-sizing:border-box}
body{margin:0;padding-bottom:1.25rem;min-height:100vh;display:flex;flex-direction:column;align-items:center;
background:var(--wall);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
.training{width:100%;margin:0 0 1.25rem;padding:.6rem 1rem;text-align:center;
background:var(--warn);color:var(--warnink)}
main{width:min(27rem,100% - 2rem);margin:auto;padding:1.75rem;background:var(--paper);
border:1px solid var(--edge);border-radius:14px}
h1{margin:0;font-size:1.25rem;line-height:1.3}p{margin:.5rem 0 0}
.sum{margin:.5rem 0 0;font-size:2rem;font-weight:650;line-height:1.2;
font-variant-numeric:tabular-nums}
.soft+.sum{margin-top:1rem}
.soft,.hint,summary,dd{color:var(--soft)}
.summary{margin:1.25rem 0 0;padding:.75rem 1rem;border-left:4px solid var(--bad);
border-radius:4px;background:var(--badwall)}
form{margin-top:1.25rem}.field{margin-top:1rem}
label{display:block;font-weight:600}.hint,.wrong{margin:0;font-size:.875rem}
.wrong{color:var(--bad);font-weight:600}
input{width:100%;min-height:2.9rem;margin-top:.25rem;padding:.5rem .75rem;font:inherit;
color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px;
font-variant-numeric:tabular-nums}
input[aria-invalid]{border:2px solid var(--bad)}
.row{display:flex;flex-wrap:wrap;gap:0 1rem}
.row>.field{flex:1 1 7rem;display:flex;flex-direction:column}
.row input{margin-top:auto}.row :has(+input){margin-bottom:.25rem}
button,.button{display:block;width:100%;min-height:2.9rem;margin-top:.75rem;
padding:.6rem .75rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;
color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px;
cursor:pointer}
.go{margin-top:1.5rem;background:var(--go);border-color:var(--go);color:var(--goink)}
.quiet{border-color:transparent;font-weight:400;text-decoration:underline}
button:hover,.button:hover{text-decoration:underline;text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
details{margin-top:1.5rem;font-size:.875rem}summary{cursor:pointer;padding:.25rem 0}
dl{margin:.25rem 0 0}dt{margin-top:.5rem;font-weight:600;font-variant-numeric:tabular-nums}
dd{margin:0}
.facts{display:grid;grid-template-columns:auto 1fr;gap:.35rem 1rem;margin:1rem 0 0}
.facts dt{margin:0;font-weight:400;color:var(--soft)}.facts dd{color:inherit}
"""

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{_DIGEST}'; "
    # A form leads back to the shop, wherever that is, so its target can be any web address.
    "form-action 'self' http: https:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
