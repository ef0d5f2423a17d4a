"""Everything one random block draws: parameters (what we do not know) and shocks (what happens).

All of it is drawn before the first quarter, always for the full 1,024 paths, into read-only arrays. Streams
by name:

=========================
===================================================================================== ``parameter:<id>``
one uniform a path for each entry with a prior (one a component for a Dirichlet) ``factor:<letter>``
innovations of a common factor ``mixing``                 the eight normals behind the Student-t mixing
variable, one set a path and quarter ``shock:<group>:<i>``      idiosyncratic innovations of entity i of a
group ``event:<name>:<i>``       uniforms that decide a hazard event for entity i =========================
=====================================================================================

A stream belongs to one factor or one entity, and quarters come one after another within it: an appended
factor or entity and a longer horizon leave every number drawn before in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from risk.assumptions.priors import Dirichlet
from risk.errors import AssumptionError
from risk.factors import LETTERS, arranged
from risk.shocks.dependence import SQUARES, correlate, student_t, student_t_mixing
from risk.shocks.stream import BLOCK, fill_open_uniform, generator, open_uniform, shock_seed

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Entry

Array = NDArray[np.float64]

CORRELATION = "dependence.correlation"
DEGREES_OF_FREEDOM = "dependence.degrees_of_freedom"


@dataclass(frozen=True)
class Shocks:
    """Standardised innovations of one random block; every array is read-only.

    Attributes
    ----------
    common
        Multivariate Student-t innovations in the order of `risk.factors`, shape (quarter, path, factor), unit
        variance before the clip at ±5.
    idiosyncratic
        By entity group, Student-t innovations under the same mixing variable, shape (quarter, path, entity).
    uniform
        By hazard event, values in (0, 1), shape (quarter, path, entity).
    mixing
        What makes all innovations of a path and quarter large together, shape (quarter, path, 1).
    """

    common: Array
    idiosyncratic: Mapping[str, Array]
    uniform: Mapping[str, Array]
    mixing: Array

    def factor(self, letter: str) -> Array:
        """Innovations of one common factor, shape (quarter, path, 1)."""
        column = LETTERS.index(letter)
        return self.common[..., column : column + 1]


def end_to_end(parts: Sequence[Shocks]) -> Shocks:
    """Shocks of several blocks as of one, the paths of each after those of the one before."""
    if len(parts) == 1:
        return parts[0]

    def joined(arrays: Iterable[Array]) -> Array:
        return _frozen(np.concatenate(tuple(arrays), axis=1))

    first = parts[0]
    return Shocks(
        common=joined(part.common for part in parts),
        idiosyncratic=MappingProxyType(
            {group: joined(part.idiosyncratic[group] for part in parts) for group in first.idiosyncratic}
        ),
        uniform=MappingProxyType(
            {event: joined(part.uniform[event] for part in parts) for event in first.uniform}
        ),
        mixing=joined(part.mixing for part in parts),
    )


def sample_parameter(entry: Entry, seed: int, block: int) -> Array:
    """Draw one assumption for every path of a block, by inverting its prior.

    A path keeps its rank in the prior when a scenario moves or replaces the prior: one uniform stream serves
    an assumption whatever the shape.

    Parameters
    ----------
    entry
        Assumption with `id`, `value`, `scale` and `prior` (or None).
    seed, block
        Of the stream ``parameter:<id>``.

    Returns
    -------
    Shape (1024,) in base units; (1024, k) for an entry with a Dirichlet prior, whose rows sum to 1. Without a
    prior the value itself, repeated.
    """
    if entry.prior is None:
        return np.full((BLOCK, *np.shape(entry.value)), _constant(entry))
    uniforms = parameter_uniforms(entry, seed, block)
    if isinstance(entry.prior, Dirichlet):
        mean = np.asarray(entry.value, dtype=np.float64)
        return dirichlet(mean, entry.prior.concentration, uniforms.T)
    return np.asarray(entry.prior.quantile(uniforms[0]) * entry.scale)


def parameter_uniforms(entry: Entry, seed: int, block: int) -> Array:
    """What an uncertain assumption is drawn from, (component, 1024) in (0, 1); one component of a number."""
    components = np.size(entry.value) if isinstance(entry.prior, Dirichlet) else 1
    return open_uniform(generator(seed, f"parameter:{entry.id}", block), (components, BLOCK))


def dirichlet(mean: Array, concentration: float, uniform: Array) -> Array:
    """Dirichlet draws by normalised gamma quantiles.

    Parameters
    ----------
    mean
        Expected shares, shape (k,); normalised here, zeros stay zero.
    concentration
        Sum of the Dirichlet's parameters; the variance of share m is m (1 − m) / (concentration + 1).
    uniform
        Values in (0, 1), shape (…, k): one for each component.

    Returns
    -------
    Shape (…, k), non-negative, summing to 1.
    """
    alpha = concentration * mean / mean.sum()
    present = alpha > 0.0
    gamma = np.where(present, gammaincinv(np.where(present, alpha, 1.0), uniform), 0.0)
    return np.asarray(gamma / gamma.sum(axis=-1, keepdims=True))


def draw_parameters(assumptions: Assumptions, seed: int, *blocks: int) -> dict[str, float | Array]:
    """Every numeric assumption of blocks one after another, by id, in base units.

    Returns
    -------
    Entries with a prior have one draw a path: shape (path, 1), or (path, k) for a vector with a Dirichlet
    prior. Entries without a prior are a float or an array of their own shape. Text settings are left out.
    Arrays are read-only.
    """
    return {
        key: _parameter(entry, seed, blocks)
        for key, entry in assumptions.entries.items()
        if not isinstance(entry.value, str)
    }


def _parameter(entry: Entry, seed: int, blocks: Sequence[int]) -> float | Array:
    if entry.prior is None:
        return _constant(entry)
    drawn = np.concatenate([sample_parameter(entry, seed, block) for block in blocks])
    return _frozen(np.asfortranarray(drawn) if drawn.ndim > 1 else drawn[:, None])


def _constant(entry: Entry) -> float | Array:
    scaled = np.asarray(entry.value, dtype=np.float64) * entry.scale
    return float(scaled) if np.ndim(scaled) == 0 else _frozen(scaled)


def draw_shocks(
    assumptions: Assumptions,
    seed: int,
    block: int,
    quarters: int,
    entities: Mapping[str, Sequence[int]],
    events: Mapping[str, Sequence[int]],
    other: int = 0,
) -> Shocks:
    """All shocks of a block.

    Parameters
    ----------
    assumptions
        Supplies ``dependence.correlation`` (6 × 6) and ``dependence.degrees_of_freedom`` (whole, 3 … 8).
    seed, block
        Of every stream.
    quarters
        Number of steps.
    entities
        Idiosyncratic innovations wanted: group -> stream numbers of its entities, e.g. ``{"firm": (0, 1)}``.
    events
        Uniforms wanted: hazard event -> stream numbers of its entities, e.g. ``{"regime": (0,)}``.
    other
        Which other shocks to draw, from 1, on the same parameters (degrees of freedom among them); 0 = those
        of the seed itself.
    """
    shape = (quarters, BLOCK)
    freedom = sample_parameter(assumptions.entries[DEGREES_OF_FREEDOM], seed, block)
    seed = shock_seed(seed, other)
    correlation = correlation_of(assumptions)
    mixing = student_t_mixing(
        generator(seed, "mixing", block).standard_normal((*shape, SQUARES)), freedom[:, None]
    )
    common = correlate(_normals(seed, block, shape, [f"factor:{letter}" for letter in LETTERS]), correlation)
    return Shocks(
        common=_frozen(student_t(common, mixing)),
        idiosyncratic=MappingProxyType(
            {
                group: _frozen(
                    student_t(_normals(seed, block, shape, _names("shock", group, wanted)), mixing)
                )
                for group, wanted in entities.items()
            }
        ),
        uniform=MappingProxyType(
            {
                event: _frozen(_uniforms(seed, block, shape, _names("event", event, wanted)))
                for event, wanted in events.items()
            }
        ),
        mixing=_frozen(mixing),
    )


def correlation_of(assumptions: Assumptions) -> Array:
    """The factors' correlation in their own order, whatever order the register gives it in, (factor, factor).

    Raises
    ------
    AssumptionError : a factor has no row, or a row no factor.
    """
    entry = assumptions.entries[CORRELATION]
    try:
        places = list(arranged(entry.labels))
    except ValueError as error:
        raise AssumptionError(f"{CORRELATION} {error}") from None
    return np.asarray(_constant(entry))[np.ix_(places, places)]


def _names(kind: str, group: str, numbers: Sequence[int]) -> list[str]:
    return [f"{kind}:{group}:{i}" for i in numbers]


def _normals(seed: int, block: int, shape: tuple[int, int], names: list[str]) -> Array:
    return _columns(seed, block, shape, names, lambda stream, out: stream.standard_normal(out=out))


def _uniforms(seed: int, block: int, shape: tuple[int, int], names: list[str]) -> Array:
    return _columns(seed, block, shape, names, fill_open_uniform)


def _columns(
    seed: int,
    block: int,
    shape: tuple[int, int],
    names: list[str],
    fill: Callable[[np.random.Generator, Array], object],
) -> Array:
    """Draw one stream a column, (quarter, path, name); the paths of a column lie side by side in memory."""
    found = np.empty((len(names), *shape))
    for name, column in zip(names, found, strict=True):
        fill(generator(seed, name, block), column)
    return np.moveaxis(found, 0, 2)


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
