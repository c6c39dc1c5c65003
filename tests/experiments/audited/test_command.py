"""The command: its tables, its figure, and what it does not run again."""

import re

import numpy as np
import pandas as pd
import pytest

from experiments.audited.report import tables_of

METHODS = ("boosting_balanced", "boosting_clean", "continued")


@pytest.fixture
def arguments(data_home, tmp_path):
    """Options of a command that takes seconds."""
    chosen = [part for name in METHODS for part in ("--method", name)]
    for name in ("student_por_sex", "titanic_sex"):
        chosen += ["--data-set", name]
    chosen += ["--share", 0.4, "--share", 0, "--per-cell", 10, "--seeds", 2]
    return ["audited", *chosen, "--data-home", data_home, "--results", tmp_path]


def test_tables_and_figure(arguments, tmp_path, invoke, runs_in):
    text = invoke(*arguments)
    assert (tmp_path / "audited.md").read_text() == text
    assert "\n## Blind, uniform, share 0.4, 10 rows a cell, balanced audit\n" in text
    assert "\n| boosting continued on audited rows | audited rows | " in text
    assert re.search(
        r"\nGroup of test rows imputed from the audited ones, AUC: student_por_sex "
        r"0\.\d\d, titanic_sex 0\.\d\d\.\n",
        text,
    )
    assert "\n| titanic_sex | sex, name | boat, body, ticket |" in text
    gains = pd.read_csv(tmp_path / "audited_gains.csv")
    assert gains[
        ["share", "method", "data_sets", "runs"]
    ].drop_duplicates().to_numpy().tolist() == [
        [share, method, 2, 4]
        for share in (0.4, 0.0)
        for method in ("boosting_clean", "continued")
    ]
    means = pd.read_csv(tmp_path / "audited_means.csv")
    assert len(means) == 2 * 2 * 3 * 6
    # At share 0 recorded labels are the true ones.
    clean = gains.query("share == 0 and method == 'boosting_clean'")
    assert clean[["low", "value", "high"]].to_numpy() == pytest.approx(np.zeros((2, 3)))
    figure = tmp_path / "audited_blind_uniform_balanced_0.4.png"
    assert figure.read_bytes().startswith(b"\x89PNG")
    before = runs_in(tmp_path / "audited.sqlite")
    assert len(before) == 2 * 2 * 2 * (3 + 1)
    assert invoke(*arguments, "--finished") == text
    assert runs_in(tmp_path / "audited.sqlite") == before


def test_tables_of_nothing_are_refused(arguments, tmp_path, invoke):
    message = (
        f"{tmp_path}/audited.sqlite should have runs of these options. Got none. Run the "
        "command without --finished first."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        invoke(*arguments, "--finished")


def test_failures_are_told():
    specs = [{"name": "german_sex", "method": method} for method in ("dfr", "dfr", "jtt")]
    bad, good = {"failure": "No rows."}, {"score_auc": 0.5}
    table, imputed, failures = tables_of(specs, [bad, bad, good])
    assert table["method"].tolist() == ["jtt"]
    assert imputed.empty
    assert failures == ["last layer retrained (DFR) on german_sex: No rows. (runs: 2)"]
    message = (
        "No method could be trained in any of these runs. last layer retrained (DFR) on "
        "german_sex: No rows. (runs: 1)"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        tables_of(specs[:1], [bad])
