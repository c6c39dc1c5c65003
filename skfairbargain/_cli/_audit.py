"""``skfairbargain audit``: from files to a report and a model."""

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sklearn.utils import Bunch

from ._console import plain_console, progress
from ._errors import one_line_warnings, one_sentence_errors
from ._options import Dates, Decimal, Encoding, Separator, a_format
from ._paths import a_path, check_destinations

Method = StrEnum("Method", ["logistic", "boosting", "audited_rows", "nash", "audited"])
MissingGroup = StrEnum("MissingGroup", ["drop", "keep"])

FILES, COLUMNS = "Files", "Columns and groups"


def _file(help_, panel=FILES):
    return typer.Option(parser=a_path, metavar="FILE", help=help_, rich_help_panel=panel)


def _column(help_, metavar="COL"):
    return typer.Option(metavar=metavar, help=help_, rich_help_panel=COLUMNS)


def audit(
    train: Annotated[
        Path | None,
        _file("Training rows with recorded labels. CSV or Parquet; - is a pipe."),
    ] = None,
    audit: Annotated[
        Path | None, _file("Audited rows: checked labels, and the groups of --sensitive.")
    ] = None,
    data: Annotated[
        Path | None,
        _file("One file with groups, from which --train and --audit are drawn."),
    ] = None,
    test: Annotated[
        Path | None, _file("More audited rows, which only measure. Default: cross-fitting.")
    ] = None,
    predict: Annotated[Path | None, _file("Rows to predict with the final model.")] = None,
    report: Annotated[
        Path | None, _file("Where to write the report: .html, .md or .json.")
    ] = None,
    model: Annotated[
        Path | None, _file("Where to write the recommended model, as for `predict`.")
    ] = None,
    output: Annotated[
        Path | None, _file("Where to write the predictions of --predict, as CSV.")
    ] = None,
    target: Annotated[str | None, _column("The column to predict.")] = None,
    sensitive: Annotated[
        list[str] | None,
        _column(
            "Sensitive columns, which are no features: repeat the option, or separate "
            "names by commas. Several are taken as their intersections.",
        ),
    ] = None,
    favorable: Annotated[
        str | None, _column("The label people hope for. Default: the larger.", "LABEL")
    ] = None,
    id: Annotated[str | None, _column("A column that names rows; no feature.")] = None,
    drop: Annotated[list[str] | None, _column("Columns to leave out.")] = None,
    keep: Annotated[
        list[str] | None, _column("Columns that are features even if they look like ids.")
    ] = None,
    recorded: Annotated[
        str | None, _column("The column of --audit with the labels as they were recorded.")
    ] = None,
    reference_score: Annotated[
        str | None, _column("The column of --audit with the scores of today's model.")
    ] = None,
    reference_threshold: Annotated[
        float, _column("Today's model decides for the favorable label above it.", "NUMBER")
    ] = 0.5,
    bin: Annotated[
        list[str] | None,
        _column("Cut a sensitive column of numbers into groups.", "COL=25,45"),
    ] = None,
    missing_group: Annotated[
        MissingGroup | None,
        typer.Option(
            help="Rows whose sensitive column is empty: leave them out, or keep them as a "
            "group of their own. Default: an error that counts them.",
            rich_help_panel=COLUMNS,
        ),
    ] = None,
    merge_below: Annotated[
        int,
        typer.Option(
            min=1,
            help="Groups with fewer audited rows of some label are merged into one.",
            rich_help_panel=COLUMNS,
        ),
    ] = 10,
    method: Annotated[
        list[Method] | None, typer.Option(help="Repeat for several. Default: all.")
    ] = None,
    folds: Annotated[
        int, typer.Option(min=2, help="Folds of the audited rows, without --test.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of folds, trainings, intervals.")] = 0,
    max_rows: Annotated[
        int | None, typer.Option(min=1, help="Train on as many rows, drawn at random.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would be done, and stop.")
    ] = False,
    separator: Separator = None,
    encoding: Encoding = None,
    decimal: Decimal = None,
    dates: Dates = None,
):
    """Say which model to use, by two files: history, and a few audited rows with groups.

    Trains the obvious alternatives, measures them on audited rows that they did not learn
    from, and compares them by group. Without files: on simulated data.
    """
    options = Bunch(
        train=train, audit=audit, test=test, predict=predict, target=target,
        sensitive=sensitive or [], id=id, drop=drop or [], keep=keep or [],
        recorded=recorded, reference_score=reference_score, bin=bin or [],
        favorable=favorable,
        missing_group=None if missing_group is None else str(missing_group),
        max_rows=max_rows, seed=seed,
    )  # fmt: skip
    with one_sentence_errors():
        options.shape = a_format(separator, encoding, decimal, dates)
        _check(options, data, output, predict)
        read = [data, train, audit, test, predict]
        check_destinations(read, report=report, model=model, output=output)
        tables = _tables(options, data)
        # Here, so that --help and typing errors are answered without a second's wait.
        from ._plan import about, show_plan
        from ._verdict import show_report

        console = plain_console()
        show_plan(tables, options, console)
        if plan:
            return
        from ..auditing import audit_report
        from ._tables import with_names

        given = _arguments(tables, options, with_names)
        try:
            with progress() as tell, one_line_warnings():
                found = audit_report(
                    **given,
                    methods=[str(name) for name in method] if method else "auto",
                    reference_threshold=reference_threshold,
                    favorable=favorable,
                    merge_below=merge_below,
                    cv=folds,
                    random_state=seed,
                    on_step=tell,
                    about=about(tables, options, command=shlex.join(sys.argv[1:])),
                )
        except KeyboardInterrupt:
            console.print("Interrupted.")
            raise typer.Exit(130) from None
        show_report(found, console)
        if report is not None:
            found.save(report)
            typer.echo(f"Report: {report}")
        from ._predictions import write_model, write_predictions

        if model is not None:
            typer.echo(write_model(found, model))
        if tables.new is not None:
            typer.echo(write_predictions(found, tables.new, output, id))


