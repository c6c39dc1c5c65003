"""Files with a valid checksum whose contents make no model: each is refused by name.

Nothing may be built of them, so those that ask for more memory than there is end at once.
"""

import time

import pytest
import torch

from skfairbargain import ModelFileError
from skfairbargain.persistence import load, save
from tests.persistence._shared import quick, rewrite
from tests.small_model import VALIDATION, X, Y, raises


@pytest.fixture(scope="module")
def model():
    return quick(optimizer="adam").fit(X, Y, **VALIDATION)


def learned(**changes):
    def change(model, tensors):
        model["learned"]["dict"].update(changes)

    return change


def parameters(**changes):
    def change(model, tensors):
        model["parameters"]["dict"].update(changes)

    return change


def described(**changes):
    def change(model, tensors):
        model.update(changes)

    return change


def with_tensor(name, edit):
    def change(model, tensors):
        tensors[name] = edit(tensors[name])

    return change


def lacking(where, name):
    def change(model, tensors):
        del (tensors if where == "tensors" else model[where]["dict"])[name]

    return change


def in_epoch(**changes):
    def change(model, tensors):
        model["learned"]["dict"]["history_"][1]["dict"].update(changes)

    return change


def as_option(**changes):
    def change(model, tensors):
        model["optimizer_groups"][0]["dict"].update(changes)

    return change


def array(dtype, items, shape=None):
    return {"array": [dtype, [len(items)] if shape is None else shape, items]}


def pair(group, label):
    return {"tuple": [group, label]}


def not_a(name, wanted):
    return f"the optimizer's state `{name}` {wanted}"


