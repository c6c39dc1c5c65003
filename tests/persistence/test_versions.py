"""A model of another version of the package loads with a warning."""

import os
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from sklearn.base import clone
from sklearn.exceptions import InconsistentVersionWarning

import skfairbargain
from skfairbargain import ModelVersionWarning, NashMetaClassifier
from skfairbargain._model_file import _header
from skfairbargain.persistence import load, save
from tests.persistence._shared import assert_same, quick, rewrite


def test_models_of_another_version_warn(diabetes, tmp_path):
    """Written by a process in which the package has another version."""
    X, _, _ = diabetes
    code = """
import pickle, numpy, skfairbargain._version
skfairbargain._version.__version__ = "0.0.1"
from skfairbargain import NashMetaClassifier
from skfairbargain.persistence import save
rng = numpy.random.default_rng(0)
X, y = rng.normal(size=(60, 9)), numpy.tile([0, 1], 30)
model = NashMetaClassifier(bargaining=None, max_epochs=1, random_state=0).fit(X, y)
pickle.dump(model, open("model.pickle", "wb"))
save(model, "model.safetensors")
"""
    path = f"{Path(skfairbargain.__file__).parents[1]}{os.pathsep}"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path + os.environ.get("PYTHONPATH", "")},
        check=True,
        timeout=120,
    )
    message = (
        "Loading a NashMetaClassifier of skfairbargain 0.0.1 with skfairbargain "
        f"{skfairbargain.__version__}. Its predictions may differ, or fail. Load it with "
        "the version that stored it, or train it again."
    )
    stored = (tmp_path / "model.pickle").read_bytes()
    with pytest.warns(ModelVersionWarning, match=f"^{re.escape(message)}$") as caught:
        from_pickle = pickle.loads(stored)
    assert caught[0].filename == __file__
    assert isinstance(caught[0].message, InconsistentVersionWarning)
    assert caught[0].message.original_sklearn_version == "0.0.1"
    with pytest.warns(ModelVersionWarning, match=f"^{re.escape(message)}$"):
        loaded = load(tmp_path / "model.safetensors")
    assert_same(from_pickle, loaded, X.to_numpy())


def test_same_version_does_not_warn(fitted):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pickle.loads(pickle.dumps(clone(fitted)))
        pickle.loads(pickle.dumps(fitted))
    assert not caught
    state = fitted.__getstate__()
    assert state.pop("_skfairbargain_version") == skfairbargain.__version__
    with pytest.warns(ModelVersionWarning, match="of skfairbargain unknown with"):
        NashMetaClassifier().__setstate__(state)


def test_a_file_of_the_first_format_loads(diabetes, tmp_path, monkeypatch):
    """It had fewer parameters and parts: what is absent is as it was then."""
    X, y, validation = diabetes
    path, earlier = tmp_path / "model", quick(standardize=False)
    save(earlier.fit(X, y, **validation), path)

    def as_earlier(model, tensors):
        del model["module_state"], model["standardizes"]
        del model["parameters"]["dict"]["standardize"]

    monkeypatch.setattr(_header, "FORMAT_VERSION", 1)
    rewrite(path, as_earlier)
    monkeypatch.undo()
    loaded = load(path)
    assert loaded.scaler_ is None
    assert loaded.standardize == "auto"
    assert_same(loaded.set_params(standardize=False), earlier, X)
