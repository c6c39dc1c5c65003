"""Which runs on biased rows there are."""

from experiments.biased import biased_specs


def test_only_ours_is_told_the_epochs():
    specs = biased_specs(
        ["adult_sex"],
        ["mlp", "ours"],
        kind="labels",
        shares=(0.4,),
        per_cell=(3,),
        n_seeds=1,
        epochs=7,
    )
    assert [spec["epochs"] for spec in specs] == [None, 7]
