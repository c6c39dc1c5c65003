"""Store a trained model in one file that runs no code when it is loaded.

Two functions, as in joblib and skops: `load` has no estimator yet that it could be a method
of. The file is in the safetensors format: weights as bare numbers, everything else as JSON
in its header. What pickle and joblib write is convenient too, but loading it runs whatever
code its author put in.
"""

from ._load import load
from ._save import save

__all__ = ["load", "save"]
