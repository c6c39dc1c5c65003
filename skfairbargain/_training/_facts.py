"""What a trained network says of its training in a notebook."""

from .._utils import FittedHtmlMixin, group_names, shown_names


class TrainingFactsMixin(FittedHtmlMixin):
    """Adds groups, stages, engine and the worst group to the HTML representation."""

    def _fitted_facts(self):
        if not getattr(self, "history_", None):
            return []
        stages = [row["stage"] for row in self.history_]
        losses = self.history_[-1]["group_losses"]
        worst = max(losses, key=losses.get)
        return [
            ("Groups", shown_names(group_names(self.groups_))),
            ("Epochs", f"{stages.count(1)} of bargaining, {stages.count(2)} of the goal"),
            ("Engine", str(getattr(self.net_, "engine_", self.engine))),
            ("Worst group at the end", f"{worst}, loss {losses[worst]:.3f}"),
        ]
