"""List the mistakes of the way back, and of the update: a formula, a sentence, a hint each."""

import numpy as np

from backprop_core._types import Array
from backprop_core.diagnosis import places_answer as answer
from backprop_core.diagnosis import places_back as back
from backprop_core.diagnosis.slipped import At, Mistake
from backprop_core.slips import already_updated, left_out

__all__ = ["BACK", "UPDATE"]


def _only(values: Array, place: int) -> Array:
    """0 everywhere but in one place of the last axis."""
    return np.where(np.arange(values.shape[-1]) == place, values, 0.0)


def _without(values: Array, place: int) -> Array:
    """0 in one place of the last axis."""
    return np.where(np.arange(values.shape[-1]) == place, 0.0, values)


def _weights_into(at: At) -> Array:
    """Of the layer before, those that lead into the neuron instead of out of it."""
    (node,) = at.place.index
    return np.broadcast_to(at.before[: at.right.shape[1], node], at.right.shape)


BACK: tuple[Mistake, ...] = (
    Mistake(
        "sign-of-difference",
        "difference",
        back.back_difference,
        lambda at: -at.right,
        "t − y was taken instead of y − t",
        "Watch the sign: the error signal begins with the output minus the target, y − t.",
        common=3,
    ),
    Mistake(
        "factor-two",
        "difference",
        back.back_difference,
        lambda at: 2.0 * at.right,
        "the 2 of the square was kept, as if E had no ½ in front",
        "E has a ½ in front, and the 2 of the square cancels it: y − t is left.",
        common=3,
    ),
    Mistake(
        "half-kept",
        "difference",
        back.back_difference,
        lambda at: 0.5 * at.right,
        "the ½ of E was kept, and the 2 of the square forgotten",
        "The square's derivative brings a 2 that cancels the ½: y − t is left.",
    ),
    Mistake(
        "slope-of-output",
        "slope",
        back.slopes,
        lambda at: at.g.slope(at.output),
        "the slope at {where} was taken of the output, as g′(g(r)), instead of the sum",
        "g′ is given the input sum r, just as g is. Where g′ is written with g(r), as in "
        "g(r) · (1 − g(r)), the output is put in only once.",
        common=3,
    ),
    Mistake(
        "slope-left-out",
        "slope",
        back.slopes,
        lambda at: left_out(at.right),
        "the slope g′(r) was left out at {where}",
        "On its way back the error passes through g: each neuron scales it by its slope g′(r).",
        common=3,
    ),
    Mistake(
        "output-for-slope",
        "slope",
        back.slopes,
        lambda at: at.output,
        "the output g(r) was taken for the slope g′(r) at {where}",
        "On the way back each neuron scales the error by its slope g′(r), not by its output.",
        common=1,
    ),
    Mistake(
        "slope-twice",
        "slope",
        back.own_slope,
        lambda at: at.right**2,
        "the slope g′(r) of {where} came in twice",
        "If your δ is ∂E/∂r, the slope is in it already.",
    ),
    Mistake(
        "path-weight-left-out",
        "path",
        back.paths,
        lambda at: left_out(at.right),
        "{where} was left out on the way back",
        "The error travels back along the edges: each edge scales it by its weight.",
        common=3,
    ),
    Mistake(
        "updated-weights",
        "path",
        back.all_paths,
        lambda at: already_updated(at.right, at.gradient, at.h),
        "the error was sent back through weights that had been updated already",
        "Work out every δ with the weights of the way forward. Update afterwards.",
        common=3,
    ),
    Mistake(
        "one-path",
        "path",
        back.single_paths,
        lambda at: _only(at.right, at.other),
        "only the path through {instead} was taken into {where}",
        "The error signal of a hidden neuron is a sum over all its paths to the next layer.",
        common=3,
    ),
    Mistake(
        "path-forgotten",
        "path",
        back.missed_paths,
        lambda at: _without(at.right, at.other),
        "the path through {instead} into {where} was forgotten",
        "The error signal of a hidden neuron is a sum over all its paths to the next layer.",
    ),
    Mistake(
        "path-weights-transposed",
        "path",
        back.square_paths,
        lambda at: at.right.swapaxes(1, 2),
        "the two indices of the weights between {where} were swapped on the way back",
        "The edges are the same on the way back: the first index still says where an edge begins.",
    ),
    Mistake(
        "path-weights-of-neighbour",
        "path",
        back.rows_beside,
        lambda at: at.whole[:, at.other],
        "the error came back to {where} through the weights of {instead}",
        "The error returns along the same edges: the first index of their weights is the neuron's.",
    ),
    Mistake(
        "weights-into-the-neuron",
        "path",
        back.paths_after,
        _weights_into,
        "the error came back to {where} through weights that lead into it, not out of it",
        "The error comes back through the weights of the edges that leave the neuron.",
    ),
    Mistake(
        "weights-of-layer-before",
        "path",
        back.layers_before,
        lambda at: np.broadcast_to(at.before, at.right.shape),
        "on the way back between {where}, weights of the layer before were used",
        "The error comes back through the weights of the edges it travels on.",
        common=1,
    ),
    Mistake(
        "weight-for-input",
        "input",
        back.own_input,
        lambda at: 0.0 * at.right + at.weight,
        "{instead} was multiplied in where the input belongs",
        "A gradient is error signal · slope · input: what the edge brings, not its weight. "
        "A bias has the input 1.",
        common=3,
    ),
    Mistake(
        "input-left-out",
        "input",
        back.weights_input,
        lambda at: left_out(at.right),
        "the input from {where} was left out of the gradient",
        "A weight's gradient ends with the input it multiplies; only a bias has the input 1.",
        common=3,
    ),
    Mistake(
        "sum-for-input",
        "input",
        back.hidden_input,
        lambda at: at.input_sum,
        "the input sum r of {where} was taken where its output g(r) belongs",
        "What an edge brings is the output of the neuron it comes from.",
    ),
    Mistake(
        "output-behind-for-input",
        "input",
        back.weights_input,
        lambda at: at.output_behind,
        "the output of the neuron that the edge leads to was taken for the input",
        "The input of a weight is what its edge brings: look at the node it comes from.",
    ),
    Mistake(
        "input-of-neighbour",
        "input",
        back.weights_inputs_beside,
        lambda at: at.input_beside,
        "the input from {instead} was taken instead of that from {where}",
        "The first index of a weight says where its input comes from.",
    ),
    Mistake(
        "bias-with-input",
        "input",
        back.bias_inputs,
        lambda at: at.input_beside,
        "the gradient of the bias was multiplied by the input from {instead}",
        "A bias is a weight whose input is always 1.",
    ),
    Mistake(
        "mean-over-samples",
        "sum",
        back.batch,
        lambda at: at.each.mean(axis=1),
        "the mean over {where} was taken instead of the sum",
        "E is a sum over the samples, so its gradient is a sum as well.",
        common=3,
    ),
    Mistake(
        "one-sample",
        "sum",
        back.samples,
        lambda at: at.each[:, at.other],
        "only {instead} was counted",
        "In batch learning the gradients of all samples are added before the weight moves.",
        common=3,
    ),
    Mistake(
        "sample-forgotten",
        "sum",
        back.missed_samples,
        lambda at: at.right - at.each[:, at.other],
        "{instead} was forgotten in the sum",
        "In batch learning the gradients of all samples are added before the weight moves.",
    ),
    Mistake(
        "other-convention",
        "answer",
        answer.delta_answer,
        lambda at: at.asked("delta_r" if at.task.quantity.kind == "delta" else "delta"),
        "this is δ in the other convention",
        "Look which derivative is called δ here: ∂E/∂output, or ∂E/∂r.",
        common=3,
    ),
    Mistake(
        "error-given",
        "answer",
        answer.output_delta_answer,
        lambda at: 0.5 * at.difference[:, 0] ** 2,
        "this is the error E, not the error signal δ",
        "δ tells how fast E changes, not how large it is: it begins with the derivative of E.",
    ),
)

