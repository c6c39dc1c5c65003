"""A network of the user's own in a graph of ONNX, by torch's exporter."""

import copy
import warnings

import numpy as np

from .._utils import first_line, import_optional


def add_module(graph, features, module, row_shape, dtype):
    """Append what torch exports of a module, and return the name of its logits.

    Parameters
    ----------
    graph : Graph
    features : str
        Name of the values that the module gets.
    module : torch.nn.Module
    row_shape : tuple of int
    dtype : str

    Returns
    -------
    logits : str

    Raises
    ------
    ValueError
        If torch cannot export it.
    """
    import torch  # late: whoever loads for prediction needs none

    import_optional("onnxscript", extra="onnx")
    module = copy.deepcopy(module).cpu().eval()
    rows = torch.from_numpy(np.zeros((2, *row_shape), dtype))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter's, about itself
            exported = torch.onnx.export(
                module,
                (rows,),
                input_names=["features"],
                output_names=["logits"],
                dynamic_shapes=({0: torch.export.Dim("n")},),
                opset_version=graph.opset,
                dynamo=True,
                verbose=False,
            ).model_proto
    except Exception as error:
        raise ValueError(
            "`module` should be a network that torch.onnx can export for any number of "
            f"rows, but that raised {type(error).__name__}: {first_line(error)}"
        ) from error
    exported = graph.onnx.compose.add_prefix(exported, "module/")
    [logits], [given] = exported.graph.output, exported.graph.input
    graph.add("Identity", features, name=given.name)
    graph.nodes += exported.graph.node
    graph.constants += exported.graph.initializer
    graph.functions += exported.functions
    graph.domains |= {each.domain: each.version for each in exported.opset_import}
    graph.ir_version = max(graph.ir_version, exported.ir_version)
    return logits.name
