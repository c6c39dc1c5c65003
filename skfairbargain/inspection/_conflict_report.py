"""Report conflicts between players during training: how often, and how resolved."""

import html

import numpy as np
import pandas as pd

from .._utils import fitted_attribute
from ._style import counted, percent, text_table

# Number of pairs of players that a printed report lists.
MOST_PAIRS = 12


# Mean share of a player in the certificates above which the dispute is its own.
MOSTLY = 0.9


class ConflictReport:
    """Conflicts in a training run; the result of `conflict_report`.

    Parameters
    ----------
    history : list of dict
        An estimator's ``history_``.

    Attributes
    ----------
    n_epochs : dict of int to int
        Epochs of stage 1 and of stage 2.
    agreed : float
        Share of the steps of stage 1 in which the players agreed; NaN without a stage 1.
    opposed : DataFrame
        One row for each pair of players, the most opposed first. Columns: player, other,
        stage_1 and stage_2 (share of the steps in which the inner product of their
        hypergradients is negative), and agreed (share of these steps of stage 1 in which
        all players agreed nevertheless; NaN if there were none).
    served : float
        Share of the steps in which all players could gain by the weights applied, of those
        steps of which it is known: bargains over what is applied, and harmless goals. NaN
        where there were none.
    disputes : DataFrame
        One row for each pair of players, the most frequent first, of the other steps: the
        share of them in which both were among the players that no weights serve together.
        Columns: player, other, share.
    against : DataFrame
        One row for each player, the worst off first. Columns: player, stage_1 and stage_2
        (share of the steps whose applied weights worked against it).
    """

    def __init__(self, history):
        of_stage = {
            stage: [row for row in history if row["stage"] == stage] for stage in (1, 2)
        }
        self.n_epochs = {stage: len(rows) for stage, rows in of_stage.items()}
        self.agreed = _mean(row["bargaining_success_rate"] for row in of_stage[1])
        players = list(history[0]["player_conflict_rates"])
        self.against = _worst_first(
            {
                "player": player,
                **{
                    f"stage_{stage}": _mean(
                        row["player_conflict_rates"][player] for row in rows
                    )
                    for stage, rows in of_stage.items()
                },
            }
            for player in players
        )
        pairs = [
            (player, other)
            for player, others in history[0]["opposed_rates"].items()
            for other in others
        ]
        self.opposed = _worst_first(_pair(of_stage, *pair) for pair in pairs)
        self.served = _mean(_known(history, "agreement_rate"))
        self.disputes = _disputes(history, pairs, 1 - self.served)
        self._by_anchor = _mean(_known(history, "disputed_by_anchor_rate"))
        self._shares = _mean_shares(history)

    def __str__(self):
        blocks = [self._heading(), self._agreement()]
        if self.served < 1:
            blocks.append(self._dispute())
        if len(self.opposed):
            blocks.append(self._opposition())
        blocks.append(
            "Players that the applied weights worked against (share of steps, to first "
            "order)\n"
            + text_table(
                {"player": self.against["player"], **self._stage_columns(self.against)}
            )
        )
        return "\n\n".join(blocks)

    __repr__ = __str__

    def _repr_html_(self):
        tables = "".join(
            frame.to_html(index=False, float_format=percent, na_rep="-")
            for frame in (self.opposed, self.against)
        )
        dispute = f"<p>{self._dispute(escape=True)}</p>" if self.served < 1 else ""
        return f"<p>{self._heading()}</p><p>{self._agreement()}</p>{dispute}{tables}"

    def _dispute(self, escape=False):
        """Who cannot agree with whom, in words."""
        text = (
            f"In {percent(1 - self.served)} of the steps no weights serve all players, "
            "whatever is learned. "
        )
        most, share = max(self._shares.items(), key=lambda item: item[1])
        if share > MOSTLY:
            text += f"It is {most} who cannot gain there, almost alone. "
        elif len(self.disputes) and self.disputes["share"].iloc[0] > 0:
            player, other, share = self.disputes.iloc[0]
            text += (
                f"Most often {player} and {other} cannot both gain "
                f"({percent(share)} of these steps). "
            )
        if self._by_anchor > 0:
            text += (
                f"Without the anchor's equal weights {percent(self._by_anchor)} of the "
                "failed bargains have an agreement: a lower anchor agrees more often."
            )
        return html.escape(text.strip()) if escape else text.strip()

    def _opposition(self):
        ever = self.opposed[self.opposed[["stage_1", "stage_2"]].max(axis=1) > 0]
        shown = ever.head(MOST_PAIRS)
        columns = {
            "players": shown["player"] + "  |  " + shown["other"],
            **self._stage_columns(shown),
        }
        if self.n_epochs[1]:
            columns["of these, agreed"] = shown["agreed"].map(_share)
        text = (
            "Opposed players (share of steps in which lowering one's loss raises the "
            f"other's)\n{text_table(columns)}"
        )
        if len(ever) > len(shown):
            text += f"\n  Less often opposed: {counted(len(ever) - len(shown), 'pair')}; "
            text += "see `opposed`."
        never = len(self.opposed) - len(ever)
        if never:
            text += f"\n  Never opposed: {counted(never, 'pair')}."
        return text

    def _heading(self):
        return (
            f"{counted(len(self.against), 'player')}; "
            f"{counted(self.n_epochs[1], 'epoch')} of bargaining (stage 1), "
            f"{self.n_epochs[2]} of the goal alone (stage 2)."
        )

    def _agreement(self):
        if not self.n_epochs[1]:
            return "There was no bargaining: the goal decided every step."
        if self.agreed == 1:
            return "In stage 1 the players agreed in every step."
        if self.agreed == 0:
            return "In stage 1 the players never agreed: the goal decided every step."
        return (
            f"In stage 1 the players agreed in {percent(self.agreed)} of the steps; in the "
            f"other {percent(1 - self.agreed)} the goal decided."
        )

    def _stage_columns(self, frame):
        return {
            f"stage {stage}": frame[f"stage_{stage}"].map(_share)
            for stage, n_epochs in self.n_epochs.items()
            if n_epochs
        }


