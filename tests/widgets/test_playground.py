"""The playground: the same arithmetic as the engine's, settings that take effect, and refusals."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backprop_core import Network, train
from backprop_core.descent import Rule
from backprop_core.experiment import Design, Experiment
from backprop_core.link import read_link, write_link
from backprop_core.notices import notices
from backprop_core.teacher_sets import Recipe, teacher_set
from backprop_core.widgets.playground import Playground
from backprop_core.widgets.walkthrough import Walkthrough
from tests.refusals import assert_refused

SMALL = Experiment(
    Recipe("moons", samples=40), Design((4,), ("tanh", "sigmoid")), Rule(0.05, "online")
)
XOR = Experiment(Recipe("XOR"), Design((2,), ("tanh", "sigmoid"), seed=1), Rule(0.5, "batch"))


def assert_same(ours: Network, theirs: Network) -> None:
    """Bit for bit."""
    for a, b in zip((*ours.weights, *ours.biases), (*theirs.weights, *theirs.biases), strict=True):
        np.testing.assert_array_equal(a, b)


def engine(experiment: Experiment, epochs: int) -> Any:
    """What the bare engine makes of an experiment."""
    made, rule = experiment.teacher_set, experiment.rule
    return train(
        experiment.present,
        *(made.x_training, made.t_training, rule.h, epochs, rule.mode),
        batch_size=rule.batch_size,
        momentum=rule.momentum,
    )


def shown(playground: Playground) -> dict[str, Any]:
    return dict(playground.stage.frame)


def remarks(playground: Playground) -> list[str]:
    return [sentence for sentence, _ in shown(playground)["remarks"]]


def attended(playground: Playground) -> Playground:
    """With a browser that paints every frame at once."""

    def paint(_: Any) -> None:
        playground.stage.seen = playground.stage.number

    playground.stage.observe(paint, "frame")
    return playground


async def until(done: Callable[[], bool]) -> None:
    """Let everything else run until something is so."""
    async with asyncio.timeout(30):
        while not done():
            await asyncio.sleep(0)


def live(act: Callable[[Playground], Awaitable[None]], start: Experiment = SMALL) -> Playground:
    """Do something with a playground while an event loop runs."""

    async def main() -> Playground:
        playground = attended(Playground(start))
        await act(playground)
        return playground

    return asyncio.run(main())


async def trained(playground: Playground, epochs: int) -> None:
    playground.stage.take("train", str(epochs))
    await until(lambda: not playground.running)


# ---- training ----


@pytest.mark.parametrize("mode", ["batch", "online", "mini-batch"])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_trains_as_the_engine_does_bit_for_bit(mode: str, momentum: float) -> None:
    start = replace(SMALL, rule=Rule(0.02, mode, 7, momentum))
    playground = live(lambda p: trained(p, 60), start)
    history = engine(start, 60)
    assert playground.experiment.epoch == 60
    assert_same(playground.experiment.present, history.network)
    assert playground._trainer.error == history.errors[-1]


def test_pauses_between_two_epochs_and_goes_on_from_there() -> None:
    async def act(playground: Playground) -> None:
        playground.stage.take("train")
        await until(lambda: playground.experiment.epoch >= 3)
        playground.stage.take("pause")
        await until(lambda: not playground.running)
        epoch = playground.experiment.epoch
        assert shown(playground)["used"] == 0
        assert_same(playground.experiment.present, engine(SMALL, epoch).network)
        await trained(playground, 10)
        assert playground.experiment.epoch == epoch + 10
        assert_same(playground.experiment.present, engine(SMALL, epoch + 10).network)

    assert not live(act).running


def test_one_epoch_and_one_sample() -> None:
    made = SMALL.teacher_set

    async def act(playground: Playground) -> None:
        playground.stage.take("epoch")
        await until(lambda: not playground.running)
        assert playground.experiment.epoch == 1
        for _ in range(made.training):
            playground.stage.take("sample")
        assert playground.experiment.epoch == 2

    assert_same(live(act).experiment.present, engine(SMALL, 2).network)


def test_goes_back_to_any_epoch_weights_and_all() -> None:
    async def act(playground: Playground) -> None:
        await trained(playground, 50)
        for epoch in (17, 0, 50, 33):
            playground.stage.take("go_to", epoch)
            assert shown(playground)["epoch"] == epoch
            assert_same(playground.experiment.present, engine(SMALL, epoch).network)
        await trained(playground, 5)
        assert playground._trainer.last == 38, "what came later is forgotten"

    assert_same(live(act).experiment.present, engine(SMALL, 38).network)


def test_starts_again_with_the_first_weights() -> None:
    net = Network.random((2, 4, 1), ("tanh", "sigmoid"), seed=99)

    async def act(playground: Playground) -> None:
        await trained(playground, 5)
        playground.stage.take("stop")

    for start in (SMALL, replace(SMALL, network=net)):
        playground = live(act, start)
        assert playground.experiment.epoch == 0
        assert_same(playground.experiment.present, start.present)


def test_starts_again_from_the_design_where_no_beginning_is_known() -> None:
    net = engine(SMALL, 9).network
    playground = Playground(replace(SMALL, network=net, epoch=9))
    assert shown(playground)["first"] == 9
    playground.stage.take("stop")
    assert_same(playground.experiment.present, SMALL.present)


def test_follows_a_slow_speed() -> None:
    async def act(playground: Playground) -> None:
        playground.learning.take({"speed": "10"})
        loop = asyncio.get_running_loop()
        start = loop.time()
        await trained(playground, 3)
        assert loop.time() - start > 0.15

    assert_same(live(act).experiment.present, engine(SMALL, 3).network)


def test_a_training_that_diverges_ends_with_a_sentence() -> None:
    start = Experiment(Recipe("moons"), Design((8, 8), ("tanh", "tanh", "identity")), Rule(0.5))
    playground = live(lambda p: trained(p, 1000), start)
    assert playground.experiment.epoch == engine(start, 1000).diverged_at - 1
    assert remarks(playground)
    assert_refused(lambda: playground.stage.take("train"), "The next update leads beyond")
    playground.learning.take({"h": "0.0001"})
    asyncio.run(asyncio.sleep(0))
    assert playground.experiment.rule.h == 0.0001


def test_what_is_noticed_comes_before_the_news() -> None:
    deep = Design((4,) * 4, ("ReLU",) * 4 + ("sigmoid",), seed=1)
    playground = Playground(Experiment(Recipe("XOR")))
    playground.open(Experiment(Recipe("XOR"), deep), "Look at this one.")
    found = notices(playground._trainer)
    assert len(found) > 3
    told = [[notice.sentence, list(notice.nodes)] for notice in found]
    assert playground.stage.frame["remarks"] == [*told, ["Look at this one.", []]]


def test_the_page_goes_where_something_was_opened_with_news() -> None:
    playground = Playground()
    playground.open(Experiment(Recipe("XOR")))
    assert playground.stage.visits == 0
    playground.open(Experiment(Recipe("AND")), "Look at this one.")
    assert playground.stage.visits == 1
    assert ["Look at this one.", []] in playground.stage.frame["remarks"]


def test_what_a_link_brings_is_told_above_the_pictures() -> None:
    playground = Playground()
    arrive = {"do": "arrive", "from": "link"}
    playground.keeper.action = {**arrive, "ticket": "1", "token": "no link at all"}
    assert playground.stage.problem.startswith("This link is damaged")
    link = write_link(Experiment(Recipe("XOR")))
    playground.keeper.action = {**arrive, "ticket": "2", "token": link}
    assert playground.stage.problem == ""
    assert ["Opened from the link.", []] in playground.stage.frame["remarks"]
    playground.stage.take("epoch")
    assert playground.stage.frame["remarks"] == []


# ---- settings ----


@pytest.mark.parametrize("sent", [{"neurons1": 5}, {"layers": 2}, {"output": "tanh"}, {"scale": 0}])
def test_another_network_begins_anew_and_says_so(sent: dict[str, Any]) -> None:
    async def act(playground: Playground) -> None:
        playground.stage.take("train")
        await until(lambda: playground.experiment.epoch > 0)
        playground.stage.take("pick_sample", 7)
        board = playground.network
        board.take({key: str(v) if key == "scale" else v for key, v in sent.items()})
        assert not playground.running

    playground = live(act)
    experiment = playground.experiment
    assert (experiment.epoch, experiment.sample) == (0, 7)
    assert experiment.design == playground.network.design != SMALL.design
    assert_same(experiment.present, replace(SMALL, design=experiment.design).present)
    assert remarks(playground)[-1].startswith("Another network: the training begins anew")


def test_a_walk_through_other_activations_is_not_of_the_present() -> None:
    playground = Playground(XOR)
    playground.stage.take("walk")
    assert "has gone on since" not in playground.walk.head.note
    playground.network.take({"activation1": "sigmoid"})  # of the same first weights
    assert "has gone on since" in playground.walk.head.note


def test_what_has_diverged_is_not_trained_to_another_end() -> None:
    straight = Design((2,), ("identity", "identity"))
    playground = Playground(Experiment(Recipe("XOR"), straight, Rule(h=1e200)))
    playground.stage.take("train", "5")
    before = playground._end
    with pytest.raises(ValueError, match="The next update leads beyond any number"):
        playground.stage.take("train", "50")
    assert playground._end == before


def test_another_teacher_set_brings_its_inputs_and_outputs() -> None:
    playground = Playground(SMALL)
    playground.stage.take("pick_sample", 39)
    playground.chooser.settings.take({"set": "iris"})
    assert playground.experiment.present.sizes == (4, 4, 3)
    assert playground.experiment.sample == 0
    assert playground.network.shown["sentence"] == "4 – 4 – 3: 35 weights and biases."
    assert remarks(playground)[0].startswith("Another teacher set: the training begins anew")


def test_another_rule_goes_on_from_the_present_weights_without_a_stop() -> None:
    async def act(playground: Playground) -> None:
        playground.stage.take("train")
        await until(lambda: playground.experiment.epoch > 2)
        playground.learning.take({"h": "0.001"})
        assert playground.running
        epoch = playground.experiment.epoch
        await until(lambda: playground.experiment.epoch > epoch)
        playground.learning.take({"mode": "mini-batch"})
        playground.learning.take({"momentum": 0.5})
        assert playground.running
        playground.stage.take("pause")
        await until(lambda: not playground.running)

    assert live(act).experiment.rule == Rule(0.001, "mini-batch", 10, 0.5)


def test_a_network_that_cannot_be_trained_is_refused_and_the_boards_fall_back() -> None:
    start = replace(SMALL, design=Design((4,), ("identity", "identity")))
    playground = Playground(start)
    playground.network.take({"scale": "1e200"})
    assert playground.stage.problem.startswith("With these weights E is larger than any number")
    assert playground.experiment == replace(start)
    assert playground.network.design == start.design
    assert playground.network.shown["values"]["scale"] == "1"
    playground.network.take({"scale": "2"})
    assert playground.stage.problem == ""
    assert playground.experiment.design.scale == 2


@pytest.mark.parametrize(
    ("do", "value", "message"),
    [
        ("dance", None, "command is “dance”"),
        (None, None, "command is “None”"),
        ("pick_sample", 40, "Sample is"),
        ("pick_sample", float("nan"), "Sample is"),
        ("pick_sample", [1], "Sample is"),
        ("go_to", 1, "Epoch is"),
        ("go_to", "x", "Epoch is"),
        ("train", "ten", "Train for is"),
        ("train", -1, "Train for is"),
        ("pick_neuron", "f99", "Neuron is"),
    ],
)
def test_refuses_commands_that_no_button_sends(do: Any, value: Any, message: str) -> None:
    playground = Playground(SMALL)
    before = playground.experiment
    assert_refused(lambda: playground.stage.take(do, value), message)
    assert playground.experiment == before


def test_whatever_goes_wrong_is_a_sentence_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    playground = Playground(SMALL)

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(playground, "_begin", broken)
    with pytest.raises(ZeroDivisionError):  # for the log
        playground.network.take({"layers": 3})
    assert playground.stage.problem == "That could not be done. Everything stays as it was."
    assert playground.network.design == SMALL.design


# ---- the walkthrough ----


def test_in_on_line_mode_the_walkthrough_is_what_one_sample_does_next() -> None:
    playground = Playground(SMALL)
    for _ in range(5):
        playground.stage.take("walk")
        assert playground.walk.head.note.endswith("This is exactly what “One sample” does next.")
        promised = playground.situation.updated.network
        playground.stage.take("sample")
        assert_same(playground.experiment.present, promised)
        assert "has gone on since" in playground.walk.head.note
    assert playground.experiment.sample == 5, "the next sample is picked"


def test_the_walkthrough_is_opened_with_exactly_the_present_numbers() -> None:
    async def act(playground: Playground) -> None:
        await trained(playground, 30)
        playground.stage.take("go_to", 21)
        playground.stage.take("pick_sample", 3)
        playground.stage.take("walk")
        await until(lambda: playground.walk.walkthrough is not None)

    playground = live(act)
    made = SMALL.teacher_set
    situation = playground.situation
    assert_same(situation.network, engine(SMALL, 21).network)
    assert (situation.x, situation.t) == (tuple(made.x[3]), tuple(made.t[3]))
    assert situation.h == SMALL.rule.h
    assert playground.walk.head.note == (
        "One update with sample 4, after epoch 21. The training takes sample 1 next."
    )
    assert playground.walk.walkthrough is not None
    assert not playground.walk.walkthrough.editable


@pytest.mark.parametrize(
    ("rule", "sample", "end"),
    [
        (Rule(0.1, "batch"), 0, "adds up the gradients of all samples."),
        (Rule(0.1, "mini-batch", 5), 0, "adds up the gradients of 5 samples."),
        (Rule(0.1, "online", momentum=0.5), 0, "which keeps some of the updates before."),
        (Rule(0.1, "online"), 39, "so the training never makes this update."),
    ],
)
def test_says_what_the_training_makes_of_such_an_update(rule: Rule, sample: int, end: str) -> None:
    playground = Playground(replace(SMALL, rule=rule, sample=sample))
    playground.stage.take("walk")
    assert playground.walk.head.note.endswith(end)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("x is too large"), "The walkthrough cannot be written: x is too large."),
        (ZeroDivisionError(), "The walkthrough could not be written."),
    ],
)
def test_a_walkthrough_that_cannot_be_written_says_so(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def prepare(*_: Any) -> None:
        raise error

    monkeypatch.setattr(Walkthrough, "prepare", prepare)

    async def act(playground: Playground) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the kernel's log
        playground.stage.take("walk")
        assert playground.walk.head.note == "The walkthrough is being written …"
        await until(lambda: playground.walk.head.note == said)

    playground = live(act)
    assert playground.experiment.step is None
    assert playground.walk.head.opened == 1  # who has asked for it is taken to what is said


def test_a_walkthrough_can_be_closed_and_opened_anew() -> None:
    playground = Playground(SMALL)
    assert (playground.experiment.step, playground.step) == (None, 0)
    playground.stage.take("walk")
    assert playground.walk.walkthrough is not None
    playground.walk.walkthrough.step = 4
    assert (playground.experiment.step, playground.step) == (4, 4)
    playground.walk.head.close_asked += 1
    assert playground.experiment.step is None
    assert playground.walk.children == ()
    playground.stage.take("walk")
    assert playground.experiment.step == 0


# ---- opening another experiment ----


def test_opens_what_a_link_brings_and_all_panels_follow() -> None:
    net = engine(XOR, 40).network
    wanted = replace(XOR, network=net, epoch=40, sample=2, step=3)
    playground = Playground(SMALL)
    playground.open(read_link(write_link(wanted)))
    experiment = playground.experiment
    assert_same(experiment.present, net)
    assert replace(experiment, network=None) == replace(wanted, network=None)
    assert playground.chooser.recipe == wanted.recipe
    assert playground.network.design == wanted.design
    assert playground.learning.rule == wanted.rule
    assert shown(playground)["epoch"] == 40
    assert playground.step == 3
    assert not remarks(playground) or "begins anew" not in remarks(playground)[0]


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_refuses_what_is_no_experiment() -> None:
    assert_refused(lambda: Playground("XOR"), "experiment is 'XOR', but expected an Experiment")  # type: ignore[arg-type]
    gc.collect()  # what was begun goes without a word
    playground = Playground(XOR)
    message = "experiment is Recipe(name='XOR'"
    assert_refused(lambda: playground.open(XOR.recipe), message)  # type: ignore[arg-type]
    assert playground.experiment == XOR


def test_refuses_to_open_what_cannot_be_trained() -> None:
    playground = Playground(SMALL)
    design = Design((4,), ("identity", "identity"), scale=1e200)
    assert_refused(
        lambda: playground.open(replace(SMALL, design=design)), "With these weights E is larger"
    )
    assert playground.experiment == SMALL


def test_a_training_goes_on_after_it_was_opened_from_a_link() -> None:
    async def act(playground: Playground) -> None:
        await trained(playground, 20)
        playground.open(read_link(write_link(playground.experiment)))
        await trained(playground, 20)

    playground = live(act)
    assert playground.experiment.epoch == 40
    assert_same(playground.experiment.present, engine(SMALL, 40).network)


def test_hands_its_state_to_the_keeper() -> None:
    playground = live(lambda p: trained(p, 20))
    token = ".".join(filter(None, (playground.keeper.state, playground.keeper.table)))
    kept = read_link(token)
    assert kept.epoch == 20
    assert_same(kept.present, engine(SMALL, 20).network)


def test_two_playgrounds_do_not_touch_each_other() -> None:
    async def act(first: Playground) -> None:
        second = attended(Playground(XOR))
        first.stage.take("train", "30")
        second.stage.take("train", "50")
        await until(lambda: not first.running and not second.running)
        assert_same(second.experiment.present, engine(XOR, 50).network)

    assert_same(live(act).experiment.present, engine(SMALL, 30).network)


def test_a_playground_that_is_closed_trains_no_more() -> None:
    async def act(playground: Playground) -> None:
        playground.stage.take("train")
        await until(lambda: playground.experiment.epoch > 0)
        playground.close()

    assert not live(act).running


def test_kept_samples_are_never_trained_with() -> None:
    made = teacher_set(SMALL.recipe)
    assert len(Playground(SMALL)._trainer.x) == made.training < len(made.x)
