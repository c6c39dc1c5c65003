"""Training and prediction read a memory-mapped file without copying it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import skfairbargain

ROOT = Path(skfairbargain.__file__).parents[1]

# RLIMIT_DATA limits what the process may allocate, without the pages of a mapped file. It
# is set below the size of the file, so that even a temporary copy of X fails.
CODE = """
import resource, sys, warnings
import numpy as np
from skfairbargain import NashMetaClassifier
warnings.simplefilter("ignore")
megabytes, n_features = {megabytes}, 400
n_samples = megabytes * 2**20 // (4 * n_features)
X = np.memmap("X.dat", np.float32, "r", shape=(n_samples, n_features))
y = np.arange(n_samples) // 2 % 2
given = {{"X_val": X[:40], "y_val": y[:40], "groups_val": [0, 1] * 20}}
options = dict(
    bargain_epochs=1, max_epochs=1, batch_size=1024, validation_fraction=0.001,
    hidden_layer_sizes=(4,), random_state=0,
)
NashMetaClassifier(**options).fit(np.array(X[:5000]), y[:5000], **given).predict(X[:5000])
status = open("/proc/self/status").read()
now = int(status.partition("VmData:")[2].split()[0]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (now + megabytes * 2**20 * 3 // 4,) * 2)
try:
    np.array(X)
except MemoryError:
    print("a copy fails")
clf = NashMetaClassifier(**options).fit(X, y, **given)
clf.partial_fit(X, y, **given)
print("given", clf.predict(X).shape == y.shape)
weight = np.ones(n_samples)
weight[::10] = 0
NashMetaClassifier(**options).fit(X, y, sample_weight=weight, **given)
print("weighted")
NashMetaClassifier(**options).fit(X, y)
print("held out")
"""


def test_no_copy_of_a_memmap_is_made(tmp_path):
    megabytes = 100
    rng = np.random.default_rng(0)
    with open(tmp_path / "X.dat", "wb") as file:
        for _ in range(megabytes // 10):
            file.write(rng.standard_normal(10 * 2**18, dtype=np.float32).tobytes())
    child = subprocess.run(
        [sys.executable, "-c", CODE.format(megabytes=megabytes)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.split("\n") == [
        "a copy fails",
        "given True",
        "weighted",
        "held out",
        "",
    ]
