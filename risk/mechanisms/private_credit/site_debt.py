"""Debt of sites: what the collateral is worth, sponsors who leave, and the notes' downgrade.

Site debt amortizes. Sponsors have exit options; in a digestion of capex part of them leave, and the
residual-value guarantee pays what the site is short of. A site is part shell, part what the chips inside
rent for: as rents fall its value over debt falls, and rating agencies downgrade the notes.

==========  ================  ========  ================================================================
symbol      shape             unit      meaning
==========  ================  ========  ================================================================
value       (path, 1)         multiple  value of a site over its debt
==========  ================  ========  ================================================================

Notes
-----
value = (shell + (1 − shell) · rent / base rent) / loan-to-value;
LGD = 1 − min(1, (1 − discount)(1 − cost) value), the discount that of the market for assets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.parameters import Array, entry

DT = 0.25
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Params:
    """Register entries of site debt."""

    sale_cost: float = entry("credit.sale_cost")
    spv_loan_to_value: float = entry("credit.spv_loan_to_value")
    spv_shell_share: float = entry("credit.spv_shell_share")
    spv_exit_quarters: float = entry("credit.spv_exit_quarters")
    spv_leave_share: float = entry("credit.spv_leave_share")
    spv_guarantee: float = entry("credit.spv_guarantee")
    spv_amortization: float = entry("credit.spv_amortization")  # 1/y
    spv_downgrade: float = entry("credit.spv_downgrade")  # multiple


@dataclass(frozen=True)
class Exits:
    """What sponsors who leave cost, USD, (path, segment)."""

    leaving: Array  # debt whose sponsor leaves
    called: Array  # paid by sponsors under the guarantee
    loss: Array  # what lenders lose beyond it


def spv_value(params: Params, rent_ratio: Array) -> Array:
    """Realized site value over its debt, (path, 1); part shell, part what the chips inside rent for."""
    mix = params.spv_shell_share + (1.0 - params.spv_shell_share) * rent_ratio
    return mix / params.spv_loan_to_value


def loss_given_default(params: Params, value: Array, discount: Array) -> Array:
    """Share of a site's debt lost when it is sold under duress at a discount, (path, 1)."""
    sale = (1.0 - discount) * (1.0 - params.sale_cost) * value
    return 1.0 - np.minimum(1.0, sale)


def exits(params: Params, debt: Array, value: Array, digestion: Array) -> Exits:
    """Sponsors leave at their exit options while capex digests; `debt` (path, segment) is on sites."""
    leaving = debt / params.spv_exit_quarters * digestion * params.spv_leave_share
    called = leaving * np.maximum(0.0, np.minimum(1.0, params.spv_guarantee) - value)
    loss = leaving * np.maximum(0.0, 1.0 - np.maximum(value, params.spv_guarantee))
    return Exits(leaving, called, loss)


def amortization(params: Params, debt: Array) -> Array:
    """Scheduled principal of the quarter, USD, (path, segment)."""
    return params.spv_amortization * DT * debt


def downgraded(params: Params, value: Array) -> Flags:
    """Whether the notes are below their rating, (path, 1)."""
    return value < params.spv_downgrade
