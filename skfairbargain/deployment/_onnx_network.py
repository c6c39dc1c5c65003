"""A trained network as a graph of ONNX: standardize, compute logits, answer."""

import numpy as np

from ._onnx_module import add_module

# Of models with operators of version 18, which all readers of these know.
IR_VERSION = 8


class Graph:
    """Nodes and constants of a graph in the making; every value has a name.

    Parameters
    ----------
    onnx : module
    opset : int
    """

    def __init__(self, onnx, opset):
        self.onnx, self.opset, self.ir_version = onnx, opset, IR_VERSION
        self.nodes, self.constants, self.functions = [], [], []
        self.domains = {"": opset}

    def add(self, operator, *inputs, name=None, **attributes):
        """Append a node, and return the name of its value."""
        name = name or f"network/{operator}_{len(self.nodes)}"
        node = self.onnx.helper.make_node(operator, inputs, [name], **attributes)
        self.nodes.append(node)
        return name

    def constant(self, array):
        """Append a constant, and return its name."""
        name = f"network/constant_{len(self.constants)}"
        array = np.asarray(array)
        if array.dtype.kind in "OU":
            texts = [text.encode() for text in array.tolist()]
            strings = self.onnx.TensorProto.STRING
            made = self.onnx.helper.make_tensor(name, strings, array.shape, texts)
        else:
            made = self.onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
        self.constants.append(made)
        return name

    def cast(self, value, dtype):
        """Append a conversion to another dtype of NumPy."""
        return self.add("Cast", value, to=self.kind(dtype))

    def kind(self, dtype):
        """Return the number that ONNX has for a dtype of NumPy."""
        return self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def model(self, inputs, outputs):
        """Return the whole as a model."""
        helper = self.onnx.helper
        graph = helper.make_graph(
            self.nodes, "skfairbargain", inputs, outputs, self.constants
        )
        domains = [helper.make_opsetid(*domain) for domain in self.domains.items()]
        return helper.make_model(
            graph,
            opset_imports=domains,
            ir_version=self.ir_version,
            functions=self.functions,
            producer_name="skfairbargain",
        )


def network_graph(onnx, network, opset, given):
    """Return a trained `NashMetaClassifier` as a model with one input.

    Parameters
    ----------
    onnx : module
    network : NashMetaClassifier
    opset : int
    given : str
        Name of the input.

    Returns
    -------
    model : onnx.ModelProto
    """
    graph = Graph(onnx, opset)
    dtype = str(next(network.module_.parameters()).dtype).removeprefix("torch.")
    row_shape = tuple(network.net_.row_shape)
    features = graph.cast(given, dtype)
    if network.scaler_ is not None:
        features = _standardized(graph, features, network.scaler_, len(row_shape), dtype)
    if network.module is None:
        logits = _logits(graph, features, network.module_)
    else:
        logits = add_module(graph, features, network.module_, row_shape, dtype)
        logits = graph.cast(logits, dtype)
    limit = np.finfo(dtype).max / 2
    logits = graph.add("Max", logits, graph.constant(np.array(-limit, dtype)))
    logits = graph.add("Min", logits, graph.constant(np.array(limit, dtype)))
    labels = network.classes_
    if labels.dtype.kind in "iub":
        labels = labels.astype(np.int64)
    else:
        labels = np.array([str(label) for label in labels.tolist()])
    best = graph.add("ArgMax", logits, axis=1, keepdims=0)
    graph.add("Gather", graph.constant(labels), best, name="label")
    graph.add("Softmax", logits, axis=1, name="probabilities")
    value = onnx.helper.make_tensor_value_info
    text = onnx.TensorProto.STRING
    kind = graph.kind(np.int64) if labels.dtype.kind == "i" else text
    return graph.model(
        [value(given, graph.kind(dtype), ["n", *row_shape])],
        [
            value("label", kind, ["n"]),
            value("probabilities", graph.kind(dtype), ["n", len(labels)]),
        ],
    )


def _standardized(graph, features, scaler, n_dimensions, dtype):
    """The arithmetic of `Standardizer.transform`, in float64 as there."""
    shape = (-1, *[1] * (n_dimensions - 1))
    constant, *columns = (column.reshape(shape) for column in scaler.columns)
    factor, offset, inverse, low, high = map(graph.constant, columns)
    features = graph.cast(features, np.float64)
    features = graph.add("Mul", features, factor)
    features = graph.add("Sub", features, offset)
    features = graph.add("Mul", features, inverse)
    features = graph.add("Min", graph.add("Max", features, low), high)
    if constant.any():
        zero = graph.constant(np.array(0.0))
        features = graph.add("Where", graph.constant(constant), zero, features)
    return graph.cast(features, dtype)


def _logits(graph, values, module):
    """The default network: linear layers with ReLU between them."""
    state = {name: tensor.cpu().numpy() for name, tensor in module.state_dict().items()}
    places = sorted({int(name.partition(".")[0]) for name in state})
    for place in places:
        if place != places[0]:
            values = graph.add("Relu", values)
        weight, bias = state[f"{place}.weight"], state[f"{place}.bias"]
        parts = graph.constant(weight), graph.constant(bias)
        values = graph.add("Gemm", values, *parts, transB=1)
    return values
