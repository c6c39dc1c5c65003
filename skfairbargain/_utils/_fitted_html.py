"""What a fitted estimator says of itself in a notebook, below scikit-learn's diagram."""

from html import escape


class FittedHtmlMixin:
    """Adds facts of the training to the HTML representation.

    The estimator has a method `_fitted_facts` that returns pairs of texts, none before it
    is fitted.
    """

    def _repr_html_inner(self):
        return super()._repr_html_inner() + self._facts_as_html()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if "text/html" in bundle:
            bundle["text/html"] += self._facts_as_html()
        return bundle

    def _facts_as_html(self):
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left">{escape(what)}</th>'
            f'<td style="text-align: left">{escape(value)}</td></tr>'
            for what, value in self._fitted_facts()
        )
        return f"<table>{rows}</table>" if rows else ""


def facts_of_cells(what, cell_rows):
    """Rows of each cell, as facts: one if there are pairs of a name and a number."""
    if not cell_rows:
        return []
    cells = [f"{name}: {n:,}" for name, n in cell_rows]
    more = len(cells) - 12
    shown = "; ".join(cells[:12]) + (f" and {more} more" if more > 0 else "")
    return [(f"{what} by cell", shown)]


def shown_names(names, most=8):
    """Names in a row, and how many more there are."""
    names = [str(name) for name in names]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