def conflict_report(estimator):
    r"""Summarise the conflicts between players during training and how they were resolved.

    For the people who are responsible for the model. It shows which groups could improve
    together, which only at each other's expense, how often the players agreed, and which
    players the training worked against.

    Parameters
    ----------
    estimator : NashMetaClassifier or list of dict
        A fitted estimator, a fitted pipeline or search that ends in one, or a
        ``history_``.

    Returns
    -------
    report : ConflictReport
        Print it, or look at its attributes ``agreed``, ``opposed`` and ``against``.

    Raises
    ------
    NotFittedError
        If the estimator has no ``history_``.

    See Also
    --------
    BargainingHistoryDisplay : A figure of agreement and conflict by epoch.

    Notes
    -----
    Two players are opposed in a step when :math:`\langle h_j, h_k \rangle < 0`. The
    applied weights w work against a player when :math:`\langle h_k, w \rangle < 0` (eq.
    3): to first order its validation loss rises. Opposed players can both gain from the
    same weights. After an agreement over the weights applied both do. Where there is
    none, its certificate names the players whose weighted sum no weights serve. Cells of
    different labels are nearly always opposed: raising the probability of one label lowers
    that of the other.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, eq. 3.

    Examples
    --------
    >>> from skfairbargain.inspection import conflict_report
    >>> history = [
    ...     {
    ...         "stage": 1,
    ...         "bargaining_success_rate": 0.75,
    ...         "player_conflict_rates": {"F": 0.25, "M": 0.0},
    ...         "opposed_rates": {"F": {"M": 0.5}},
    ...         "opposed_agreed_rates": {"F": {"M": 0.25}},
    ...     }
    ... ]
    >>> print(conflict_report(history))  # doctest: +NORMALIZE_WHITESPACE
    2 players; 1 epoch of bargaining (stage 1), 0 of the goal alone (stage 2).
    <BLANKLINE>
    In stage 1 the players agreed in 75 % of the steps; in the other 25 % the goal decided.
    <BLANKLINE>
    Opposed players (share of steps in which lowering one's loss raises the other's)
      players  stage 1  of these, agreed
      F  |  M     50 %              50 %
    <BLANKLINE>
    Players that the applied weights worked against (share of steps, to first order)
      player  stage 1
      F          25 %
      M           0 %
    """
    history = estimator
    if not isinstance(estimator, list):
        history = fitted_attribute(estimator, "history_")
    return ConflictReport(history)


def _known(history, key):
    """The values of the epochs that have one: histories of earlier versions lack some."""
    return [row[key] for row in history if row.get(key) is not None]


def _mean_shares(history):
    """Mean certificate over the steps without an agreement, by player."""
    rows = [row for row in history if row.get("disputant_shares")]
    disputed = [1 - row["agreement_rate"] for row in rows]
    return {
        player: float(
            np.average([row["disputant_shares"][player] for row in rows], weights=disputed)
        )
        for player in (rows[0]["disputant_shares"] if rows else ())
    }


def _disputes(history, pairs, disputed):
    """How often each pair could not be served together, of the steps that had a dispute."""
    rows = [row for row in history if row.get("agreement_rate") is not None]
    frame = pd.DataFrame(
        {
            "player": player,
            "other": other,
            "share": _mean(row["disputed_rates"][player][other] for row in rows)
            / (disputed or 1),
        }
        for player, other in pairs
        if rows
    )
    if len(frame):
        frame = frame.sort_values("share", ascending=False, kind="stable")
    return frame.reset_index(drop=True)


def _pair(of_stage, player, other):
    rates = {
        stage: [row["opposed_rates"][player][other] for row in rows]
        for stage, rows in of_stage.items()
    }
    agreed = [row["opposed_agreed_rates"][player][other] for row in of_stage[1]]
    opposed = sum(rates[1])
    return {
        "player": player,
        "other": other,
        "stage_1": _mean(rates[1]),
        "stage_2": _mean(rates[2]),
        "agreed": sum(agreed) / opposed if opposed else np.nan,
    }


def _mean(rates):
    # Every epoch of a run has the same number of steps. None was not measured.
    rates = [rate for rate in rates if rate is not None]
    return float(np.mean(rates)) if rates else np.nan


def _worst_first(records):
    frame = pd.DataFrame(records)
    if frame.empty:
        return pd.DataFrame(columns=["player", "other", "stage_1", "stage_2", "agreed"])
    rates = frame[["stage_1", "stage_2"]]
    return frame.loc[
        rates.max(axis=1).sort_values(ascending=False, kind="stable").index
    ].reset_index(drop=True)


def _share(rate):
    return "-" if np.isnan(rate) else percent(rate)
