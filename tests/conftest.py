"""What all test files share: a time limit for each test, and fixtures."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # workers share two cores


# Seconds, many times what the slowest test takes.
LIMIT = 600


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Fail a test that hangs, for example on a worker process that never answers."""
    if not hasattr(signal, "SIGALRM"):  # Windows
        return (yield)

    def stop(signum, frame):
        raise TimeoutError(f"{item.nodeid} ran for more than {LIMIT} seconds.")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


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


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 400 kB; only root can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk]
    try:
        mounted = subprocess.run(mount, capture_output=True, timeout=60, check=False)
    except FileNotFoundError:
        pytest.skip("needs the command mount, to make a small disk")
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk, which root has")
    yield disk
    subprocess.run(["umount", disk], timeout=60, check=True)


@pytest.fixture
def as_nobody(monkeypatch):
    """Act as a user without root's rights, in an empty folder that such a user reaches."""
    is_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)
        if is_root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        yield
        if is_root:
            os.seteuid(0)
        monkeypatch.undo()
