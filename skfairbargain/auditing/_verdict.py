"""What an audit concludes, in sentences that its numbers support."""

from typing import NamedTuple

from ..inspection import detectable_gap
from ._methods import METHODS, OURS, SIMPLE, TODAY, TODAY_TITLE

# Less than this is no reason to leave a simpler model.
MARGIN = 0.02
WORST = "worst group"
# What decisions do to people at one threshold, whatever group they are of.
DECISIVE = "balanced_accuracy"
NAMES = {"balanced_accuracy": "balanced accuracy", "auc": "AUC"}


class Verdict(NamedTuple):
    """A recommendation and its reasons.

    Parameters
    ----------
    recommended : str
        A method, or "today".
    sentences : list of str
        The recommendation first.
    """

    recommended: str
    sentences: list


def conclude(measured, counts):
    """Recommend a method, the simpler one where the rows show no difference.

    Parameters
    ----------
    measured : Measured
        Of the methods, and of today's model where its scores are known.
    counts : DataFrame of shape (n_groups, n_labels)
        Rows that measured, by group and label; the positive label last.

    Returns
    -------
    verdict : Verdict
    """
    simple = _best(measured, [name for name in SIMPLE if name in measured.models])
    ours = _best(measured, [name for name in OURS if name in measured.models])
    sentences = []
    chosen = simple or ours
    if simple and ours:
        chosen, words = _between(measured, ours, simple, "serves the worst group")
        sentences.append(words)
    if not sentences:
        value, low, high = measured.value(chosen, DECISIVE, WORST)
        sentences.append(
            f"Of the methods that were tried, {title(chosen)} serves the worst group best: "
            f"{value:.2f} ({low:.2f} to {high:.2f}) {NAMES[DECISIVE]}."
        )
    if TODAY in measured.models:
        chosen, words = _against_today(measured, chosen)
        sentences.append(words)
    if chosen != TODAY and simple and chosen not in SIMPLE:
        sentences += _overall(measured, chosen, simple)
    sentences += _by_chance(measured, chosen)
    sentences.append(_power(counts, measured.value(chosen, DECISIVE, "overall")[0]))
    return Verdict(chosen, sentences)


def title(method):
    """A method's name for people."""
    return TODAY_TITLE if method == TODAY else METHODS[method].title


def signed(value, low, high):
    """A difference with its interval, as in +0.06 (+0.02 to +0.10)."""
    return "{} ({} to {})".format(*map(_signed, (value, low, high)))


def _between(measured, ours, simple, does):
    value, low, high = measured.difference(ours, simple, DECISIVE, WORST)
    by = f"{signed(value, low, high)} {NAMES[DECISIVE]}"
    one, other = title(ours), title(simple)
    if low > 0:
        return ours, f"{one} {does} better than {other}, the best simple method: {by}."
    if high < 0:
        return simple, f"{other.capitalize()} {does} better than {one}: use it ({by})."
    if high <= MARGIN:
        return simple, f"{other.capitalize()} is as good as {one}: use it ({by})."
    if value <= 0:
        return simple, (
            f"{one} is not shown to serve the worst group better than {other}, which is "
            f"simpler: use that ({by})."
        )
    return simple, (
        f"These rows are too few to tell whether {one} {does} better than {other}: {by}. "
        f"Until there are more, use {other}, which is simpler."
    )


def _against_today(measured, chosen):
    value, low, high = measured.difference(chosen, TODAY, DECISIVE, WORST)
    by = f"{signed(value, low, high)} {NAMES[DECISIVE]} in the worst group"
    one = title(chosen)
    first = one[0].upper() + one[1:]
    if high < 0 or high <= MARGIN:
        than = "better than" if high < 0 else "as good as"
        return TODAY, f"Today's model is {than} {one}: keep it ({by})."
    if low <= 0:
        return TODAY, (
            f"These rows are too few to tell whether {one} is better than today's model: "
            f"{by}. Keep today's model until there are more."
        )
    groups = [scope for scope in measured.scopes if scope not in ("overall", WORST)]
    of_groups = {g: measured.difference(chosen, TODAY, DECISIVE, g) for g in groups}
    lost = {g: of for g, of in of_groups.items() if of[2] < 0}
    if lost:
        named = ", ".join(f"{g!r} {signed(*of)}" for g, of in lost.items())
        return chosen, (
            f"Compared with today's model, {one} serves the worst group better, {by}, at "
            f"the expense of {named}. Whether that is right is yours to decide."
        )
    doubtful = [g for g, of in of_groups.items() if of[0] < 0]
    if doubtful:
        named = ", ".join(f"{g!r} {signed(*of_groups[g])}" for g in doubtful)
        return chosen, (
            f"Compared with today's model, {one} serves the worst group better, {by}. A "
            f"loss cannot be ruled out for {named}."
        )
    return chosen, f"{first} serves every group at least as well as today's model: {by}."


def _overall(measured, chosen, simple):
    value, low, high = measured.difference(chosen, simple, "auc", "overall")
    if high < 0:
        return [
            f"It ranks all rows together worse than {title(simple)}: "
            f"{signed(value, low, high)} AUC."
        ]
    return []


def _by_chance(measured, chosen):
    """Name the groups that no number shows to be served better than by a constant."""
    chance = 1 / measured.n_classes
    lost = [
        scope
        for scope in measured.scopes
        if scope != WORST and measured.value(chosen, DECISIVE, scope)[1] <= chance
    ]
    if not lost:
        return []
    named = ", ".join(map(repr, lost))
    return [
        f"For {named}, {title(chosen)} is not shown to be better than guessing "
        f"({NAMES[DECISIVE]} of {chance:.2f})."
    ]


def _power(counts, rate):
    positives = int(counts.iloc[:, -1].min())
    label = counts.columns.tolist()[-1]
    gap = detectable_gap(positives, min(max(rate, 0.5), 0.95))
    rows = f"{positives:,} rows of label {label!r} in the smallest group"
    if gap != gap:
        return f"With {rows}, no gap between two groups' true-positive rates would be seen."
    return (
        f"With {rows}, a gap of {gap:.2f} between two groups' true-positive rates would be "
        "seen four times in five; a smaller one can hide."
    )


def _best(measured, methods):
    values = {name: measured.value(name, DECISIVE, WORST)[0] for name in methods}
    return max(values, key=values.get) if values else None


def _signed(x):
    return f"{x:+.2f}" if abs(x) >= 0.005 else "0.00"
