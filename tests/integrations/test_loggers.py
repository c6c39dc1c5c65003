"""Loggers of experiments get what a training records, and take its files."""

import numpy as np
import pytest
from skorch.callbacks import MlflowLogger, TensorBoard, WandbLogger

from skfairbargain.persistence import load, save
from tests.persistence._shared import quick
from tests.small_model import VALIDATION, X, Y

COLUMNS = {"train_loss", "valid_loss", "worst_group_loss", "loss_F", "loss_M"}
COLUMNS |= {"conflict_rate", "skipped_steps"}


# What the packages themselves use of others in ways that will change.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_mlflow(tmp_path):
    mlflow = pytest.importorskip("mlflow", reason="MLflow is not installed")
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = client.create_experiment("e", (tmp_path / "artifacts").as_uri())
    run = client.create_run(experiment)
    clf = quick(callbacks=[MlflowLogger(run, client, terminate_after_train=False)])
    clf.fit(X, Y, **VALIDATION)
    identifier = run.info.run_id
    logged = client.get_run(identifier).data.metrics
    assert logged.keys() >= COLUMNS
    steps = client.get_metric_history(identifier, "worst_group_loss")
    expected = [row["worst_group_loss"] for row in clf.history_]
    assert [step.value for step in steps] == expected
    save(clf.set_params(callbacks=None), tmp_path / "model.safetensors")
    client.log_artifact(identifier, tmp_path / "model.safetensors")
    path = client.download_artifacts(identifier, "model.safetensors", str(tmp_path))
    np.testing.assert_array_equal(load(path).predict_proba(X), clf.predict_proba(X))


def test_tensorboard(tmp_path):
    tensorboard = pytest.importorskip(
        "torch.utils.tensorboard", reason="TensorBoard is not installed"
    )
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with tensorboard.SummaryWriter(tmp_path) as writer:
        clf = quick(callbacks=[TensorBoard(writer)]).fit(X, Y, **VALIDATION)
    read = events.EventAccumulator(str(tmp_path)).Reload()
    names = {name.rpartition("/")[2]: name for name in read.Tags()["scalars"]}
    assert names.keys() >= COLUMNS - {"train_loss", "valid_loss"}
    values = [each.value for each in read.Scalars(names["worst_group_loss"])]
    expected = [row["worst_group_loss"] for row in clf.history_]
    np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_wandb_offline(tmp_path):
    wandb = pytest.importorskip("wandb", reason="Weights & Biases is not installed")
    settings = wandb.Settings(silent=True, console="off")
    run = wandb.init(mode="offline", dir=tmp_path, settings=settings)
    clf = quick(callbacks=[WandbLogger(run, save_model=False)]).fit(X, Y, **VALIDATION)
    summary = dict(run.summary)
    run.finish()
    assert summary.keys() >= COLUMNS
    assert summary["worst_group_loss"] == clf.history_[-1]["worst_group_loss"]
