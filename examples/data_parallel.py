"""
Train on several processes, each with a part of the rows
========================================================

If the rows do not fit on one machine, or a step takes longer than sending its gradients,
several processes can train the same network. Each has its own part of the rows and the same
audited rows. In every step the processes gather their hypergradients, so that the players
bargain once over the rows of all of them, and add up the weighted gradients.
:class:`~skfairbargain.distributed.DataParallel` does both, by ``torch.distributed``.

Run it as ``python examples/data_parallel.py``; it starts two processes on this machine. On
several machines, start one process on each with ``torchrun`` and let it call `train_shard`.
"""

# %%
# Each rank needs the same parameters, the same audited rows, and as many rows. The features
# are scaled before they are divided, because a rank could only scale by its own.

import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.distributed import DataParallel
from skfairbargain.metrics import group_metrics
from skfairbargain.model_selection import balanced_validation_split

N_RANKS = 2


def prepare():
    data = load_diabetes_progression()
    X, X_val, y, y_val, _, sex_val = balanced_validation_split(
        data.data, data.target, data.sensitive["sex"], random_state=0
    )
    scaler = StandardScaler().fit(X)
    validation = {"X_val": scaler.transform(X_val), "y_val": y_val, "groups_val": sex_val}
    n_used = len(y) - len(y) % N_RANKS
    return data, scaler, scaler.transform(X)[:n_used], y.iloc[:n_used], validation


# %%
# One minibatch is all rows of a rank here, and there is no dropout. So a step is the same
# as that of one process with all rows in its minibatch, and the models can be compared.


def classifier(n_rows, callbacks=None):
    return NashMetaClassifier(
        bargain_epochs=20,
        max_epochs=60,
        lr=0.02,
        dropout=0.0,
        batch_size=n_rows,
        standardize=False,
        callbacks=callbacks,
        random_state=0,
    )


def weights_of(clf):
    return torch.nn.utils.parameters_to_vector(clf.module_.parameters()).detach()


def train_shard(rank, store, folder):
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=N_RANKS
    )
    _, _, X, y, validation = prepare()
    shard = np.arange(rank, len(y), N_RANKS)
    clf = classifier(len(shard), [DataParallel()])
    clf.fit(X[shard], y.iloc[shard], **validation)
    np.savez(
        Path(folder) / f"rank{rank}.npz",
        weights=weights_of(clf),
        agreements=[row["bargaining_success_rate"] or 0.0 for row in clf.history_],
        influence=clf.sample_influence_,
        rows=shard,
    )
    dist.barrier()
    dist.destroy_process_group()


# %%
# The processes find each other through a file; on several machines, use an address.


def main(folder):
    torch.multiprocessing.spawn(
        train_shard, args=(str(Path(folder) / "store"), str(folder)), nprocs=N_RANKS
    )
    ranks = [np.load(Path(folder) / f"rank{rank}.npz") for rank in range(N_RANKS)]
    for number, rank in enumerate(ranks):
        np.testing.assert_array_equal(rank["weights"], ranks[0]["weights"])
        np.testing.assert_array_equal(rank["agreements"], ranks[0]["agreements"])
        print(f"rank {number}: {len(rank['rows'])} rows, first {rank['rows'][:3].tolist()}")
    print(f"{N_RANKS} ranks, {len(ranks[0]['weights']):,} weights, all equal to the bit")

    data, scaler, X, y, validation = prepare()
    alone = classifier(len(y)).fit(X, y, **validation)
    apart = np.abs(weights_of(alone).numpy() - ranks[0]["weights"]).max()
    print(f"largest difference from one process with all rows: {apart:.0e}")
    influence = np.empty_like(alone.sample_influence_)
    for rank in ranks:
        influence[rank["rows"]] = rank["influence"]
    apart = np.abs(influence - alone.sample_influence_).max()
    print(f"largest difference of an influence: {apart:.0e}")
    scores = alone.predict_proba(scaler.transform(data.data))
    table = group_metrics(
        data.target, scores, sensitive_features=data.sensitive["sex"], metrics=["auc"],
        random_state=0,
    )  # fmt: skip
    print(table.round(3).to_string(index=False), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(folder)

# %%
# The weights of the ranks are equal to the bit, although each rank has other rows, and they
# are those of one process up to rounding. With dropout each rank draws its own masks, and
# with smaller minibatches its own rows: then training on two ranks is like training on one
# process with minibatches twice as large, by other random numbers. The AUC uses scores on
# all rows, most of them training rows: it only shows that the model has learned.
