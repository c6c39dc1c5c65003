"""Two processes that average their gradients end with the same weights."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import skfairbargain

ROOT = Path(skfairbargain.__file__).parents[1]
EXAMPLE = ROOT / "examples" / "data_parallel.py"


@pytest.mark.skipif(not EXAMPLE.exists(), reason="examples are not installed")
def test_ranks_have_the_same_weights_and_other_rows():
    child = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert child.returncode == 0, child.stderr
    lines = re.findall(
        r"^rank (\d): 211 rows, first \[(\d), .* of all ranks equal, checksum (\S+)$",
        child.stdout,
        re.MULTILINE,
    )
    ranks, first_rows, checksums = zip(*sorted(lines), strict=True)
    assert (ranks, first_rows) == (("0", "1"), ("0", "1"))
    assert len(set(checksums)) == 1
    assert "2 ranks, 9,666 weights, all equal to the bit" in child.stdout
    auc = {group: float(value) for group, value in re.findall(
        r"^ +auc +(\S+) +(\S+)", child.stdout, re.MULTILINE)}  # fmt: skip
    assert set(auc) == {"overall", "sex=1", "sex=2"}
    assert min(auc.values()) > 0.75
