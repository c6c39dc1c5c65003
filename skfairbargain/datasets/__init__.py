"""Data sets to try fairness methods on: real ones, and synthetic ones of known bias."""

from ._biased import make_biased_classification
from ._cifar import fetch_cifar10, fetch_cifar100
from ._coloured_digits import make_coloured_digits
from ._diabetes import load_diabetes_progression
from ._fetchers import (
    fetch_adult,
    fetch_bank_marketing,
    fetch_credit_default,
    fetch_student_performance,
    fetch_titanic,
    fetch_us_crime,
)

__all__ = [
    "fetch_adult",
    "fetch_bank_marketing",
    "fetch_cifar10",
    "fetch_cifar100",
    "fetch_credit_default",
    "fetch_student_performance",
    "fetch_titanic",
    "fetch_us_crime",
    "load_diabetes_progression",
    "make_biased_classification",
    "make_coloured_digits",
]