UPDATE: tuple[Mistake, ...] = (
    Mistake(
        "rate-multiplied",
        "answer",
        answer.single_gradient,
        lambda at: at.h * at.right,
        "the gradient was multiplied by h already",
        "The learning rate has its turn in the update; the gradient is without it.",
    ),
    Mistake(
        "rate-forgotten",
        "step",
        back.step,
        lambda at: at.right / at.h,
        "the learning rate h was forgotten",
        "The step is h times the gradient.",
        common=3,
    ),
    Mistake(
        "sign-of-update",
        "step",
        back.update,
        lambda at: -at.right,
        "the step was added instead of subtracted",
        "Gradient descent goes against the gradient: minus h · ∂E/∂w.",
        common=3,
    ),
    Mistake(
        "gradient-given",
        "answer",
        answer.answer_of("weight", "bias"),
        lambda at: at.asked("gradient"),
        "this is the gradient, not the updated value",
        "The update starts from the old value and takes h times the gradient away.",
    ),
    Mistake(
        "step-given",
        "answer",
        answer.answer_of("weight", "bias"),
        lambda at: at.asked("step"),
        "this is the step h · gradient, not the updated value",
        "Take the step away from the old value.",
    ),
    Mistake(
        "change-given",
        "answer",
        answer.answer_of("weight", "bias"),
        lambda at: -at.asked("step"),
        "this is by how much the value changes, not the value itself",
        "Add the change to the old value.",
    ),
)
