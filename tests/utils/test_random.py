"""The global random state is restored, and the lock does not block a forked process."""

# ruff: noqa: NPY002
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from skfairbargain._utils._random import seeded_globals

FORK_WHILE_ANOTHER_THREAD_TRAINS = """
import os, threading, torch
from skfairbargain._utils._random import seeded_globals

holds, done = threading.Event(), threading.Event()

def train():
    with seeded_globals(0, torch.device("cpu")):
        holds.set()
        done.wait()

thread = threading.Thread(target=train)
thread.start()
assert holds.wait(30)
child = os.fork()
if child == 0:
    with seeded_globals(1, torch.device("cpu")):
        os._exit(7)
_, status = os.waitpid(child, 0)
done.set()
thread.join()
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


def test_a_seed_repeats_the_draws_and_the_global_state_is_restored():
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    draws = []
    for seed in (3, 3, 4):
        with seeded_globals(seed, torch.device("cpu")):
            draws.append([torch.rand(1).item(), np.random.rand(), random.random()])
    assert draws[0] == draws[1]
    assert all(a != b for a, b in zip(draws[0], draws[2], strict=True))
    assert torch.equal(torch.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])
    assert random.getstate() == before[2]


def test_the_global_state_is_restored_after_an_error():
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    with pytest.raises(KeyError), seeded_globals(0, torch.device("cpu")):
        raise KeyError
    assert torch.equal(torch.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])
    assert random.getstate() == before[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_process_forked_during_a_training_can_train():
    code = FORK_WHILE_ANOTHER_THREAD_TRAINS
    result = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert result.returncode == 7
