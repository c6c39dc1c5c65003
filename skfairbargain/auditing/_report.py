"""The report of an audit: a verdict, the numbers under it, and how it came about."""

import json
import math

import pandas as pd

from .._utils import write_at_once
from ._render import to_html, to_markdown

FORMATS = {"html": "to_html", "htm": "to_html", "md": "to_markdown", "json": "to_json"}


class AuditReport:
    """What an audit found; from `audit_report`.

    Parameters
    ----------
    contents : dict
        As `to_dict` returns it.
    models : dict of str to classifier, default=None
        Trained models by method.

    Attributes
    ----------
    recommended : str
        The method to use: a key of `METHODS`, or "today".
    verdict : list of str
        What is concluded, in sentences; the recommendation first.
    warnings : list of str
        What is doubtful about the data.
    cells : DataFrame
        Audited rows of each group (index) and label (columns).
    metrics : DataFrame
        Columns: method, metric, group (with "overall" and "worst group"), value, low and
        high.
    differences : DataFrame
        The recommended method less each other one, paired. Columns: method, reference,
        metric, group, difference, low and high.
    models : dict of str to classifier
        Those that were trained on all audited rows; they take tables like X.

    Examples
    --------
    >>> from skfairbargain.auditing import AuditReport, audit_report
    >>> from skfairbargain.datasets import make_biased_classification
    >>> train = make_biased_classification(400, random_state=0)
    >>> audit = make_biased_classification(100, random_state=1)
    >>> report = audit_report(
    ...     train.data, train.target, audit.data, audit.target, audit.sensitive["group"],
    ...     methods=["logistic"],
    ... )
    >>> report.cells.loc["g0"].tolist()
    [33, 34]
    >>> report.to_html().startswith("<!DOCTYPE html>")
    True
    >>> AuditReport(report.to_dict()).verdict == report.verdict
    True
    """

    def __init__(self, contents, models=None):
        self._contents = _finite(contents)
        self.models = dict(models or {})

    @property
    def recommended(self):
        return self._contents["recommended"]

    @property
    def verdict(self):
        return list(self._contents["verdict"])

    @property
    def warnings(self):
        return list(self._contents["warnings"])

    @property
    def cells(self):
        rows = self._contents["cells"]
        return pd.DataFrame(
            [row["counts"] for row in rows],
            index=pd.Index([row["group"] for row in rows], name="group"),
            columns=pd.Index(self._contents["labels"], name="label"),
        )

    @property
    def metrics(self):
        return pd.DataFrame(self._contents["metrics"])

    @property
    def differences(self):
        return pd.DataFrame(self._contents["differences"])

    def to_dict(self):
        """Return all that the report says, of plain Python values.

        Returns
        -------
        contents : dict
            Numbers that are undefined are None.
        """
        return json.loads(json.dumps(self._contents))

    def to_json(self):
        """Return the same as JSON.

        Returns
        -------
        text : str
        """
        return json.dumps(self._contents, indent=1, ensure_ascii=False) + "\n"

    def to_html(self):
        """Return one page that opens without a network, figures included.

        Returns
        -------
        html : str
        """
        return to_html(self._contents)

    def to_markdown(self):
        """Return the report as Markdown, with tables in place of figures.

        Returns
        -------
        text : str
        """
        return to_markdown(self._contents)

    def save(self, path):
        """Write the report to a file, all of it or nothing.

        Parameters
        ----------
        path : str or Path
            Its ending says how: .html, .md or .json.

        Raises
        ------
        ValueError
            If it has another ending.
        """
        write_at_once(path, getattr(self, FORMATS[report_format(path)])().encode())

    def __str__(self):
        lines = "\n".join(f"- {sentence}" for sentence in self.verdict)
        return f"Use {self._contents['recommended_title']}.\n{lines}"

    __repr__ = __str__

    def _repr_html_(self):
        # In a frame of its own, so that neither the page's styles nor the notebook's leak.
        from html import escape

        page = escape(self.to_html(), quote=True)
        return (
            f'<iframe srcdoc="{page}" title="Audit report" sandbox '
            'style="width: 100%; height: 60em; border: 1px solid #ccc"></iframe>'
        )


def report_format(path):
    """The format that a file's ending names.

    Raises
    ------
    ValueError
        If it names none.
    """
    ending = str(path).rpartition(".")[2].lower()
    if ending not in FORMATS or "." not in str(path):
        raise ValueError(
            f"A report should end in .html, .md or .json. Got {str(path)!r}. Rename it."
        )
    return ending


def _finite(value):
    """The same without NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {str(key): _finite(of_key) for key, of_key in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
