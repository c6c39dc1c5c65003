"""A history of three epochs, and what a figure shows."""

HISTORY = [
    {
        "epoch": 1,
        "stage": 1,
        "train_loss": 0.9,
        "group_losses": {"F": 0.8, "M": 0.6},
        "bargaining_success_rate": 1.0,
        "conflict_rate": 0.0,
        "player_conflict_rates": {"F": 0.0, "M": 0.0},
        "opposed_rates": {"F": {"M": 0.8}},
        "opposed_agreed_rates": {"F": {"M": 0.8}},
        "alpha": {"F": 1.0, "M": 3.0},
    },
    {
        "epoch": 2,
        "stage": 1,
        "train_loss": 0.7,
        "group_losses": {"F": 0.7, "M": 0.5},
        "bargaining_success_rate": 0.5,
        "conflict_rate": 0.25,
        "player_conflict_rates": {"F": 0.25, "M": 0.004},
        "opposed_rates": {"F": {"M": 0.8}},
        "opposed_agreed_rates": {"F": {"M": 0.4}},
        "alpha": {"F": 2.0, "M": 2.0},
    },
    {
        "epoch": 3,
        "stage": 2,
        "train_loss": 0.6,
        "group_losses": {"F": 0.4, "M": 0.5},
        "bargaining_success_rate": None,
        "conflict_rate": 1.0,
        "player_conflict_rates": {"F": 0.0, "M": 1.0},
        "opposed_rates": {"F": {"M": 1.0}},
        "opposed_agreed_rates": {"F": {"M": 0.0}},
        "alpha": None,
    },
]


def drawn_lines(ax):
    """What each labelled line of an Axes shows."""
    return {
        line.get_label(): line.get_ydata()
        for line in ax.lines
        if not line.get_label().startswith("_")
    }


def texts(ax):
    return [text.get_text() for text in ax.texts]
