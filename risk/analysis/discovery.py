"""Which of many findings are more than chance: the share of false ones among them is controlled.

==========  ====  =================================================================================
symbol      unit  meaning
==========  ====  =================================================================================
p, n        1     chance that noise alone is so clear, of each finding; their number
q           1     ``min over j ≥ i of n p₍ⱼ₎ / j``: share of false findings if all as clear are told
==========  ====  =================================================================================

Notes
-----
Benjamini and Hochberg (1995, *JRSS B* 57(1)), as in `statsmodels.stats.multitest`, which loads for longer
than an answer takes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def false_share(chances: ArrayLike) -> Array:
    """Share of false findings among those at least as clear as each, (finding,).

    Parameters
    ----------
    chances : (finding,) in [0, 1].
    """
    p = np.asarray(chances, dtype=np.float64)
    n, order = len(p), np.argsort(p)
    clear = p[order] / (np.arange(1, n + 1) / n)
    q = np.empty(n)
    q[order] = np.minimum(np.minimum.accumulate(clear[::-1])[::-1], 1.0)
    return q
