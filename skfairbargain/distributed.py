"""One training on several processes, each with a part of the rows."""

import hashlib

import numpy as np
import torch
from skorch.callbacks import Callback
from torch import distributed

__all__ = ["DataParallel"]


class DataParallel(Callback):
    """Train one network on several processes, each with a part of the rows.

    Where the rows are too many for one process, each of several fits the estimator on a
    part of them, with the same parameters and audited rows, and this callback among
    `callbacks`. In a step each process computes the hypergradients of its minibatch. They
    are gathered, so that the players bargain once, over all rows of the step, and the
    weighted gradients are added up. So the networks of all ranks stay equal, and a step is
    that of one process on a minibatch of all these rows.

    Parameters
    ----------
    group : torch.distributed.ProcessGroup, default=None
        None is the group of all processes.

    Raises
    ------
    ValueError
        In `fit`, if ``torch.distributed`` is not initialized, the estimator standardizes
        the features, or the ranks differ in what they should have in common.

    Notes
    -----
    A step sends K + 2 numbers a row of the minibatch for K cells, and one a parameter of
    the network. Sample weights are relative to the mean of their rank's, and weights of
    validation rows in rotation are those of each rank's own draw. Every step is measured,
    whatever `measure_every` is, and `safe_meta_lr` is not: it is about one process's rows.

    Records (`sample_influence_`, `cell_influence_`, `applied_weight_`) are of the rank's
    own rows; `history_` is the same on all ranks but for ``seconds``. An error on one rank
    alone leaves the others waiting until the group's timeout, as always in
    ``torch.distributed``.

    Examples
    --------
    On every rank, after ``torch.distributed.init_process_group``; see the gallery for the
    whole program:

    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.distributed import DataParallel
    >>> clf = NashMetaClassifier(callbacks=[DataParallel()], standardize=False)
    """

    def __init__(self, group=None):
        self.group = group

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Check that the ranks can train together, and start from rank 0's weights.

        Parameters
        ----------
        net : skorch.NeuralNet
        X : Dataset, default=None
            The rank's rows to train on.
        y : object, default=None
            Not used.
        **kwargs : dict
            Not used.
        """
        if not (distributed.is_available() and distributed.is_initialized()):
            raise ValueError(
                "`callbacks` holds a DataParallel, which needs a group of processes. Call "
                "torch.distributed.init_process_group in each of them before `fit`. Got "
                "none."
            )
        if X.scaler is not None:
            raise ValueError(
                "`standardize` should be False with DataParallel: each rank would scale by "
                "its own rows. Scale all rows alike beforehand. Got standardize="
                "'auto' or True."
            )
        facts = [None] * distributed.get_world_size(self.group)
        distributed.all_gather_object(facts, _facts(net, X), group=self.group)
        for name in facts[0]:
            each = [of_rank[name] for of_rank in facts]
            if len(set(each)) > 1:
                raise ValueError(
                    f"All ranks should have the same {name}. Got "
                    f"{', '.join(map(str, each))}, in the order of the ranks. Give each of "
                    "them the same parameters and audited rows, and as many rows."
                )
        for tensor in net.module_.state_dict().values():
            distributed.broadcast(tensor, 0, group=self.group)

    def of_all(self, hypergradients, cell_losses, train_loss, sample_weight, device):
        """Gather what one step of every rank came to.

        Parameters
        ----------
        hypergradients : ndarray of shape (n_batch, n_cells)
        cell_losses : ndarray of shape (n_cells,)
        train_loss : float
        sample_weight : ndarray of shape (n_batch,) or None
        device : torch.device or str
            Of the group's backend.

        Returns
        -------
        hypergradients : ndarray of shape (n_ranks * n_batch, n_cells)
            In the order of the ranks.
        cell_losses : ndarray of shape (n_cells,)
            Means over the ranks, whose dropout differs.
        train_loss : float
            Mean over the ranks.
        sample_weight : ndarray of shape (n_ranks * n_batch,) or None
        """
        n_batch, n_cells = hypergradients.shape
        weights = np.ones(n_batch) if sample_weight is None else sample_weight
        sent = np.concatenate([hypergradients.ravel(), cell_losses, weights, [train_loss]])
        sent = torch.as_tensor(sent, dtype=torch.float64, device=device)
        got = [torch.empty_like(sent) for _ in range(self._n_ranks())]
        distributed.all_gather(got, sent, group=self.group)
        rows, losses, weights, train = np.split(
            torch.stack(got).cpu().numpy(),
            np.cumsum([n_batch * n_cells, n_cells, n_batch]),
            axis=1,
        )
        return (
            rows.reshape(-1, n_cells).astype(hypergradients.dtype),
            losses.mean(axis=0),
            float(train.mean()),
            None if sample_weight is None else weights.ravel(),
        )

    def own(self, of_all):
        """Return this rank's part of what belongs to the rows of a step.

        Parameters
        ----------
        of_all : ndarray of shape (n_ranks * n_batch, ...)

        Returns
        -------
        own : ndarray of shape (n_batch, ...)
        """
        rank = distributed.get_rank(self.group)
        return np.split(of_all, self._n_ranks())[rank]

    def add_gradients(self, module):
        """Replace the gradients of a module by their sums over the ranks.

        Parameters
        ----------
        module : torch.nn.Module
            Where a rank has no gradient, it adds zeros.
        """
        trained = [p for p in module.parameters() if p.requires_grad]
        flat = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        flat = torch.cat([gradient.flatten() for gradient in flat])
        distributed.all_reduce(flat, group=self.group)
        sizes = [p.numel() for p in trained]
        for parameter, gradient in zip(trained, flat.split(sizes), strict=True):
            # In the parameter's own strides, which fused optimizers rely on.
            parameter.grad = torch.empty_like(parameter).copy_(
                gradient.view(parameter.shape)
            )

    def share_buffers(self, module):
        """Give all ranks the buffers of rank 0, such as running means of a layer.

        Parameters
        ----------
        module : torch.nn.Module
        """
        for buffer in module.buffers():
            distributed.broadcast(buffer, 0, group=self.group)

    def _n_ranks(self):
        return distributed.get_world_size(self.group)


def _facts(net, data):
    """What all ranks should have in common, by its name."""
    batch_size = min(net.batch_size, len(data))
    audited = hashlib.sha256(data.X_val.tobytes())
    audited.update(data.y_val.tobytes() + data.cells.tobytes())
    return {
        "number of rows in a minibatch": batch_size,
        "number of minibatches in an epoch": len(data) // batch_size,
        "number of epochs": net.max_epochs,
        "audited rows (here by digests)": audited.hexdigest()[:12],
        "number of trained parameters": sum(
            p.numel() for p in net.module_.parameters() if p.requires_grad
        ),
        "use of sample weights": data.sample_weight is not None,
    }
