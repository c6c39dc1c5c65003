"""Specs of the runs on the paper's splits."""

from experiments.preparation import paper_specs


def test_specs_tell_one_folder_of_row_numbers_from_another(tmp_path):
    def splits(folder):
        specs = paper_specs(["adult_sex"], ["ltr"], n_seeds=1, epochs=1, splits_dir=folder)
        return specs[0]["splits"]

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a/adult_sex.npz").write_bytes(b"1")
    (tmp_path / "b/adult_sex.npz").write_bytes(b"2")
    assert len({splits(None), splits(tmp_path / "a"), splits(tmp_path / "b")}) == 3
    (tmp_path / "b/adult_sex.npz").write_bytes(b"1")
    (tmp_path / "b/titanic_sex.npz").write_bytes(b"3")
    assert splits(tmp_path / "a") == splits(tmp_path / "b")
