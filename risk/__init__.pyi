from risk.door.calls import open as open
from risk.door.calls import run as run
from risk.door.priors import dirichlet as dirichlet
from risk.door.priors import discrete_uniform as discrete_uniform
from risk.door.priors import lognormal as lognormal
from risk.door.priors import normal as normal
from risk.door.priors import triangular as triangular
from risk.door.priors import uniform as uniform
from risk.door.registers import register as register
from risk.door.registers import scenarios as scenarios
from risk.door.registers import stored as stored
from risk.door.result import Result as Result

__all__: list[str]
__version__: str
