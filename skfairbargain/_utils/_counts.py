"""Numbers with their noun, in the singular or the plural."""


def n_rows(n):
    """Write a number of rows.

    Examples
    --------
    >>> n_rows(1), n_rows(5)
    ('1 row', '5 rows')
    """
    return f"{n} row" if n == 1 else f"{n} rows"
