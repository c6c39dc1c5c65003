"""Fixtures that several test files share."""

import os
import shutil
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # workers share two cores


@pytest.fixture(scope="session")
def shared_dir():
    """The folder of reference data beside a developer's checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("needs the project's reference data, which users do not have")
    return folder


@pytest.fixture(scope="session")
def data_home(shared_dir, tmp_path_factory):
    """A copy of scikit-learn's cache: scikit-learn deletes what it cannot read."""
    copy = tmp_path_factory.mktemp("data_home")
    return shutil.copytree(
        shared_dir / "data/scikit_learn",
        copy,
        dirs_exist_ok=True,
        copy_function=shutil.copyfile,
    )
