"""Watch a training: the network, the border it draws, E, the hidden space, how large δ is.

A `Stage` shows one `Moment` of a training after another, and tells what its reader wants done. It
does not train.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import traitlets

from backprop_core.network import Network
from backprop_core.reading import quoted
from backprop_core.teacher_sets import TeacherSet
from backprop_core.widgets.bundle import script, stylesheet
from backprop_core.widgets.from_page import PageWidget
from backprop_core.widgets.moment import COARSE, POINTS, Moment, frame_of
from backprop_core.widgets.pictures import frame as axes_frame
from backprop_core.widgets.scene import Picks, scene_of, share_layer

__all__ = ["DO", "Stage"]

DO = (
    *("train", "pause", "epoch", "sample", "stop", "go_to", "walk"),
    *("pick_sample", "pick_neuron", "axes", "hidden"),
)
MOST_EPOCHS = 10_000_000  # that somebody may ask for at once
Act = Callable[[str, Any], None]


class Stage(PageWidget):
    """The pictures of a training and its controls.

    Parameters
    ----------
    act : callable
        ``act(do, value)`` does what the reader wants, soon and without waiting for it to be done,
        and calls `show`. What it is asked for was checked:

        ==============  =========================================================================
        do              value
        ==============  =========================================================================
        "train"         the epoch at which to stop (`Moment.end`), or None: go on until "pause"
        "pause"         None
        "epoch"         None: train one epoch (the rest of it, if some samples are used)
        "sample"        None: train with the next sample
        "stop"          None: back to the first epoch, with fresh weights
        "go_to"         an epoch from `Moment.first` to `Moment.last`; while it trains: pause there
        "walk"          None: open the walkthrough
        "pick_sample"   an index into the teacher set's `x`
        "pick_neuron"   a neuron's name, or ""; already on show, nothing has to be done
        "axes"          two inputs, from 0; already on show
        "hidden"        two neurons of a layer; already on show
        ==============  =========================================================================

        A ValueError is shown as a sentence.

    Attributes
    ----------
    picks : Picks
        What of the network is looked at.
    number, seen : int
        Number of the newest frame, and of the last one that a browser has painted.
    problem : str
        One sentence about the last command that could not be taken, or "".
    visits : int
        Count one more, and the page goes to the stage.

    Examples
    --------
    >>> from backprop_core.teacher_sets import Recipe, teacher_set
    >>> stage = Stage(lambda do, value: print(do, value))
    >>> stage.show(teacher_set(Recipe("XOR")), Moment(Network.random([2, 2, 1])))
    >>> stage.take("train", "100")
    train 100
    >>> stage.take("pick_sample", "5")
    Traceback (most recent call last):
    ...
    ValueError: Sample is “5”, but expected a whole number from 1 to 4.
    """

    _esm = script(
        *("plots.mjs", "canvases.mjs", "samples.mjs", "asking.mjs", "transport.mjs"),
        *("network_map.mjs", "planes.mjs", "curves.mjs", "stage.mjs"),
    )
    _css = stylesheet("plots.css", "stage.css", "transport.css", "network_map.css")
    page_sets = ("command", "seen")

    frames = traitlets.Dict().tag(sync=True)
    scene = traitlets.Dict().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    command = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    seen = traitlets.Int(0).tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    visits = traitlets.Int(0).tag(sync=True)

    def __init__(self, act: Act) -> None:
        names = ("plane", "error", "hidden", "delta")
        self.number = 0
        super().__init__(frames={name: axes_frame(f"training-{name}") for name in names})
        self._act = act
        self.picks = Picks()
        self._shown: tuple[TeacherSet, Moment] | None = None
        self._asked: tuple[int, int] | None = None  # so many epochs, up to this one
        self.observe(self._on_command, "command")

    @traitlets.validate("seen")
    def _known(self, proposal: Any) -> int:
        return max(0, min(proposal["value"], self.number))

    # ---- showing ----

    def show(self, teacher_set: TeacherSet, moment: Moment) -> None:
        """Show a moment; with another teacher set or another kind of network also what is new.

        Raises
        ------
        ValueError
            If the network, or the picked sample, does not fit the teacher set.
        """
        net = moment.network
        inputs, outputs = teacher_set.ends
        if (net.sizes[0], net.sizes[-1]) != (inputs, outputs):
            raise ValueError(
                f"network has {net.sizes[0]} inputs and {net.sizes[-1]} outputs, "
                f"but expected {inputs} and {outputs}, as the teacher set"
            )
        if not 0 <= moment.sample < len(teacher_set.x):
            raise ValueError(
                f"sample is {moment.sample}, but expected 0 to {len(teacher_set.x) - 1}"
            )
        picks = self.picks.fitted(net)
        before = self._shown
        same = (
            before is not None
            and before[0] is teacher_set
            and _kind(before[1].network) == _kind(net)
            and picks == self.picks
        )
        self._paint(teacher_set, moment, picks, scene_too=not same)

    def _paint(
        self, teacher_set: TeacherSet, moment: Moment, picks: Picks, scene_too: bool
    ) -> None:
        """Send a frame, and the scene if it is another one; if that fails, nothing has changed."""
        points = COARSE if moment.running else POINTS
        frame = frame_of(self.number + 1, teacher_set, moment, picks, points)
        scene = scene_of(teacher_set, moment.network, picks) if scene_too else self.scene
        self._shown, self.picks, self.number = (teacher_set, moment), picks, self.number + 1
        with self.hold_sync():
            self.scene, self.frame = scene, frame

    # ---- what the reader wants ----

    def _on_command(self, change: Mapping[str, Any]) -> None:
        command = change["new"]
        problem = "That could not be done."
        try:
            self.take(command.get("do"), command.get("value"))
        except ValueError as refusal:
            problem = str(refusal)
        else:
            problem = ""
        finally:  # the browser waits for an answer, even where something has gone astray
            with self.hold_sync():
                self.problem = problem
                self.answer = {"ticket": command.get("ticket"), "taken": not problem}

    def take(self, do: Any, value: Any = None) -> None:
        """Do what the browser asks for.

        Raises
        ------
        ValueError
            If it cannot be done; nothing has changed.
        """
        if do not in DO:
            raise ValueError(f"command is {quoted(do)}, but expected one of: {', '.join(DO)}.")
        if self._shown is None:
            raise ValueError("There is nothing on the stage yet.")
        teacher_set, moment = self._shown
        value = self._read(do, value, teacher_set, moment)
        looks = {"pick_neuron": "neuron", "axes": "axes", "hidden": "hidden"}
        if do in looks:
            picks = replace(self.picks, **{looks[do]: value})
            self._paint(teacher_set, moment, picks, scene_too=True)
        self._act(do, value)

    def _read(self, do: str, value: Any, teacher_set: TeacherSet, moment: Moment) -> Any:
        """The value of a command, checked."""
        net = moment.network
        if do == "train":
            return self._end(value, moment)
        if do == "go_to":
            return _whole("Epoch", value, moment.first, moment.last)
        if do == "pick_sample":  # 1, 2, … where it is typed
            most = len(teacher_set.x)
            if isinstance(value, str):
                return _whole("Sample", value, 1, most) - 1
            return _whole("Sample", value, 0, most - 1)
        if do == "pick_neuron":
            if value != "" and value not in net.neurons:
                expected = f"one of {net.neurons[0]} to {net.neurons[-1]}"
                raise ValueError(f"Neuron is {quoted(value)}, but expected {expected}.")
            return value
        if do == "axes":
            a, b = _two("Axes", value)
            inputs = net.sizes[0]
            if not all(type(n) is int and 0 <= n < inputs for n in (a, b)) or a == b:
                expected = f"two different inputs, from 0 to {inputs - 1}"
                raise ValueError(f"Axes are {quoted(value)}, but expected {expected}.")
            return a, b
        if do == "hidden":
            a, b = _two("Hidden space", value)
            if not share_layer(net, a, b):
                expected = "two different neurons of one hidden layer"
                raise ValueError(f"Hidden space is {quoted(value)}, but expected {expected}.")
            return a, b
        return None

    def _end(self, value: Any, moment: Moment) -> int | None:
        """The epoch at which to stop; a training that was paused goes on to the same end."""
        if value is None or str(value).strip() == "":
            return None
        count = _whole("Train for", value, 1, MOST_EPOCHS)
        going_on = self._asked == (count, moment.end) and moment.epoch < (moment.end or 0)
        if not going_on:
            self._asked = (count, moment.epoch + count)
        return self._asked[1] if self._asked else None


def _kind(net: Network) -> tuple[object, ...]:
    return net.sizes, tuple(activation.name for activation in net.activations)


def _whole(field: str, value: Any, least: int, most: int) -> int:
    """A whole number that was sent or typed; ValueError in a sentence if it is none."""
    plain = value.strip().replace(",", "") if isinstance(value, str) else value
    if isinstance(plain, str) and plain.isascii() and plain.isdigit() and len(plain) < 16:
        plain = int(plain)
    if type(plain) is not int or not least <= plain <= most:
        raise ValueError(
            f"{field} is {quoted(value)}, but expected a whole number from {least:,} to {most:,}."
        )
    return plain


def _two(field: str, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"{field} is {quoted(value)}, but expected two.")
    return value[0], value[1]