PAIRS = [pair("F", 0), pair("F", 1), pair("M", 0), pair("M", 1)]
CASES = {
    # Sizes that the file does not have.
    "wide layers": (
        parameters(hidden_layer_sizes={"tuple": [30_000, 30_000]}),
        "`hidden_layer_sizes` asks for 60000 units in 2 layers, and there are 66 weights",
    ),
    "many layers": (
        parameters(hidden_layer_sizes={"tuple": [1] * 100_000}),
        "`hidden_layer_sizes` asks for 100000 units in 100000 layers, and there are 66 "
        "weights",
    ),
    "a layer beyond all integers": (
        parameters(hidden_layer_sizes={"tuple": [10**30]}),
        f"`hidden_layer_sizes` asks for {10**30} units in 1 layers, and there are 66 "
        "weights",
    ),
    "wide text": (
        learned(classes_=array("<U999999", ["a"] * 2000)),
        "its arrays of text would take 7,999,992,000 bytes",
    ),
    "much wide text": (
        learned(classes_=[array("<U999", ["a"] * 100)] * 1000),
        "its arrays of text would take 399,600,000 bytes",
    ),
    "many features": (
        described(row_shape={"tuple": [10**12]}),
        f"`n_features_in_` should be {10**12}. Got 5",
    ),
    "many groups": (
        learned(
            groups_=list(range(2000)), cells_=[pair(group, 0) for group in range(2000)]
        ),
        "it has 2000 groups in a small file",
    ),
    "a cell of no rows": (
        learned(_cell_rows=[0, 1, 1, 1]),
        "`_cell_rows` should be 4 numbers of rows",
    ),
    # Parts that are missing or unknown.
    "no parameters": (
        lambda model, tensors: model.pop("parameters"),
        "its description lacks parameters",
    ),
    "no description": (
        lambda model, tensors: model.clear(),
        "its description lacks skfairbargain, parameters, learned, module, row_shape, "
        "dtype, schedule_start, optimizer_groups, optimizer_state, module_state, "
        "standardizes",
    ),
    "no learning rate": (lacking("parameters", "lr"), "it lacks the parameters lr"),
    "unknown parameter": (parameters(speed=1), "there is no parameter speed"),
    "no classes": (lacking("learned", "classes_"), "it lacks classes_"),
    "no seed": (lacking("learned", "_first_seed"), "it lacks _first_seed"),
    "a method": (learned(predict=1), "no model learns predict"),
    "no records": (lacking("tensors", "applied_weight_"), "it lacks applied_weight_"),
    "no bias": (
        lacking("tensors", "module.0.bias"),
        "its network lacks the weights `0.bias`",
    ),
    "another layer": (
        lambda model, tensors: tensors.update({"module.9.bias": torch.ones(2)}),
        "its network has the additional weights `9.bias`",
    ),
    "unknown tensor": (
        lambda model, tensors: tensors.update({"mask": torch.ones(2)}),
        "it has the unknown tensor `mask`",
    ),
    # Tags.
    "two tags": (
        described(row_shape={"tuple": [5], "dict": {}}),
        "a value has 2 tags, and not one",
    ),
    "unknown tag": (
        described(row_shape={"object": [5]}),
        "a value has the unknown tag 'object'",
    ),
    "text for a list": (
        described(row_shape={"tuple": "5"}),
        "a value with the tag 'tuple' is not as save writes it",
    ),
    "no number": (
        parameters(lr={"float": "1e3"}),
        "a value with the tag 'float' is not as save writes it",
    ),
    "unknown protocol": (
        parameters(goal={"protocol": ["fame", {"dict": {}}]}),
        "there is no protocol 'fame'",
    ),
    "lengths of an array": (
        learned(classes_=array("<i8", [0, 1], [3])),
        "an array of shape [3] has 2 items",
    ),
    "text in an array of numbers": (
        learned(classes_=array("<i8", ["0", "1"])),
        "an array of dtype <i8 has items of another kind",
    ),
    "an array of pointers": (
        learned(classes_=array("V8", [0])),
        "an array is not as save writes it",
    ),
    # Parameters that a training would refuse.
    "a wrong protocol": (
        parameters(bargaining={"protocol": ["nash", {"dict": {"feasible": "all"}}]}),
        "`feasible` should be 'ball' or 'weights'. Got 'all'",
    ),
    "a protocol's seed of a million numbers": (
        parameters(goal={"protocol": ["pcgrad", {"dict": {"random_state": [1] * 10**6}}]}),
        "`random_state` of PCGrad has a wrong type",
    ),
    "callbacks": (parameters(callbacks=[3]), "its `callbacks` should be None or empty"),
    "units that are no integers": (
        parameters(hidden_layer_sizes={"tuple": [8.0]}),
        "`hidden_layer_sizes` should hold integers above 0, one per hidden layer. Got "
        "(8.0,)",
    ),
    # Learned attributes.
    "one class": (
        learned(classes_=array("<i8", [0])),
        "`classes_` should have two labels or more",
    ),
    "classes out of order": (
        learned(classes_=array("<i8", [1, 0])),
        "`classes_` should be sorted",
    ),
    "a class twice": (
        learned(classes_=array("<i8", [1, 1])),
        "`classes_` has a label twice",
    ),
    "classes that are no array": (
        learned(classes_=[0, 1]),
        "`classes_` should be of type ndarray. Got list",
    ),
    "a class that is a list": (
        learned(classes_=array("|O", [[0], 1])),
        "`classes_` has the label [0]",
    ),
    "no groups": (learned(groups_=[]), "`groups_` should have an entry"),
    "a missing group": (
        learned(groups_=["F", {"float": "nan"}]),
        "`groups_` has the label nan",
    ),
    "a group twice": (learned(groups_=["F", "F"]), "`groups_` has a label twice"),
    "groups of unequal width": (
        learned(groups_=["F", pair("F", "M")]),
        "`groups_` should be of the same number of columns",
    ),
    "a cell of no group": (
        learned(cells_=[*PAIRS[:3], pair("X", 1)]),
        "`cells_` has a pair that is not of `groups_` and `classes_`",
    ),
    "a cell of no class": (
        learned(cells_=[*PAIRS[:3], pair("M", 2)]),
        "`cells_` has a pair that is not of `groups_` and `classes_`",
    ),
    "a cell that is no pair": (
        learned(cells_=["F0"]),
        "`cells_` should be pairs of group and class. Got 'F0'",
    ),
    "cells out of order": (
        learned(cells_=PAIRS[::-1]),
        "`cells_` should be sorted, each once",
    ),
    "a group without cells": (
        learned(cells_=PAIRS[:2]),
        "`cells_` should have a cell of every group",
    ),
    "a cell less": (
        learned(cells_=PAIRS[:3]),
        "`cell_influence_` should have shape (120, 3). Got (120, 4)",
    ),
    "epochs": (
        learned(n_iter_=3),
        "`n_iter_` should be 2, the epochs of `history_`. Got 3",
    ),
    "features": (learned(n_features_in_=4), "`n_features_in_` should be 5. Got 4"),
    "a seed below 0": (learned(_first_seed=-1), "its seed is -1"),
    "feature names": (
        learned(feature_names_in_=array("|O", ["a"])),
        "`feature_names_in_` should be 5 texts",
    ),
    "names that are no text": (
        learned(feature_names_in_=array("|O", [1, 2, 3, 4, 5])),
        "`feature_names_in_` should be 5 texts",
    ),
    "a history that is no list": (
        learned(history_=7),
        "`history_` should be of type list. Got int",
    ),
    "an epoch out of order": (in_epoch(epoch=7), "epoch 2 of `history_` is numbered 7"),
    "a third stage": (in_epoch(stage=3), "epoch 2 of `history_` has the stage 3"),
    "losses that are no dict": (
        in_epoch(group_losses=[0.5]),
        "epoch 2 of `history_` has a `group_losses` of the wrong type",
    ),
    "an entry of another kind": (
        in_epoch(note=[0.5]),
        "epoch 2 of `history_` has a `note` of the wrong type",
    ),
    "a start after the end": (described(schedule_start=3), "its `schedule_start` is 3"),
    "half precision": (described(dtype="float16"), "its `dtype` is 'float16'"),
    "a version of several lines": (
        described(skfairbargain="0.1\nPlease run this"),
        "its version is '0.1\\nPlease run this'",
    ),
    "a version that is no text": (
        described(skfairbargain=None),
        "its `skfairbargain` has a wrong type",
    ),
    # Tensors.
    "short records": (
        with_tensor("sample_influence_", lambda tensor: tensor[:-1]),
        "`sample_influence_` should have shape (120, 2). Got (119, 2)",
    ),
    "records of float32": (
        with_tensor("applied_weight_", torch.Tensor.float),
        "`applied_weight_` should be of float64. Got torch.float32",
    ),
    "records that are not finite": (
        with_tensor("cell_influence_", lambda tensor: tensor * torch.inf),
        "`cell_influence_` has values that are not finite",
    ),
    "a turned matrix": (
        with_tensor("module.0.weight", lambda tensor: tensor.T.contiguous()),
        "the weights `0.weight` should be of float64 and shape (8, 5). Got of float64 and "
        "shape (5, 8)",
    ),
    "no scaler": (
        lambda model, tensors: [
            tensors.pop(name) for name in list(tensors) if name.startswith("scaler.")
        ],
        "its scaler lacks parts or has others",
    ),
    "a scaler for a model without": (
        described(standardizes=False),
        "its scaler lacks parts or has others",
    ),
    "a mean less": (
        with_tensor("scaler.mean", lambda tensor: tensor[1:]),
        "`mean` of its scaler has a wrong type or shape",
    ),
    "a mean that is not finite": (
        with_tensor("scaler.mean", lambda tensor: tensor * torch.nan),
        "`mean` of its scaler has values that are not finite",
    ),
    "a negative deviation": (
        with_tensor("scaler.deviation", lambda tensor: tensor - 9),
        "`deviation` of its scaler has values below 0",
    ),
    "the smallest exponent": (
        with_tensor("scaler.exponent", lambda tensor: torch.full_like(tensor, -(2**63))),
        "`exponent` of its scaler goes beyond 1000",
    ),
    "weights that are integers": (
        with_tensor("module.0.bias", torch.Tensor.int),
        "the weights `0.bias` should be of float64 and shape (8,). Got of int32 and shape "
        "(8,)",
    ),
    # The optimizer.
    "a moment of another shape": (
        with_tensor("optimizer.0.exp_avg", lambda tensor: tensor[:1]),
        not_a("0.exp_avg", "should have shape (8, 5). Got (1, 5)"),
    ),
    "a moment of another type": (
        with_tensor("optimizer.0.exp_avg", torch.Tensor.float),
        not_a("0.exp_avg", "is of torch.float32"),
    ),
    "an undefined moment": (
        with_tensor("optimizer.1.exp_avg", lambda tensor: tensor * torch.nan),
        not_a("1.exp_avg", "has values that are not finite"),
    ),
    "steps below 0": (
        with_tensor("optimizer.1.step", lambda tensor: tensor - 99),
        not_a("1.step", "is negative"),
    ),
    "a moment less": (
        lacking("tensors", "optimizer.2.exp_avg"),
        "the optimizer's state 2 lacks exp_avg",
    ),
    "another optimizer": (
        parameters(optimizer="sgd"),
        "`sgd` has no state `0.exp_avg`",
    ),
    "a parameter more": (
        lambda model, tensors: tensors.update({"optimizer.4.step": torch.ones(())}),
        "`adam` has no state `4.step`",
    ),
    "a rate that is text": (as_option(lr="1"), "its optimizer has a wrong `lr`"),
    "moments beyond 1": (
        as_option(betas=pair(0.9, 1.5)),
        "its optimizer has wrong `betas`",
    ),
    "no options": (
        described(optimizer_groups=[]),
        "its optimizer has a state and no options",
    ),
    "options twice": (
        lambda model, tensors: model["optimizer_groups"].extend(model["optimizer_groups"]),
        "its optimizer has several groups of parameters",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_whose_contents_make_no_model(model, case, tmp_path):
    change, reason = CASES[case]
    path = tmp_path / "model"
    save(model, path)
    rewrite(path, change)
    message = (
        f"{path} cannot be loaded: {reason}. It is damaged, or not a file that "
        "skfairbargain.persistence.save wrote. Nothing was loaded."
    )
    start = time.perf_counter()
    with raises(message, ModelFileError):
        load(path)
    assert time.perf_counter() - start < 10
