"""The conflict report shows how often players were opposed and agreed."""

import pytest

from skfairbargain.inspection import conflict_report
from tests.inspection._shared import HISTORY


def test_report_shows_opposed_players_and_agreement():
    report = conflict_report(HISTORY)
    assert report.n_epochs == {1: 2, 2: 1}
    assert report.agreed == 0.75
    # 1.2 of 1.6 steps in which they were opposed ended in an agreement.
    (pair,) = report.opposed.to_dict("records")
    assert pair == pytest.approx(
        {"player": "F", "other": "M", "stage_1": 0.8, "stage_2": 1.0, "agreed": 0.75}
    )
    assert report.against["player"].tolist() == ["M", "F"]
    assert str(report).split("\n") == [
        "2 players; 2 epochs of bargaining (stage 1), 1 of the goal alone (stage 2).",
        "",
        "In stage 1 the players agreed in 75 % of the steps; in the other 25 % the goal "
        "decided.",
        "",
        "Opposed players (share of steps in which lowering one's loss raises the other's)",
        "  players  stage 1  stage 2  of these, agreed",
        "  F  |  M     80 %    100 %              75 %",
        "",
        "Players that the applied weights worked against (share of steps, to first order)",
        "  player  stage 1  stage 2",
        "  M         < 1 %    100 %",
        "  F          12 %      0 %",
    ]
    page = report._repr_html_()
    assert page.count("<table") == 2
    assert "75 %" in page


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([0], "In stage 1 the players agreed in every step."),
        ([2], "There was no bargaining: the goal decided every step."),
    ],
)
def test_report_of_one_stage(rows, sentence):
    report = conflict_report([HISTORY[row] for row in rows])
    assert str(report).split("\n\n")[1] == sentence


def test_report_of_a_bargain_that_always_failed():
    row = {**HISTORY[0], "bargaining_success_rate": 0.0}
    sentence = "In stage 1 the players never agreed: the goal decided every step."
    assert sentence in str(conflict_report([row]))


def test_report_of_many_players_names_the_most_opposed(fitted):
    names = [f"p{i}" for i in range(7)]
    rates = {
        a: {b: 0.0 if b == "p6" else 0.01 * (i + 1) for b in names[i + 1 :]}
        for i, a in enumerate(names[:-1])
    }
    row = {
        **HISTORY[0],
        "player_conflict_rates": dict.fromkeys(names, 0.0),
        "opposed_rates": rates,
        "opposed_agreed_rates": rates,
    }
    text = str(conflict_report([row]))
    assert "  Less often opposed: 3 pairs; see `opposed`." in text
    assert "  Never opposed: 6 pairs." in text
    assert text.count("|") == 12
    clf = fitted[0]
    assert len(conflict_report(clf).opposed) == 6


def test_report_of_one_player_has_no_pairs():
    row = {
        **HISTORY[0],
        "player_conflict_rates": {"F": 0.0},
        "opposed_rates": {},
        "opposed_agreed_rates": {},
    }
    report = conflict_report([row])
    assert len(report.opposed) == 0
    assert "Opposed players" not in str(report)


def test_the_worst_in_either_stage_comes_first():
    rates = {"F": (0.3, 0.3), "M": (0.0, 0.5), "X": (0.4, 0.0)}
    history = [
        {**HISTORY[2 * stage], "player_conflict_rates": {
            player: of_stage[stage] for player, of_stage in rates.items()
        }}
        for stage in (0, 1)
    ]  # fmt: skip
    assert conflict_report(history).against["player"].tolist() == ["M", "X", "F"]


DISPUTED = {
    **HISTORY[1],
    "agreement_rate": 0.5,
    "disputed_by_anchor_rate": 0.8,
    "disputant_shares": {"F": 0.4, "M": 0.6},
    "disputed_rates": {"F": {"M": 0.375}},
}


def test_report_says_who_cannot_agree_with_whom():
    # Half of the steps have no agreement, and three quarters of these are between F and M.
    report = conflict_report([DISPUTED])
    assert report.served == 0.5
    (pair,) = report.disputes.to_dict("records")
    assert pair == {"player": "F", "other": "M", "share": 0.75}
    sentence = (
        "In 50 % of the steps no weights serve all players, whatever is learned. Most "
        "often F and M cannot both gain (75 % of these steps). Without the anchor's equal "
        "weights 80 % of the failed bargains have an agreement: a lower anchor agrees more "
        "often."
    )
    assert str(report).split("\n\n")[2] == sentence
    assert sentence.replace("'", "&#x27;") in report._repr_html_()


def test_report_names_the_player_who_is_alone():
    alone = {
        **DISPUTED,
        "disputant_shares": {"F": 0.03, "M": 0.97},
        "disputed_rates": {"F": {"M": 0.02}},
        "disputed_by_anchor_rate": None,
    }
    assert str(conflict_report([alone])).split("\n\n")[2] == (
        "In 50 % of the steps no weights serve all players, whatever is learned. It is M "
        "who cannot gain there, almost alone."
    )


def test_report_without_a_dispute_or_of_an_earlier_version_says_nothing_of_it():
    served = {**DISPUTED, "agreement_rate": 1.0, "disputant_shares": None}
    for row in (served, HISTORY[1]):
        assert "no weights serve" not in str(conflict_report([row]))
