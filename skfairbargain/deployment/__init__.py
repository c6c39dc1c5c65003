"""Take a trained model to where it predicts: without torch, or without Python."""

from ._load_for_prediction import load_for_prediction
from ._to_onnx import to_onnx

__all__ = ["load_for_prediction", "to_onnx"]
