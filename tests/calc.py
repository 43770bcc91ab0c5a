"""LibreOffice, without a window: workbooks calculated anew, and as pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
# Else it takes the values in a file for granted, unless it wrote them itself.
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(files: Iterable[Path], folder: Path) -> list[Path]:
    """Return workbooks as LibreOffice calculates them, in a folder that they are written to."""
    if SOFFICE is None:
        if "CI" in os.environ:
            pytest.fail("CI wants LibreOffice: apt-get install libreoffice-calc")
        pytest.skip("LibreOffice is missing: apt-get install libreoffice-calc")
    user = folder / "profile" / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(_ALWAYS)
    out = folder / "calculated"
    given = [str(file) for file in files]
    subprocess.run(
        [
            *(SOFFICE, "--headless", f"-env:UserInstallation={user.parent.as_uri()}"),
            *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *given),
        ],
        check=True,
        capture_output=True,
        timeout=600,
    )
    found = [out / Path(file).name for file in given]
    assert all(file.exists() for file in found), "LibreOffice could not open a workbook"
    return found
