"""Let a reader build a network, teach it something, watch it learn, and walk through any step."""

from collections.abc import Callable
from dataclasses import replace
from math import isfinite
from time import perf_counter, sleep
from typing import Any

import ipywidgets

from backprop_core.experiment import Experiment
from backprop_core.notices import Notice, notices
from backprop_core.situation import Situation
from backprop_core.trainer import Trainer
from backprop_core.widgets.keeper import Keeper
from backprop_core.widgets.moment import Moment
from backprop_core.widgets.pace import Pace
from backprop_core.widgets.runner import Runner, running_loop
from backprop_core.widgets.settings import LearningSettings, NetworkSettings
from backprop_core.widgets.stage import Stage
from backprop_core.widgets.teacher_set import TeacherSetChooser
from backprop_core.widgets.walk_panel import WalkPanel

__all__ = ["Playground"]

ASTRAY = "That could not be done. Everything stays as it was."
KEEP_EVERY = 1.0  # seconds, while it trains


class Playground(ipywidgets.VBox):
    """A network of the reader's own, a teacher set, a training, and the walkthrough at any moment.

    Parameters
    ----------
    experiment : Experiment, optional
        What to begin with.

    Examples
    --------
    >>> from backprop_core.experiment import Design
    >>> from backprop_core.teacher_sets import Recipe
    >>> playground = Playground(Experiment(Recipe("XOR"), Design((2,), ("tanh", "sigmoid"))))
    >>> playground.stage.take("sample")
    >>> playground.experiment.sample
    1
    """

    def __init__(self, experiment: Experiment | None = None) -> None:
        experiment = experiment or Experiment()
        self._following = False  # while the boards are told, they have nothing to tell
        self._end: int | None = None  # the epoch at which to stop
        self._pausing = False  # it stops as soon as the epoch is finished
        self._pace = Pace()
        self._kept_at = 0.0
        self._walked = (0, 0, 0)  # epoch, samples used and sample that the walkthrough is about
        self._runner = Runner(self._work, self._frame, done=self._at_rest, problem=self._on_problem)
        self._begin(experiment)
        set_of = self._set
        self.chooser = TeacherSetChooser(experiment.recipe)
        self.network = NetworkSettings(experiment.design, set_of.ends)
        self.learning = LearningSettings(experiment.rule)
        self.stage = Stage(self._act)
        self.walk = WalkPanel(self._keep)
        self.keeper = Keeper(lambda: self.experiment, self.open)
        # What is set stands together; what there is to read about the samples comes after it.
        boards = [self.chooser.settings, self.learning, self.network]
        for board in boards:
            board.folds = True
        settings = ipywidgets.VBox([*boards, self.chooser.notes])
        settings.add_class("bp-settings")
        bench = ipywidgets.VBox([settings, self.stage])
        bench.add_class("bp-bench")
        super().__init__([bench, self.walk, self.keeper])
        self.add_class("bp-playground")
        self.chooser.observe(self._on_recipe, "recipe")
        self.network.observe(self._on_design, "design")
        self.learning.observe(self._on_rule, "rule")
        self.stage.observe(self._on_seen, "seen")
        self.keeper.observe(self._on_kept, ["status", "problem"])
        self._show()

    # ---- what there is at present ----

    @property
    def experiment(self) -> Experiment:
        """The present experiment."""
        trainer = self._trainer
        as_designed = self._start.network is None and not (trainer.epoch or trainer.sample)
        return replace(
            self._start,
            rule=trainer.rule,
            network=None if as_designed else trainer.network,
            epoch=trainer.epoch,
            sample=self._sample,
            step=self.walk.step,
        )

    @property
    def situation(self) -> Situation:
        """What the walkthrough tells, or would tell if it were opened now."""
        return self.walk.situation or self.experiment.situation

    @property
    def step(self) -> int:
        """The step of the walkthrough, from 0; 0 while it is closed."""
        return self.walk.step or 0

    @property
    def running(self) -> bool:
        """Whether it trains at present."""
        return self._runner.running

    def open(self, experiment: Experiment | None = None, news: str = "") -> None:
        """Show another experiment, paused; with news about it, the page goes there and tells them.

        (Without one: open the channel to the page, as ipywidgets asks of every widget.)

        Raises
        ------
        ValueError
            One sentence, if it cannot be trained; the present one stays.
        """
        if experiment is None:
            super().open()
            return
        self._afresh(experiment, news)
        if news:
            self.stage.visits += 1
        if experiment.step is None:
            self.walk.close_walk()
        else:
            self._open_walk(experiment.step, go=False)

    def close(self) -> None:
        """Stop training, too."""
        self._runner.stop()
        super().close()

    # ---- a training begins ----

    def _begin(self, experiment: Experiment, remark: str = "") -> None:
        """Make the trainer for an experiment; if that fails, nothing has changed."""
        if not isinstance(experiment, Experiment):
            raise ValueError(
                f"experiment is {experiment!r}, "
                'but expected an Experiment, such as Experiment(Recipe("XOR")).'
            )
        set_of, net = experiment.teacher_set, experiment.present
        trainer = Trainer(
            net, set_of.x_training, set_of.t_training, experiment.rule, epoch=experiment.epoch
        )
        if not isfinite(trainer.error):
            raise ValueError(
                "With these weights E is larger than any number a computer can hold: "
                "choose a smaller scale of the first weights."
            )
        self._start, self._set, self._trainer = experiment, set_of, trainer
        self._sample = experiment.sample
        self._end = None
        self._news = Notice("news", remark) if remark else None

    def _afresh(self, experiment: Experiment, remark: str) -> None:
        """Begin again, paused, and say why."""
        self._begin(experiment, remark)
        self._runner.stop()
        self._tell_boards()
        self._show()

    def _tell_boards(self) -> None:
        self._following = True
        try:
            self.chooser.recipe = self._start.recipe
            self.network.tell(self._start.design, self._set.ends)
            self.learning.tell(self._trainer.rule)
        finally:
            self._following = False

    # ---- a setting was changed ----

    def _on_recipe(self, change: dict[str, Any]) -> None:
        def begin() -> None:
            begun = Experiment(change["new"], self._start.design, self._trainer.rule)
            self._afresh(begun, "Another teacher set: the training begins anew, at epoch 0.")

        self._take(begin)

    def _on_design(self, change: dict[str, Any]) -> None:
        def begin() -> None:
            begun = Experiment(self._start.recipe, change["new"], self._trainer.rule)
            kept = replace(begun, sample=self._sample)
            self._afresh(kept, "Another network: the training begins anew, at epoch 0.")

        self._take(begin)

    def _on_rule(self, change: dict[str, Any]) -> None:
        def go_on() -> None:
            self._trainer.rule = change["new"]
            if not self.running:
                self._end = None
                self._show()

        self._take(go_on)

    def _take(self, act: Callable[[], None]) -> None:
        """Do what a board asks for; if that fails, say so, and let the boards fall back."""
        if self._following:
            return
        problem = ASTRAY
        try:
            act()
            problem = ""
        except ValueError as refusal:
            problem = str(refusal)
        finally:
            if problem:
                self._tell_boards()
            self.stage.problem = problem

    def _on_kept(self, change: dict[str, Any]) -> None:
        """What was opened from a link, or could not be, is told where everybody looks, too."""
        if change["name"] == "problem":
            self.stage.problem = change["new"]
        elif change["new"]["sentence"]:
            self._news = Notice("news", change["new"]["sentence"])
            self._show()

    # ---- what the stage asks for ----

    def _act(self, do: str, value: Any) -> None:
        trainer, running = self._trainer, self.running
        if do in ("train", "epoch"):
            self._train(trainer.epoch + 1 if do == "epoch" else value)
        elif do == "pause":
            self._pausing = running
        elif do == "sample":
            self._runner.stop()
            self._one_sample()
        elif do == "stop":
            fresh = self._start if not self._start.epoch else self._start.afresh
            begun = replace(fresh, rule=trainer.rule, sample=self._sample, step=None)
            self._afresh(begun, "")
        elif do == "go_to":
            self._runner.stop()
            trainer.go_to(value)
            self._end = None
            self._show()
        elif do == "walk":
            self._open_walk()
        elif do == "pick_sample":
            self._sample = value
            self._show()

    def _train(self, end: int | None) -> None:
        if self._trainer.diverged_at is not None:
            raise ValueError(
                "The next update leads beyond any number a computer can hold: "
                "choose a smaller h, or go back to an earlier epoch."
            )
        self._end, self._pausing, self._news = end, False, None
        self._pace = Pace(self._progress)
        if end is not None and running_loop() is None:
            self._runner.run_to_end()  # in a plain Python
        else:
            self._runner.start()

    def _one_sample(self) -> None:
        """The next sample's update; who has picked it goes on to the one after it."""
        trainer = self._trainer
        follows = self._sample == trainer.sample
        self._news = None
        trainer.one_sample()
        if follows:
            self._sample = trainer.sample
        self._end = None
        self._show()

    # ---- training, a slice at a time ----

    @property
    def _progress(self) -> float:
        """Epochs, with the share that is finished of an unfinished one."""
        return self._trainer.epoch + self._trainer.sample / len(self._trainer.x)

    def _work(self, seconds: float) -> bool:
        """Train for so long; False when there is nothing more to do."""
        trainer, speed = self._trainer, self.learning.speed
        if self._pausing:
            if trainer.sample:
                trainer.run(1, seconds=seconds)
            return bool(trainer.sample) and trainer.diverged_at is None
        left = None if self._end is None else max(0, self._end - trainer.epoch)
        if left != 0 and isfinite(speed):
            self._stroll(seconds, speed)
        elif left != 0:
            trainer.run(left, seconds=seconds)
        return left != 0 and trainer.diverged_at is None

    def _stroll(self, seconds: float, speed: float) -> None:
        """Train no faster than so many epochs a second: an update at a time, and wait."""
        end = perf_counter() + seconds
        due = self._pace.due(self._progress, speed)
        while self._progress < due and perf_counter() < end:
            self._trainer.run(1, seconds=0.0)
            if self._trainer.diverged_at is not None or self._trainer.epoch == self._end:
                return
        sleep(max(0.0, min(end - perf_counter(), (self._progress - due) / speed)))

    def _frame(self) -> None:
        self._pace.mark(self._progress)
        self._show()

    def _on_seen(self, change: dict[str, Any]) -> None:
        if change["new"] >= self.stage.number:
            self._runner.seen()

    def _on_problem(self, sentence: str) -> None:
        self.stage.problem = sentence

    def _at_rest(self) -> None:
        self._pausing = False
        self._show()

    # ---- showing ----

    def _show(self) -> None:
        trainer, set_of, running = self._trainer, self._set, self.running
        check = (
            ((), ()) if not len(set_of.x_check) else trainer.curve(set_of.x_check, set_of.t_check)
        )
        self.stage.show(
            set_of,
            Moment(
                trainer.network,
                trainer.epoch,
                trainer.sample,
                trainer.first,
                trainer.last,
                end=self._end,
                running=running,
                rate=self._pace.rate if running else 0.0,
                sample=self._sample,
                training=trainer.curve(),
                check=check,
                remarks=[*notices(trainer), *([self._news] if self._news else [])],
            ),
        )
        self._settle()

    def _settle(self) -> None:
        """What else follows the present state: the walkthrough's note, and what a reload finds."""
        running, now = self.running, perf_counter()
        if not running or now - self._kept_at >= KEEP_EVERY:
            self._kept_at = now
            self._keep()
        if not running:
            self.walk.refresh()

    def _keep(self) -> None:
        self.keeper.keep()

    # ---- the walkthrough ----

    def _open_walk(self, step: int = 0, go: bool = True) -> None:
        self._walked = self._trainer.epoch, self._trainer.sample, self._sample
        self.walk.tell(self.experiment.situation, self._about_walk, step, go)

    def _about_walk(self) -> str:
        """What the walkthrough shows, and what the training makes of such an update."""
        epoch, used, sample = self._walked
        moment = f"after epoch {epoch:,}"
        if used:
            moment = f"after {used} {'sample' if used == 1 else 'samples'} of epoch {epoch + 1:,}"
        told = f"One update with sample {sample + 1}, {moment}."
        if not _same(self.situation, self.experiment.situation):
            return (
                f"{told} The playground has gone on since: "
                "press “Walk through this step” again for the step that comes now."
            )
        return f"{told} {self._share(sample)}"

    def _share(self, sample: int) -> str:
        trainer, rule = self._trainer, self._trainer.rule
        if sample >= self._set.training:
            return "It is kept for checking, so the training never makes this update."
        if rule.mode != "online":
            each = "all samples" if rule.mode == "batch" else f"{rule.batch_size} samples"
            return (
                f"It is this sample's share: an update of the training adds up the gradients of "
                f"{each}."
            )
        if rule.momentum:
            return "The training adds momentum to it, which keeps some of the updates before."
        if sample == trainer.sample:
            return "This is exactly what “One sample” does next."
        return f"The training takes sample {trainer.sample + 1} next."


def _same(a: Situation, b: Situation) -> bool:
    """Whether two situations agree in their activations and in every number."""
    if (a.x, a.t, a.h, a.structure) != (b.x, b.t, b.h, b.structure):
        return False
    pairs = zip(
        (*a.network.weights, *a.network.biases),
        (*b.network.weights, *b.network.biases),
        strict=True,
    )
    return all((p == q).all() for p, q in pairs)
