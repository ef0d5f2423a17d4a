"""Fixed rent of a contract whose spot rent is expected to decline."""

from __future__ import annotations

import numpy as np

from risk.processes import Array, Numeric


def level_rent(rent: Numeric, decline: Numeric, tenor: Numeric) -> Array:
    """Level rent with the same total, undiscounted, as a declining one.

    Parameters
    ----------
    rent
        Rent R₀ at signing, in any money unit per unit of use.
    decline
        Expected decline g, 1/year, continuous; negative where rents are expected to rise.
    tenor
        Length τ of the contract, years.

    Returns
    -------
    In the unit of `rent`; at most R₀ for a decline, R₀ itself at g = 0 or τ = 0.

    Notes
    -----
    ``F(τ) = R₀ (1 − e^{−gτ}) / (gτ)``: the average of ``R₀ e^{−gs}`` over the contract.
    """
    span = np.multiply(decline, tenor)
    flat = span == 0.0
    return rent * np.where(flat, 1.0, -np.expm1(-span) / np.where(flat, 1.0, span))
