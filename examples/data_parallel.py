"""
Train on several processes, each with a part of the rows
========================================================

If the rows do not fit on one machine, or a step takes longer than sending its gradients,
several processes can train the same network. Each process computes the sample weights of
its own part of the rows, from the same validation set, and before every update the
processes average their gradients. PyTorch's ``torch.distributed`` sends the gradients, and
a skorch callback calls it. ``DistributedDataParallel`` does not work here: it hooks into
``backward``, which the ghost engine does not call.

Run it as ``python examples/data_parallel.py``; it starts two processes on this machine. On
several machines, start one process on each with ``torchrun`` and let it call `train_shard`.
"""

# %%
# All ranks need the same initial weights and the same number of steps. So their parts of
# the rows have the same length (a last, partial minibatch is dropped), and `anchor` is
# above 0: then no sample weight is zero, and no rank skips a step.

import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.metrics import group_metrics
from skfairbargain.model_selection import balanced_validation_split

N_RANKS = 2


class AverageGradients(Callback):
    """Replace every gradient by the mean over all ranks before the optimizer's step."""

    def on_train_begin(self, net, **kwargs):
        for tensor in net.module_.state_dict().values():
            dist.broadcast(tensor, src=0)

    def on_grad_computed(self, net, named_parameters, **kwargs):
        for _, parameter in named_parameters:
            dist.all_reduce(parameter.grad)
            parameter.grad /= dist.get_world_size()


# %%
# Each rank has its own rows, minibatches and dropout masks (by its seed), and the same
# validation set. At the end each rank compares the weights of all ranks.


def train_shard(rank, store, folder):
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=N_RANKS
    )
    data = load_diabetes_progression()
    X, X_val, y, y_val, _, sex_val = balanced_validation_split(
        data.data, data.target, data.sensitive["sex"], random_state=0
    )
    scaler = StandardScaler().fit(X)
    shard = np.arange(rank, len(y) - len(y) % N_RANKS, N_RANKS)
    clf = NashMetaClassifier(
        bargain_epochs=5,
        max_epochs=15,
        anchor=0.5,
        standardize=False,  # by its shard, each process would do it otherwise
        callbacks=[AverageGradients()],
        random_state=rank,
    )
    clf.fit(
        scaler.transform(X)[shard],
        y.iloc[shard],
        X_val=scaler.transform(X_val),
        y_val=y_val,
        groups_val=sex_val,
    )
    weights = torch.nn.utils.parameters_to_vector(clf.module_.parameters()).detach()
    of_all = [torch.empty_like(weights) for _ in range(N_RANKS)]
    dist.all_gather(of_all, weights)
    same = all(torch.equal(weights, other) for other in of_all)
    # One write per line: otherwise another rank could write between a line and its end.
    print(
        f"rank {rank}: {len(shard)} rows, first {shard[:3].tolist()}, weights of all ranks "
        f"{'equal' if same else 'DIFFER'}, checksum {weights.double().sum():.12f}\n",
        end="",
        flush=True,
    )
    np.savez(
        Path(folder) / f"rank{rank}.npz",
        weights=weights,
        influence=clf.sample_influence_,
        rows=shard,
    )
    if rank == 0:
        scores = clf.predict_proba(scaler.transform(data.data))
        table = group_metrics(
            data.target, scores, sensitive_features=data.sensitive["sex"], metrics=["auc"],
            random_state=0,
        )  # fmt: skip
        print(table.round(3).to_string(index=False), flush=True)
    dist.barrier()
    dist.destroy_process_group()


# %%
# The processes find each other through a file; on several machines, use an address.


def main(folder):
    torch.multiprocessing.spawn(
        train_shard, args=(str(Path(folder) / "store"), str(folder)), nprocs=N_RANKS
    )
    ranks = [np.load(Path(folder) / f"rank{rank}.npz") for rank in range(N_RANKS)]
    for rank in ranks[1:]:
        np.testing.assert_array_equal(rank["weights"], ranks[0]["weights"])
    print(f"{N_RANKS} ranks, {len(ranks[0]['weights']):,} weights, all equal to the bit")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(folder)

# %%
# The weights of the ranks are equal to the bit, although each rank has other rows. A step
# is the mean of the ranks' steps, and each rank computes the sample weights of its own
# minibatch. So two ranks with minibatches of B rows give similar but not the same results
# as one process with minibatches of 2B rows. The AUC uses scores on all rows, most of them
# training rows: it only shows that the model has learned.
