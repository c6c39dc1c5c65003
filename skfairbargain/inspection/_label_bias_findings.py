"""Sentences on how recorded labels differ from audited ones, for `label_bias_report`."""

import numpy as np

from ._style import percent

# Directions and base rates that are told in sentences; the tables have all of them.
MOST_TOLD = 6


def flip_findings(flips):
    """Say for each direction, the most frequent first, which group it meets most often."""
    overall = flips[(flips["group"] == "overall") & (flips["n_flipped"] > 0)]
    overall = overall.sort_values("n_flipped", ascending=False, kind="stable")
    told = []
    for flip in overall.head(MOST_TOLD).itertuples():
        of_groups = flips[
            (flips["group"] != "overall")
            & (flips["audited"] == flip.audited)
            & (flips["recorded"] == flip.recorded)
        ]
        told.append(_compared(flip, of_groups.sort_values("rate", ascending=False)))
    return told or ["No label was flipped in these rows."]


def base_rate_findings(base_rates):
    """Say which groups' base rates the recorded labels change, and what gaps they make."""
    of_groups = base_rates[base_rates["group"] != "overall"]
    changed = of_groups[(of_groups["low"] > 0) | (of_groups["high"] < 0)]
    order = changed["difference"].abs().sort_values(ascending=False, kind="stable").index
    told = [_changed(row) for row in changed.loc[order[:MOST_TOLD]].itertuples()]
    if not told:
        told.append(
            "In no group do these rows show that the recorded labels change a base rate."
        )
    if of_groups["group"].nunique() > 1:
        told += [_gap(label, rows) for label, rows in of_groups.groupby("label")]
    return told[: 2 * MOST_TOLD]


def with_interval(rate, low, high):
    """A share with its interval, as in 30 % (21 % to 40 %)."""
    return f"{percent(rate)} ({percent(low)} to {percent(high)})"


def points(difference, low, high):
    """A difference of shares in percentage points, as in -15 (-20 to -10)."""
    return "{} ({} to {})".format(*map(_signed, (difference, low, high)))


def _compared(flip, of_groups):
    known = of_groups[of_groups["n"] > 0]
    most, least = known.iloc[0], known.iloc[-1]
    words = f"Rows audited as {flip.audited!r} are recorded as {flip.recorded!r}"
    if len(known) == 1:
        words += f" in {_rate(most)}."
    else:
        are_apart = most["low"] > least["high"]
        shown = (
            "do not overlap."
            if are_apart
            else ("overlap, so these rows do not show clearly that the groups differ.")
        )
        words += (
            f" most often in {_rate(most)}, and least often in {_rate(least)}. The "
            f"intervals {shown}"
        )
    unknown = of_groups.loc[of_groups["n"] == 0, "group"].tolist()
    if unknown:
        words += f" Without a row audited as {flip.audited!r}: {_listed(unknown)}."
    return words


def _rate(row):
    return f"group {row['group']!r}: {with_interval(row['rate'], row['low'], row['high'])}"


def _changed(row):
    verb = "lower" if row.difference < 0 else "raise"
    sizes = sorted(abs(end) for end in (row.low, row.high))
    by = "{} ({} to {})".format(
        *(f"{100 * size:.0f}" for size in (abs(row.difference), *sizes))
    )
    return (
        f"The recorded labels {verb} the share of label {row.label!r} in group "
        f"{row.group!r} from {percent(row.audited)} to {percent(row.recorded)}, by {by} "
        "percentage points."
    )


def _gap(label, rows):
    recorded, audited = (100 * np.ptp(rows[name]) for name in ("recorded", "audited"))
    return (
        f"The groups' shares of label {label!r} lie up to {recorded:.0f} percentage points "
        f"apart by the recorded labels, and up to {audited:.0f} by the audited ones."
    )


def _signed(share):
    text = f"{100 * share:+.0f}"
    return "0" if text in ("+0", "-0") else text


def _listed(names):
    shown = [repr(name) for name in names[:MOST_TOLD]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
