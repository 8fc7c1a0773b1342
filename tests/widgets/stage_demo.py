"""A stage with a trainer behind it, for the tests of what a stage does in a page."""

from typing import Any

from ipywidgets import Label

from backprop_core import Network
from backprop_core.descent import Rule
from backprop_core.teacher_sets import Recipe, teacher_set
from backprop_core.trainer import Trainer
from backprop_core.widgets.moment import Moment
from backprop_core.widgets.runner import Runner
from backprop_core.widgets.stage import Stage


class Remark:
    sentence, nodes = "f₂ is looked after.", ("f2",)


class Training:
    """Trains a network on a teacher set as its stage asks for it."""

    def __init__(self, name: str, hidden: tuple[int, ...], seed: int = 1) -> None:
        self.set = teacher_set(Recipe(name))
        sizes = (self.set.x.shape[1], *hidden, self.set.t.shape[1])
        self.net = Network.random(sizes, ["tanh"] * len(hidden) + ["sigmoid"], seed=seed)
        self.sample, self.end = 0, None
        self.walks = Label("Walks: 0")
        self.seen = Label("Seen: 0")
        self.stage = Stage(self.act)
        self.stage.observe(self.on_seen, "seen")
        self.runner = Runner(self.work, self.show)
        self.begin()
        self.show()

    def begin(self) -> None:
        self.trainer = Trainer(self.net, self.set.x_training, self.set.t_training, Rule(h=0.02))

    def on_seen(self, change: dict[str, Any]) -> None:
        self.seen.value = f"Seen: {change['new']}"
        self.runner.seen()

    def work(self, seconds: float) -> bool:
        left = None if self.end is None else self.end - self.trainer.epoch
        self.trainer.run(left, seconds=seconds)
        return self.trainer.epoch != self.end

    def show(self) -> None:
        trainer = self.trainer
        moment = Moment(
            trainer.network,
            epoch=trainer.epoch,
            used=trainer.sample,
            last=trainer.last,
            end=self.end,
            running=self.runner.running,
            rate=100.0,
            sample=self.sample,
            training=trainer.curve(),
            check=trainer.curve(self.set.x_check, self.set.t_check)
            if len(self.set.x_check)
            else ((), ()),
            remarks=[Remark()] if trainer.epoch else [],
        )
        self.stage.show(self.set, moment)

    def act(self, do: str, value: Any) -> None:
        if do == "pick_sample":
            self.sample = value
        elif do == "walk":
            self.walks.value = f"Walks: {int(self.walks.value[7:]) + 1}"
        else:
            self.runner.stop()
        if do == "train":
            self.end = value
            self.runner.start()
        elif do == "epoch":
            self.trainer.run(1)
        elif do == "sample":
            self.trainer.one_sample()
        elif do == "go_to":
            self.trainer.go_to(value)
        elif do == "stop":
            self.end = None
            self.begin()
        self.show()
