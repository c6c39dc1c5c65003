"""Specs of the runs on the paper's splits."""

import numpy as np

from experiments.paper_split import ARRAYS
from experiments.preparation import paper_specs


def test_specs_tell_one_folder_of_row_numbers_from_another(tmp_path):
    def splits(folder):
        specs = paper_specs(["adult_sex"], ["ltr"], n_seeds=1, epochs=1, splits_dir=folder)
        return specs[0]["splits"]

    def write(path, first):
        path.parent.mkdir(exist_ok=True)
        np.savez(path, **{name: [first + i] for i, name in enumerate(ARRAYS)})

    write(tmp_path / "a/adult_sex.npz", 1)
    write(tmp_path / "b/adult_sex.npz", 2)
    assert len({splits(None), splits(tmp_path / "a"), splits(tmp_path / "b")}) == 3
    write(tmp_path / "b/adult_sex.npz", 1)
    write(tmp_path / "b/titanic_sex.npz", 3)
    assert splits(tmp_path / "a") == splits(tmp_path / "b")
