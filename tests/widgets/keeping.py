"""Something small that shows an experiment and has a keeper, to try the keeper with."""

from dataclasses import replace

import ipywidgets

from backprop_core.experiment import Experiment
from backprop_core.widgets.from_page import Text
from backprop_core.widgets.keeper import Keeper


class Epochs(ipywidgets.VBox):
    """An experiment of which one can change the epoch; 13 is refused."""

    def __init__(self, experiment: Experiment | None = None) -> None:
        self.experiment = experiment or Experiment()
        self.epoch = Text(description="Epoch", continuous_update=False)
        self.name = ipywidgets.Label()
        self.keeper = Keeper(lambda: self.experiment, self.take)
        self.epoch.observe(self._on_epoch, "value")
        super().__init__([self.epoch, self.name, self.keeper])
        self._show(self.experiment)

    def take(self, experiment: Experiment) -> None:
        if experiment.epoch == 13:
            raise ValueError("Epoch is 13, but expected a lucky number.")
        self._show(experiment)

    def _on_epoch(self, change: dict[str, str]) -> None:
        if int(change["new"]) != self.experiment.epoch:
            self._show(replace(self.experiment, epoch=int(change["new"])))

    def _show(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.epoch.value = str(experiment.epoch)
        self.name.value = f"Teacher set {experiment.recipe.name}"
        self.keeper.keep()