def _check(options, data, output, predict):
    if data is not None:
        if (
            options.train is not None
            or options.audit is not None
            or options.test is not None
        ):
            raise ValueError(
                "--data stands for --train, --audit and --test. Pass it alone."
            )
    elif (options.train is None) != (options.audit is None):
        one, other = ("--audit", "--train") if options.train is None else (
            "--train", "--audit")  # fmt: skip
        raise ValueError(
            f"{one} needs {other} as well. Pass one file that has groups as --data."
        )
    if data is None and options.train is None:
        named = options.target or options.sensitive or options.test or options.predict
        if named:
            raise ValueError("The options name columns or files of --train; pass it.")
    elif options.target is None or not options.sensitive:
        raise ValueError("Files need --target and --sensitive as well.")
    if (output is None) != (predict is None):
        one, other = ("--predict", "--output") if output is None else (
            "--output", "--predict")  # fmt: skip
        raise ValueError(f"{one} needs {other} as well.")
    pipes = [p for p in (data, options.train, options.audit, options.test, predict)
             if p is not None and str(p) == "-"]  # fmt: skip
    if len(pipes) > 1:
        raise ValueError("Standard input, -, can be one of the files only.")


def _tables(options, data):
    if data is None and options.train is None:
        from ._demonstration import demonstration

        return demonstration(options.seed)
    from ._tables import read_tables

    options.train = data or options.train
    return read_tables(options, lambda line: typer.echo(line, err=True))


def _arguments(tables, options, with_names):
    train, audited, test = tables.train, tables.audited, tables.test
    given = {
        "X": train.data,
        "y": train.target.to_numpy(),
        "X_val": audited.data,
        "y_val": audited.target.to_numpy(),
        "groups_val": with_names(audited.sensitive),
    }
    if test is not None:
        given |= {
            "X_test": test.data,
            "y_test": test.target.to_numpy(),
            "groups_test": with_names(test.sensitive),
        }
    if options.recorded:
        given["recorded_val"] = audited.others[options.recorded].to_numpy()
    if options.reference_score:
        given["reference_val"] = audited.others[options.reference_score].to_numpy()
        if test is not None:
            given["reference_test"] = test.others[options.reference_score].to_numpy()
    return given
