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


def shown_names(names, most=8):
    """Names in a row, and how many more there are."""
    names = [str(name) for name in names]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
