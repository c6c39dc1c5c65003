"""What a trained network says of its training in a notebook."""

from .._inputs import Players
from .._utils import FittedHtmlMixin, facts_of_cells, group_names, shown_names


class TrainingFactsMixin(FittedHtmlMixin):
    """Adds groups, cells, stages, engine and worst group to the HTML representation."""

    def _fitted_facts(self):
        if not getattr(self, "history_", None):
            return []
        stages = [row["stage"] for row in self.history_]
        losses = self.history_[-1]["group_losses"]
        worst = max(losses, key=losses.get)
        cells = Players(self.groups_, self.cells_).names("cells")
        # Files of models that were stored by the first builds lack the numbers.
        rows = list(zip(cells, getattr(self, "_cell_rows", ()), strict=False))
        return [
            ("Groups", shown_names(group_names(self.groups_))),
            *facts_of_cells("Validation rows", rows),
            ("Epochs", f"{stages.count(1)} of bargaining, {stages.count(2)} of the goal"),
            ("Engine", str(getattr(self.net_, "engine_", self.engine))),
            ("Worst group at the end", f"{worst}, loss {losses[worst]:.3f}"),
        ]
