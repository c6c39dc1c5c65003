"""``table2`` and ``table5``: the splits and the validation sets."""

from pathlib import Path

from ..files import write_csv
from ..preparation import SETTING_ORDER
from ..reports import write_text
from ..split_tables import information_in_validation_sets, sizes_of_splits
from ..summaries import markdown
from .options import DataHome, Results, Settings, SplitsDir, chosen


def table2(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Settings = None,
):
    """The sizes of the splits."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    table = sizes_of_splits(settings, splits_dir=splits_dir, data_home=data_home)
    _write(table, results, "table2")


def table5(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Settings = None,
):
    """How much the features of each validation set say about the label."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    table = information_in_validation_sets(
        settings, splits_dir=splits_dir, data_home=data_home
    )
    table[["information", "paper"]] = table[["information", "paper"]].map("{:.2e}".format)
    _write(table, results, "table5")


def _write(table, results, name):
    results.mkdir(parents=True, exist_ok=True)
    write_csv(table, results / f"{name}.csv")
    write_text(markdown(table), results / f"{name}.md")
