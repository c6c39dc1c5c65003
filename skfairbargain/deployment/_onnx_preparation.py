"""The transformers before a network as a graph of ONNX, by skl2onnx."""

from .._utils import first_line, import_optional


def with_preparation(onnx, model, transformers, X, opset):
    """Return a network's model with the transformers before it.

    Parameters
    ----------
    onnx : module
    model : onnx.ModelProto
        Its one input is replaced by what the transformers return.
    transformers : Pipeline
    X : array-like or DataFrame
    opset : int

    Returns
    -------
    model : onnx.ModelProto

    Raises
    ------
    ValueError
        If the transformers do not take `X`, or one of them cannot be converted.
    """
    skl2onnx = import_optional("skl2onnx", extra="onnx")
    try:
        transformers.transform(X[:1])
    except Exception as error:  # transformers raise errors of every class
        raise ValueError(
            "`X` should be a few rows as the pipeline will get them, but the steps before "
            f"the network raised {type(error).__name__}: {first_line(error)}"
        ) from error
    try:
        first = skl2onnx.to_onnx(transformers, X[:1], target_opset=opset)
    except Exception as error:  # skl2onnx has no common class of errors
        raise ValueError(
            "The steps before the network should be transformers that skl2onnx converts, "
            f"but that raised {type(error).__name__}: {first_line(error)}"
        ) from error
    first = onnx.compose.add_prefix(
        first, "prepare/", rename_inputs=False, rename_outputs=True
    )
    [prepared] = first.graph.output
    [given] = model.graph.input
    link = onnx.helper.make_node("Identity", [prepared.name], [given.name])
    helper = onnx.helper
    graph = helper.make_graph(
        [*first.graph.node, link, *model.graph.node],
        model.graph.name,
        first.graph.input,
        model.graph.output,
        [*first.graph.initializer, *model.graph.initializer],
    )
    domains = {
        each.domain: each.version for each in (*first.opset_import, *model.opset_import)
    }
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid(*domain) for domain in domains.items()],
        ir_version=max(first.ir_version, model.ir_version),
        functions=[*first.functions, *model.functions],
        producer_name=model.producer_name,
    )
