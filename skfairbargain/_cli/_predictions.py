"""Models and predictions as files."""

import pandas as pd

from .._utils import write_csv
from ..auditing import TODAY


def write_predictions(report, table, path, id_column):
    """Write the recommended model's labels and probabilities of new rows.

    Returns
    -------
    line : str
        What was written.
    """
    if report.recommended == TODAY:
        return "No predictions were written: today's model is to be kept."
    model = report.models[report.recommended]
    write_csv(predictions(model, table, id_column), path)
    return f"Predictions: {path} ({len(table.data):,} rows)"


def predictions(model, table, id_column=None):
    """Labels and probabilities of new rows, with their ids or row numbers.

    Returns
    -------
    frame : DataFrame
    """
    if id_column is not None and id_column in table.others:
        frame = pd.DataFrame({id_column: table.others[id_column].to_numpy()})
    else:
        frame = pd.DataFrame({"row": table.row})
    frame["prediction"] = model.predict(table.data)
    scores = model.predict_proba(table.data)
    for label, column in zip(model.classes_.tolist(), scores.T, strict=True):
        frame[f"probability_{label}"] = column
    return frame


def write_model(report, path):
    """Write the recommended model.

    Returns
    -------
    line : str
        What was written.
    """
    from ..persistence import save

    if report.recommended == TODAY:
        return "No model was written: today's model is to be kept."
    save(report.models[report.recommended], path)
    return f"Model: {path}"
