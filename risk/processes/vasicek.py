"""One-factor credit: conditional default probability and the loss given default that goes with it.

References
----------
Vasicek (2002), "Loan portfolio value", *Risk* 15(12); Frye and Jacobs (2012), "Credit loss and systematic
loss given default", *Journal of Credit Risk* 8(1).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from risk.processes import Array, Numeric


def conditional_default_probability(
    default_probability: Numeric, correlation: Numeric, stress: Numeric
) -> Array:
    """Default probability of a large pool, given the state of the systematic factor.

    Parameters
    ----------
    default_probability
        Unconditional, over the period, in [0, 1].
    correlation
        Asset correlation ρ in [0, 1]; at 1 all names default or none.
    stress
        Systematic factor, standard normal, **up is bad**; the state at quantile q of badness is ``Φ⁻¹(q)``.

    Returns
    -------
    In [0, 1]; its mean over a standard normal `stress` is `default_probability`.

    Notes
    -----
    ``Φ((Φ⁻¹(PD) + √ρ y) / √(1 − ρ))``.
    """
    threshold = ndtri(default_probability) + np.sqrt(correlation) * stress
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr(threshold / np.sqrt(1.0 - np.asarray(correlation))))


def frye_jacobs_index(default_probability: Numeric, lgd: Numeric, correlation: Numeric) -> Array:
    """Index k of the Frye–Jacobs function, ``(Φ⁻¹(PD) − Φ⁻¹(PD · LGD)) / √(1 − ρ)``.

    Parameters
    ----------
    default_probability
        Unconditional, in (0, 1).
    lgd
        Expected loss given default (expected loss ÷ PD), in (0, 1].
    correlation
        Asset correlation, in [0, 1).
    """
    spread = ndtri(default_probability) - ndtri(np.multiply(default_probability, lgd))
    return np.asarray(spread / np.sqrt(1.0 - np.asarray(correlation)))


def frye_jacobs(conditional_default: Numeric, index: Numeric) -> Array:
    """Loss given default that goes with a conditional default rate.

    Parameters
    ----------
    conditional_default
        Default rate of the state, in [0, 1].
    index
        k of `frye_jacobs_index`; non-negative.

    Returns
    -------
    In [0, 1], rising in the default rate; 0, its limit, where nothing defaults.

    Notes
    -----
    ``cLGD = Φ(Φ⁻¹(cPD) − k) / cPD``: conditional loss is itself Vasicek with the same correlation.
    """
    rate = np.asarray(conditional_default, dtype=np.float64)
    defaulting = rate > 0.0
    return np.where(defaulting, ndtr(ndtri(rate) - index) / np.where(defaulting, rate, 1.0), 0.0)
