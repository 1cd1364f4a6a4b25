"""The slow loop across the web: die bolts that take out the profile between lanes."""

from __future__ import annotations

import numpy as np

from twin.control.disturbance import Disturbance, Values
from twin.control.equipment import Bought
from twin.randomness import Streams
from twin.units import Fraction, Metres

# the profile hardly changes within a piece of web of this length [m]
PIECE = 50


class DieBolts(Bought):
    """Motors on the bolts of the die lip, moved by what the gauge saw of each lane.

    Attributes:
        every: web between two moves [m].
        weight: share of a lane's mean that a move corrects [-].
        resolution: smallest move, as loading [-].
    """

    every: Metres
    weight: Fraction
    resolution: Fraction


def lane_profiles(
    streams: Streams, disturbance: Disturbance, shape: tuple[int, int, int], bolts: DieBolts | None, noise: float
) -> Values:
    """Return the loading of each lane relative to the mean of all [-]. Shape (pieces, rolls, lanes).

    Args:
        streams: one stream of random numbers for each part.
        disturbance: what disturbs.
        shape: (pieces of web, rolls, lanes).
        bolts: the loop across; None for a die that stays as it was set.
        noise: of one second of the gauge [-].
    """
    pieces, rolls, lanes = shape
    if lanes == 1:
        return np.zeros(shape)
    # bolts have been moved on the web before, so a roll begins as they have left it
    moves = max(1, round(bolts.every / PIECE)) if bolts is not None else 0
    before = 12 * moves
    length = disturbance.lanes_length
    keep = float(np.exp(-PIECE / length)) if length else 0.0
    draws = streams("lanes").standard_normal((before + pieces, rolls, lanes))
    # the mean of all lanes is the other loop's; what is left has the declared spread
    draws = (draws - draws.mean(axis=2, keepdims=True)) * (disturbance.lanes / np.sqrt(1 - 1 / lanes))
    profile: Values = draws * float(np.sqrt(1 - keep**2))
    profile[0] = draws[0]
    for here in range(1, len(profile)):
        profile[here] += keep * profile[here - 1]
    if bolts is None:
        return profile
    return _bolted(streams, profile, bolts, moves, noise)[before:]


def _bolted(streams: Streams, profile: Values, bolts: DieBolts, moves: int, noise: float) -> Values:
    """Return the profile with the bolts moved after each ``moves`` pieces."""
    set_to = np.zeros(profile.shape[1:])
    errors = streams("lane gauge")
    for begin in range(0, len(profile), moves):
        piece = profile[begin : begin + moves]
        piece += set_to
        seen = piece.mean(axis=0) + noise * errors.standard_normal(set_to.shape)
        set_to = set_to - bolts.weight * (seen - seen.mean(axis=1, keepdims=True))
        if bolts.resolution:
            set_to = np.round(set_to / bolts.resolution) * bolts.resolution
    return profile
