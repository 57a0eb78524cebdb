"""The program finds its own files, names a missing one, and its fonts do what screens need."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from posapp import assets

WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600, "Bold": 700}


def test_a_file_of_the_checkout_is_found() -> None:
    assert assets.path("fonts/Inter-Regular.ttf").is_file()
    assert assets.path("icons").is_dir()
    assert assets.text("icons/LICENSE.txt").startswith("ISC License")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(assets.AssetMissing, match=r"icons/no-such\.svg is missing.*Install"):
        assets.path("icons/no-such.svg")


@pytest.mark.parametrize("outside", ["../pyproject.toml", "icons/../../dev.py", "/etc", "a\\b"])
def test_nothing_outside_the_resources_is_given_out(outside: str) -> None:
    with pytest.raises(ValueError, match="inside the resources"):
        assets.path(outside)


def test_an_installed_program_finds_the_files_inside_its_package(tmp_path: Path) -> None:
    package = tmp_path / "posapp"
    package.mkdir()
    for module in ("__init__.py", "assets.py"):
        shutil.copy(Path(assets.__file__).with_name(module), package)
    (package / "_resources" / "icons").mkdir(parents=True)
    (package / "_resources" / "icons" / "one.svg").write_text("<svg/>", encoding="utf-8")
    asking = "from posapp import assets; print(assets.text('icons/one.svg'))"
    command = [sys.executable, "-c", asking]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout == "<svg/>\n"
    shutil.rmtree(package / "_resources")
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "The program's own files are missing" in ended.stderr


def test_every_icon_is_a_drawing_that_takes_the_colour_of_its_place() -> None:
    icons = sorted(assets.path("icons").glob("*.svg"))
    assert len(icons) >= 40
    for icon in icons:
        drawing = ElementTree.parse(icon).getroot()  # noqa: S314 - our own files
        assert drawing.tag.endswith("svg"), icon.name
        assert drawing.get("stroke") == "currentColor", icon.name


@pytest.mark.usefixtures("qapp")
def test_each_weight_is_drawn_differently_and_its_figures_have_one_width() -> None:
    loaded = [
        QFontDatabase.addApplicationFont(str(assets.path(f"fonts/Inter-{name}.ttf")))
        for name in WEIGHTS
    ]
    try:
        assert all("Inter" in QFontDatabase.applicationFontFamilies(font) for font in loaded)
        widths = []
        for weight in WEIGHTS.values():
            font = QFont("Inter")
            font.setPixelSize(100)
            font.setWeight(QFont.Weight(weight))
            widths.append(QFontMetricsF(font).horizontalAdvance("Hamburg"))
            font.setFeature(QFont.Tag("tnum"), 1)
            metrics = QFontMetricsF(font)
            assert len({metrics.horizontalAdvance(figure * 8) for figure in "0123456789"}) == 1
            assert all(metrics.inFontUcs4(ord(sign)) for sign in "€£¥₹₺₽•×−–→äßçşřžΩЖ")
        assert widths == sorted(set(widths))
    finally:
        for font_id in loaded:
            QFontDatabase.removeApplicationFont(font_id)


def test_the_fonts_are_small_enough_to_load_at_once() -> None:
    sizes = [assets.path(f"fonts/Inter-{name}.ttf").stat().st_size for name in WEIGHTS]
    assert sum(sizes) <= 500_000
