import numpy as np

from risk.mechanisms.gpu_repricing import generations
from tests.base_names import B200, H100
from tests.mechanisms.given import column, given, row
from tests.mechanisms.worked import worked


def test_worked_example() -> None:
    with worked("gpu-repricing", "throughput") as w:
        p = given(
            generations.Params,
            launch_obsolescence=column(w["ω"]),
            index=row(
                w["one-year rent, A100"], w["one-year rent, H100"], 3.60, w["one-year rent, B200"], 0.0
            ),
            ratio_to_newest=row(0, 0, 0, 0, w["Rubin over B200"]),
            numeraire=H100,
            newest=B200,
        )
        found = generations.throughput(p)[0]
        w.agrees("E of A100", found[0])
        assert found[H100] == 1.0
        w.agrees("E of B200", found[B200])
        w.agrees("E of Rubin", found[4])


def test_rent_is_proportional_to_throughput_to_the_power_of_one_plus_omega() -> None:
    index = row(1.10, 2.65, 3.60, 5.30)
    omega = column(0.05, 0.4)
    p = generations.Params(omega, index, np.zeros_like(index), H100, B200)
    rents = 2.65 * generations.throughput(p) ** (1.0 + omega)
    np.testing.assert_allclose(rents, np.broadcast_to(index, rents.shape), rtol=1e-14)
