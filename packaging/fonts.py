"""Makes resources/fonts/Inter-*.ttf from the web fonts of an Inter release.

    python packaging/fonts.py FOLDER    FOLDER holds Inter-Regular.woff2 and the other weights

Needs fonttools and brotli. Qt takes the weights of a family from one file each (a variable font
stays at its regular weight), and reads a plain TrueType file ten times faster than WOFF2.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")
FEATURES = "kern,mark,mkmk,ccmp,locl,calt,tnum,case,zero"  # tnum: figures of one width
NAMES = "0,1,2,3,4,5,6,7,8,9,11,12,13,14,16,17"  # with copyright, licence and trademark
CHARACTERS = (
    "U+0020-007E,U+00A0-017F,U+018F,U+0192,U+01A0-01A1,U+01AF-01B0,U+01C4-01CC,U+01E6-01E7,"
    "U+0218-021B,U+0259,U+1E80-1E85,U+1E9E,U+1EA0-1EF9,"  # Latin, with Vietnamese
    "U+02BB-02BC,U+02C6-02C7,U+02D8-02DD,U+0300-0304,U+0306-030C,U+031B,U+0323-0328,"  # accents
    "U+0386-03CE,"  # Greek
    "U+0400-045F,U+0490-0493,U+049A-049B,U+04A2-04A3,U+04AE-04B3,U+04BA-04BB,U+04D8-04D9,"
    "U+04E8-04E9,"  # Cyrillic
    "U+2000-2064,U+2070-209C,U+20A0-20C0,U+2116,U+2122,"  # punctuation, small figures, currencies
    "U+2190-2199,U+21A9-21AA,U+21B5,U+21E5,U+21E7,U+2303,U+2318,U+2325,U+232B,U+23CE,"  # keys
    "U+2212,U+2215,U+2219,U+221E,U+2248,U+2260,U+2264-2265,"  # mathematics
    "U+25A0-25A1,U+25B2-25B3,U+25B6-25B7,U+25BC-25BD,U+25C0,U+25CB,U+25CF,U+2713,U+2717,U+26A0,"
    "U+FFFD"
)


def main(arguments: list[str]) -> int:
    tools = [shutil.which(name) for name in ("pyftsubset", "fonttools")]
    if len(arguments) != 1 or not all(tools):
        print(__doc__)
        return 2
    for weight in WEIGHTS:
        source = Path(arguments[0]) / f"Inter-{weight}.woff2"
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.ttf"
            made = FONTS / f"Inter-{weight}.ttf"
            for command in (
                ["fonttools", "ttLib.woff2", "decompress", "-o", str(plain), str(source)],
                [
                    *("pyftsubset", str(plain), f"--output-file={made}"),
                    *(f"--unicodes={CHARACTERS}", f"--layout-features={FEATURES}"),
                    *("--no-hinting", "--notdef-outline", f"--name-IDs={NAMES}"),
                ],
            ):
                if subprocess.run(command, check=False).returncode:
                    print(f"{source} could not be made into {made}; the reason is above.")
                    return 1
        print(f"{made.name}: {made.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
