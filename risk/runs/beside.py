"""What was measured beside a run and is kept with it; no part of its identity."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from risk.errors import StorageError
from risk.runs.files import read_json

STYLISED = "stylised.json"
"""What calibration measured on stylised facilities, kept beside a run; no part of its identity."""

FEEDBACK = "feedback.json"
"""What calibration measured of couplings and the loop, kept in the same way."""

ORDER = "order.json"
"""What calibration measured of how stresses order, kept in the same way."""

PARAMETER_BAND = "band.json"
"""What two runs on the same parameters tell of every probability, kept in the same way."""

BUDGET = "budget.json"
"""What of every result is parameters, shocks and both, kept in the same way."""

CHALLENGER = "challenger.json"
"""What couplings do to the figures that are challenged, kept in the same way."""


class Beside(ABC):
    """A run as far as things are kept beside it."""

    @property
    @abstractmethod
    def id(self) -> str:
        """Run id: 12 hex digits."""

    @property
    @abstractmethod
    def directory(self) -> Path:
        """Folder of the run."""

    @property
    def stylised(self) -> dict[str, Any] | None:
        """Paths on which stylised facilities defaulted, by case and tenor; None where not measured."""
        return self._beside(STYLISED)

    @property
    def feedback(self) -> dict[str, Any] | None:
        """What couplings add and what the loop returns (`risk.analysis.feedback`); None likewise."""
        return self._beside(FEEDBACK)

    @property
    def order(self) -> dict[str, Any] | None:
        """What the joint stress does beside its parts (`risk.calibrate.order`); None likewise."""
        return self._beside(ORDER)

    @property
    def parameter_band(self) -> dict[str, Any] | None:
        """How far probabilities depend on parameters (`risk.analysis.parameter_band`); None likewise."""
        return self._beside(PARAMETER_BAND)

    @property
    def challenger(self) -> dict[str, Any] | None:
        """What couplings do to challenged figures (`risk.calibrate.challenger.cut`); None likewise."""
        return self._beside(CHALLENGER)

    @property
    def budget(self) -> dict[str, Any] | None:
        """What of every result is parameters, shocks and both (`risk.calibrate.budget`); None likewise."""
        return self._beside(BUDGET)

    def _beside(self, name: str) -> dict[str, Any] | None:
        """What was measured beside the run and kept under a name; None where nothing was."""
        path = self.directory / name
        if not path.exists():
            return None
        content = read_json(path)
        if content["run"] != self.id:
            raise StorageError(f"{path} belongs to another run", f"remove {path} and check the run again")
        return content
