"""
Images whose colour misleads
============================

In the training images, digits of 5 or more are nearly always green and the others red. A
network that is asked for "5 or more" learns the colour, and fails on the images where it
misleads. We give it forty audited images, ten of each colour and label, and compare what
can be done with them.
"""

# %%
# The images
# ----------
# `make_coloured_digits` colours the digits that come with scikit-learn. The colour agrees
# with the label in 95 % of the training images; in the audited and the test images it tells
# nothing. The training colours are not used below.
import copy

import numpy as np
import torch
from matplotlib import pyplot
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_coloured_digits
from skfairbargain.metrics import group_metrics

digits = make_coloured_digits(per_cell=10, random_state=0)
X = digits.data.astype("float32") / 255
y, colour = digits.target, digits.groups
train, audited, test = digits.train, digits.audited, digits.test
validation = {"X_val": X[audited], "y_val": y[audited], "groups_val": colour[audited]}

figure, panels = pyplot.subplots(2, 8, figsize=(8, 2.8), layout="constrained")
for row, (name, part) in zip(panels, [("training", train), ("test", test)], strict=True):
    row[0].set_ylabel(name)
    for label, few in ((0, row[:4]), (1, row[4:])):
        for panel, number in zip(few, part[y[part] == label], strict=False):
            panel.imshow(digits.data[number].transpose(1, 2, 0))
            panel.set_title("5 or more" if label else "below 5", fontsize=8)
for panel in panels.flat:
    panel.set(xticks=[], yticks=[])
pyplot.show()

# %%
# A network of one's own
# ----------------------
# `module` is any network from images to logits; features are channels first, as in torch.
# All rows of an image batch keep to themselves under `GroupNorm`, which lets the estimator
# take a fast engine.


def convnet(n_classes):
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, stride=2, padding=1),
        nn.GroupNorm(8, 16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.GroupNorm(8, 32),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(128, n_classes),
    )


options = {
    "module": convnet,
    "optimizer": "adam",
    "lr": 0.003,
    "weight_decay": 0.0,
    "max_epochs": 20,
    "batch_size": 64,
    "measure_every": None,
    "random_state": 0,
}
plain = NashMetaClassifier(bargaining=None, anchor=1.0, **options)
one_stage = NashMetaClassifier(bargaining=None, anchor=0.1, **options)
two_stage = NashMetaClassifier(bargaining="nash", anchor=0.1, **options)
for clf in (plain, one_stage, two_stage):
    clf.fit(X[train], y[train], **validation)

# %%
# ``anchor=1`` is plain training. With an anchor of 0.1 the audited images decide nearly
# alone which training images count.
#
# Two simple rivals
# -----------------
# Both begin with the plain network. *Deep feature reweighting* fits its last layer anew on
# the audited images, and *fine-tuning* trains all of it further on them.

network = copy.deepcopy(plain.module_).eval()
with torch.no_grad():
    features = network[:-1](torch.from_numpy(X)).numpy()
last_layer = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
last_layer.fit(features[audited], y[audited])

optimizer = torch.optim.Adam(network.parameters(), lr=options["lr"] / 10)
predictions = {
    "plain": plain.predict(X[test]),
    "one-stage": one_stage.predict(X[test]),
    "two-stage": two_stage.predict(X[test]),
    "last layer retrained": last_layer.predict(features[test]),
}
for _ in range(100):
    optimizer.zero_grad()
    logits = network(torch.from_numpy(X[audited]))
    nn.functional.cross_entropy(logits, torch.from_numpy(y[audited])).backward()
    optimizer.step()
with torch.no_grad():
    logits = network(torch.from_numpy(X[test]))
predictions["fine-tuned"] = logits.argmax(dim=1).numpy()

# %%
# Accuracy where the colour misleads
# ----------------------------------
# Red digits of 5 or more and green digits below 5 are rare in training.

cells = {
    "red, below 5": ("red", 0),
    "green, 5 or more": ("green", 1),
    "green, below 5 (rare)": ("green", 0),
    "red, 5 or more (rare)": ("red", 1),
}
accuracy = {
    method: [
        (predicted == y[test])[(colour[test] == of_colour) & (y[test] == label)].mean()
        for of_colour, label in cells.values()
    ]
    for method, predicted in predictions.items()
}

figure, axis = pyplot.subplots(figsize=(8, 4), layout="constrained")
places = np.arange(len(accuracy))
shades = ("tab:red", "tab:green", "lightgreen", "lightcoral")
for number, (name, shade) in enumerate(zip(cells, shades, strict=True)):
    heights = [values[number] for values in accuracy.values()]
    axis.bar(places + 0.2 * number - 0.3, heights, 0.19, label=name, color=shade)
for place, values in enumerate(accuracy.values()):
    axis.text(place, 1.02, f"worst {min(values):.2f}", ha="center", fontsize=9)
axis.set_xticks(places, list(accuracy))
axis.set(ylabel="accuracy on the test images", ylim=(0, 1.1))
figure.legend(loc="outside lower center", ncols=4, fontsize=9)
pyplot.show()

# %%
# Accuracy by colour hides half of it: within each colour, the frequent label makes up for
# the rare one. The rates show each label within its group.

group_metrics(
    y[test],
    plain.predict_proba(X[test])[:, 1],
    sensitive_features=colour[test],
    metrics=["accuracy", "true_positive_rate", "false_positive_rate"],
    random_state=0,
).round(2)

# %%
# What we learned
# ---------------
# - Plain training is wrong on about half of the images where the colour misleads, though a
#   few dozen training images contradict the colour.
# - Forty audited images repair much of it, with every method here.
# - On this task fine-tuning and retraining the last layer are as good as learned weights,
#   or better, and cost a fraction. One seed tells little; the documentation's evidence on
#   images has more, and the same task with other methods.
