from risk.door.batches import batch as batch
from risk.door.calls import forecast as forecast
from risk.door.calls import open as open
from risk.door.calls import recorded as recorded
from risk.door.calls import run as run
from risk.door.calls import trace as trace
from risk.door.checking import doctor as doctor
from risk.door.checking import verify as verify
from risk.door.desk import Where as Where
from risk.door.packs import pack as pack
from risk.door.packs import pdf as pdf
from risk.door.priors import dirichlet as dirichlet
from risk.door.priors import discrete_uniform as discrete_uniform
from risk.door.priors import lognormal as lognormal
from risk.door.priors import normal as normal
from risk.door.priors import triangular as triangular
from risk.door.priors import uniform as uniform
from risk.door.register import Register as Register
from risk.door.registers import register as register
from risk.door.registers import scenarios as scenarios
from risk.door.registers import stored as stored
from risk.door.result import Result as Result
from risk.door.screening import screen as screen
from risk.door.shelf import remove as remove
from risk.door.studies import amplification as amplification
from risk.door.studies import estimate as estimate
from risk.door.studies import hindcast as hindcast
from risk.door.studies import rehearse as rehearse
from risk.door.studies import replay as replay
from risk.door.told import Told as Told

__all__: list[str]
__version__: str
