"""What ``skfairbargain audit`` prints at the end: the numbers, and the verdict."""

from rich.table import Table


def show_report(report, console):
    """Print the main numbers of a report and its verdict.

    Parameters
    ----------
    report : AuditReport
    console : Console
    """
    contents = report.to_dict()
    console.print("Balanced accuracy with 95 % intervals, and AUC of all rows:")
    console.print(_numbers(contents))
    console.print()
    for sentence in (*contents["notes"], *contents["warnings"]):
        console.print(f"Note: {sentence}", style="dim")
    for sentence in contents["verdict"]:
        console.print(sentence)


def _numbers(contents):
    found = {(r["method"], r["metric"], r["group"]): r for r in contents["metrics"]}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.columns[0].no_wrap = True
    for title in ("worst group", "all rows", "AUC"):
        table.add_column(title, justify="right", no_wrap=True)
    for method in contents["methods"]:
        chosen = method["name"] == contents["recommended"]
        cells = [
            _interval(found[method["name"], "balanced_accuracy", group])
            for group in ("worst group", "overall")
        ]
        auc = found[method["name"], "auc", "overall"]["value"]
        cells.append("–" if auc is None else f"{auc:.2f}")
        table.add_row(method["title"], *cells, style="bold" if chosen else None)
    return table


def _interval(record):
    if record["value"] is None:
        return "–"
    return f"{record['value']:.2f} ({record['low']:.2f} to {record['high']:.2f})"
