"""The report as a page and as Markdown."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from ._axis import Axis
from ._verdict import NAMES, WORST, signed

# The palette of Okabe and Ito without its light colours, dark enough on white.
COLORS = ("#005a8f", "#b34700", "#00795a", "#9c4f7f", "#000000", "#6b6b6b", "#7a5c00")
TITLES = {
    **NAMES,
    "auc": "AUC",
    "true_positive_rate": "true-positive rate",
    "false_positive_rate": "false-positive rate",
    "selection_rate": "selection rate",
    "accuracy": "accuracy",
}


def to_html(contents):
    """A page that needs nothing from elsewhere."""
    return _environment(True).get_template("report.html").render(**_context(contents))


def to_markdown(contents):
    """The same as text, figures as tables."""
    text = _environment(False).get_template("report.md").render(**_context(contents))
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [
        line for i, line in enumerate(lines) if line or (i and lines[i - 1])
    ]  # no two empty lines
    return "\n".join(kept).strip() + "\n"


@cache
def _environment(is_html):
    environment = Environment(
        loader=PackageLoader("skfairbargain.auditing"),
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": _number,
        "interval": _interval,
        "percent": lambda x: "–" if x is None else f"{100 * x:.0f} %",
        "of": lambda n, noun: f"{n:,} {noun}{'' if n == 1 else 's'}",
        "count": lambda n: "–" if n is None else f"{n:,}",
        "cell": lambda text: str(text).replace("|", "\\|").replace("\n", " "),
    }
    return environment


def _context(contents):
    methods = {method["name"]: method for method in contents["methods"]}
    groups = list(dict.fromkeys(r["group"] for r in contents["metrics"]))
    people = [group for group in groups if group not in ("overall", WORST)]
    metrics = list(dict.fromkeys(record["metric"] for record in contents["metrics"]))
    found = {(r["method"], r["metric"], r["group"]): r for r in contents["metrics"]}
    return {
        **contents,
        "method": methods,
        "color": {name: COLORS[i % len(COLORS)] for i, name in enumerate(methods)},
        "number_of": {name: i for i, name in enumerate(methods, start=1)},
        "scopes": groups,
        "people": people,
        "metric_names": metrics,
        "titles": TITLES,
        "found": found,
        "signed": _signed,
        "Axis": Axis,
        "worst": WORST,
    }


def _number(value, digits=2):
    return "–" if value is None or value != value else f"{value:.{digits}f}"


def _interval(record, digits=2):
    if record["value"] is None:
        return "–"
    low, high = _number(record["low"], digits), _number(record["high"], digits)
    return f"{_number(record['value'], digits)} ({low} to {high})"


def _signed(record):
    if record["difference"] is None:
        return "–"
    return signed(record["difference"], record["low"], record["high"])
