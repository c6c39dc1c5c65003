"""The one table of the public API, from which `conf.py` writes the API pages.

``tests/documentation/test_docs.py`` compares it with every public module's ``__all__``, so
a name that is missing here, or gone from there, is a red test and not a stale page.
"""

from typing import NamedTuple

from skfairbargain.metrics import GROUP_METRICS
from skfairbargain.protocols import PROTOCOLS


class Section(NamedTuple):
    """A part of the API page.

    Parameters
    ----------
    module : str
        The module to import the names from.
    about : str
        One or two sentences (MyST) under the heading.
    names : list of str
        Public classes and functions, in the order in which a reader wants them.
    constants : dict of str to str, default={}
        Public values, and a sentence (reStructuredText) on each: they have no docstring.
    """

    module: str
    about: str
    names: list
    constants: dict = {}


def _metrics_that_read(*kinds):
    """Names from the package's own table, so that a new metric needs no line here."""
    return [name for name, metric in GROUP_METRICS.items() if metric.reads in kinds]


API_REFERENCE = {
    "Estimators": Section(
        "skfairbargain",
        "The estimator to meet first, the network whose training audited rows steer, and "
        "one that trains any other classifier on its weights. See "
        "[using audited rows](user_guide/audited.md) and "
        "[the network](user_guide/estimator.md).",
        ["AuditedClassifier", "NashMetaClassifier", "ReweightedClassifier"],
    ),
    "Tables": Section(
        "skfairbargain.tables",
        "Tables as people have them, with text, dates and missing values, as numbers.",
        ["TableEncoder"],
    ),
    "Protocols": Section(
        "skfairbargain.protocols",
        "Rules that compute a weight for each group from the groups' losses and "
        "hypergradients, for `goal` and `bargaining`. See "
        "[the guide](user_guide/protocols.md).",
        [
            "Protocol",
            "MetaStep",
            *(protocol.__name__ for protocol in PROTOCOLS.values()),
            "get_protocol",
        ],
        {
            "PROTOCOLS": "The protocols by their names for ``goal`` and ``bargaining``: "
            + ", ".join(f'``"{name}"`` (`{p.__name__}`)' for name, p in PROTOCOLS.items())
            + "."
        },
    ),
    "TorchJD": Section(
        "skfairbargain.torchjd",
        "TorchJD's weightings as protocols, and protocols as weightings of TorchJD; needs "
        "the extra `torchjd`. See [the guide](user_guide/torch_loops.md).",
        ["TorchJDProtocol", "ProtocolWeighting"],
    ),
    "Bargaining": Section(
        "skfairbargain.bargaining",
        "The solver under `Nash`. It works by itself, on NumPy and SciPy alone.",
        [
            "nash_bargaining",
            "NashSolution",
            "AppliedSolution",
            "follow_without_harm",
            "HarmlessSolution",
        ],
    ),
    "Hypergradients": Section(
        "skfairbargain.hypergradients",
        "How much each training sample's weight would lower each group's loss.",
        [
            "AutoEngine",
            "make_engine",
            "KernelEngine",
            "GhostEngine",
            "ForwardEngine",
            "AutogradEngine",
            "LoopEngine",
            "StepGradients",
        ],
    ),
    "Several processes": Section(
        "skfairbargain.distributed",
        "One training on several processes, each with a part of the rows. See "
        "[the page on scale](user_guide/scale.md).",
        ["DataParallel"],
    ),
    "Losses": Section(
        "skfairbargain.losses",
        "One loss per sample, for `meta_loss`.",
        ["cross_entropy", "cross_entropy_f1"],
        {"META_LOSSES": "The losses by the names that ``meta_loss`` takes."},
    ),
    "Metrics: ranking and probabilities": Section(
        "skfairbargain.metrics",
        "What the scores are worth in each group, whatever the threshold.",
        _metrics_that_read("scores", "probabilities"),
    ),
    "Metrics: decisions": Section(
        "skfairbargain.metrics",
        "What the predicted labels do to each group.",
        _metrics_that_read("labels"),
    ),
    "Metrics: tables and training weights": Section(
        "skfairbargain.metrics",
        "All quantities by group with intervals, and the players that training weights "
        "work against.",
        ["group_metrics", "conflict_rate", "conflicting_players"],
    ),
    "Scorers": Section(
        "skfairbargain.metrics",
        "The metrics in the form that scikit-learn's searches and cross-validation take.",
        [
            "make_group_scorer",
            "get_scorer",
            "get_scorer_names",
            "register_scorers",
            "unregister_scorers",
        ],
    ),
    "Validation sets": Section(
        "skfairbargain.model_selection",
        "Splits with the same number of rows of every group × label cell.",
        ["balanced_validation_split", "balanced_validation_indices", "encode_cells"],
    ),
    "Searches on audited rows": Section(
        "skfairbargain.model_selection",
        "Choose parameters where the training rows have no groups. See "
        "[the guide](user_guide/searching.md#search-on-the-audited-rows).",
        ["AuditedKFold", "PartlyAuditedClassifier"],
    ),
    "Data": Section(
        "skfairbargain.datasets",
        "Data sets to try the methods on.",
        [
            "load_diabetes_progression",
            "fetch_adult",
            "fetch_bank_marketing",
            "fetch_credit_default",
            "fetch_us_crime",
            "fetch_titanic",
            "fetch_student_performance",
            "make_biased_classification",
            "make_coloured_digits",
            "fetch_cifar10",
            "fetch_cifar100",
        ],
    ),
    "Audits": Section(
        "skfairbargain.auditing",
        "What `skfairbargain audit` runs: the obvious alternatives, measured by group. See "
        "[the guide](user_guide/auditing.md).",
        ["audit_report", "AuditReport"],
        {
            "METHODS": "The methods by name: a title, what they do, whether they learn "
            "from audited rows, and a function that trains one.",
            "TODAY": "The name of the model in use today, known by its scores alone.",
        },
    ),
    "Repeated runs": Section(
        "skfairbargain.compare",
        "Means over repeated runs, with intervals.",
        ["summarize"],
    ),
    "Exceptions and warnings": Section(
        "skfairbargain.exceptions",
        "Errors and warnings with classes of their own, so that a caller can filter them.",
        [
            "UndefinedGroupError",
            "ModelFileError",
            "ValidationSetWarning",
            "NoAgreementWarning",
            "SkippedStepWarning",
            "SmallGroupWarning",
            "DivergenceWarning",
            "ConstantPredictionWarning",
            "UnusedGoalWarning",
            "ChannelsLastWarning",
            "ModelVersionWarning",
        ],
    ),
    "Diagnostics": Section(
        "skfairbargain.inspection",
        "How many rows to audit, what their labels show, and figures and reports of a "
        "training, a validation set and a model's groups. See [how many rows to audit]"
        "(user_guide/audit_size.md) and "
        "[the guide](user_guide/diagnostics.md).",
        [
            "audit_size",
            "audit_next",
            "detectable_gap",
            "label_bias_report",
            "validation_report",
            "conflict_report",
            "BargainingHistoryDisplay",
            "GroupLossDisplay",
            "CandidatesDisplay",
            "GroupMetricsDisplay",
            "FairnessFrontierDisplay",
            "SampleWeightDisplay",
            "LabelBiasReport",
            "ValidationReport",
            "ConflictReport",
        ],
    ),
    "Persistence": Section(
        "skfairbargain.persistence",
        "Save and load models in files that run no code when they are loaded. See "
        "[the guide](user_guide/persistence.md).",
        ["save", "load"],
    ),
    "Thresholds": Section(
        "skfairbargain.postprocessing",
        "Decide by thresholds chosen on audited rows of their own. See "
        "[the guide](user_guide/thresholds.md).",
        ["BoundedThresholdClassifier"],
    ),
    "Deployment": Section(
        "skfairbargain.deployment",
        "Take a trained model to where it predicts: without torch, or without Python. See "
        "[the guide](user_guide/deployment.md).",
        ["load_for_prediction", "to_onnx"],
    ),
    "The synthetic game": Section(
        "skfairbargain.simulation",
        "Two players with two parameters, to draw the paths of the methods.",
        [
            "run_game",
            "summarize_game",
            "Method",
            "objectives",
            "pareto_front",
            "plot_game",
            "plot_landscape",
        ],
        {"METHODS": "The methods by name.", "STARTS": "The six starting points."},
    ),
    "lale": Section(
        "skfairbargain.lale",
        "The operators for lale's fairness pipelines; needs the extra ``lale``. See "
        "[the guide](user_guide/lale.md).",
        ["worst_group_auc"],
        {
            "Audited": "`AuditedClassifier` as a mitigator: see the guide.",
            "AuditedClassifier": "The same under the name that lale's wrapping looks for.",
            "NashMeta": "`NashMetaClassifier` as a mitigator: see the guide.",
            "NashMetaClassifier": "The same under the name that lale's wrapping looks for.",
        },
    ),
}


def api_page():
    """Write the table as the text of one MyST page.

    Returns
    -------
    page : str
    """
    parts = [
        "# API",
        "Everything public, by module. Names that begin with an underscore may change "
        "without notice.",
    ]
    for title, section in API_REFERENCE.items():
        lines = ["```{eval-rst}", f".. currentmodule:: {section.module}", ""]
        lines += [".. autosummary::", "   :toctree: api/", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in section.names]
        for name, sentence in section.constants.items():
            lines += ["", f".. py:data:: {name}", "", f"   {sentence}"]
        lines += ["```"]
        parts += [
            f"## {title}",
            f"`{section.module}`. {section.about}",
            "\n".join(lines),
        ]
    parts += [
        "## Commands",
        "`skfairbargain audit` makes a report of two files; `skfairbargain audit --help` "
        "lists its options, and the [user guide](user_guide/auditing.md) says how it reads "
        "files and what the report says. The commands behind the "
        "[evidence](evidence.md) are `python -m experiments`, in a clone.",
    ]
    return "\n\n".join(parts) + "\n"
