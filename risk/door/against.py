"""What a stored run is held against: other runs, and registers that are tried on its draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from risk.door import opening
from risk.door.answers import Answers
from risk.door.told import Told

if TYPE_CHECKING:
    from risk.calibrate.bridge import By


class Against(Answers):
    """A stored run beside others. What is simulated is kept, its cost told before; the same call goes on."""

    def budget(self, groups: bool = False) -> Told[Any]:
        """What of every result is parameters, what shocks, what both; simulated where nobody has yet.

        Parameters
        ----------
        groups : each group of `assumptions/groups.toml` by itself too, a run of 4,096 paths a group.
        """
        from risk.door.explaining import budgeted

        return budgeted(self.stored, groups, self._desk, self._names)

    def reverse(self, condition: str, then: Sequence[str] = (), *, prove: bool = True) -> Told[Any]:
        """What leads to a condition, such as ``headline_loss > 200 and B4``, and what warns of it.

        Parameters
        ----------
        then : quantities or conditions to look at where it is met.
        prove : simulate the most likely path again, and hold it against the condition.

        Raises
        ------
        UsageError : a condition cannot be read, or too few paths meet it, or do not.
        StorageError : the model is no longer the one that made the run.
        """
        from risk.door.reversing import reverse

        return replace(reverse(self.stored, condition, tuple(then), prove, self._desk), names=self._names)

    def challenger(self) -> Told[Any]:
        """The run beside a reduced form on the same register, and what closes each difference.

        Of a base run couplings are cut on the same draws where nobody has yet: a minute or so.
        """
        from risk.door.studies import challenged

        return replace(challenged(self.stored, self._desk), names=self._names)

    def compare(self, before: Answers | str, outcome: str = "", when: str = "") -> Told[Any]:
        """What was assumed, and came out, differently from an earlier run: a result, an id or a scenario.

        Parameters
        ----------
        outcome, when : a result and a condition that are compared before all others, as in `explain`.
        """
        from risk.report.naming import shared
        from risk.report.terminal import comparison, markdown

        old = before.stored if isinstance(before, Answers) else opening.any_version(before, self._desk)
        old = opening.whole(old) if comparison.readable(old) else old
        found = comparison.compare(old, self.stored, outcome, when)
        mask = self._names.masked
        called = self._names if found.unread else shared(old.register, self.stored.register, masked=mask)
        return Told(found, comparison.DOCUMENT, comparison.screen, called, memo=markdown.comparison)

    def bridge(self, before: Answers | str, *, by: By = "section", paths: int = 4_096) -> Told[Any]:
        """From an earlier run to this one, input by input, and Shapley's shares of groups of inputs.

        Registers in between are simulated where nobody has yet; what comes of them is kept.

        Parameters
        ----------
        before : a result, an id or a scenario.
        by : what groups of inputs are: ``section`` or ``owner``.
        paths : of each register in between, at most.

        Raises
        ------
        UsageError : the older run's inputs are not those of today's model.
        Interrupted : finished registers are kept; the same call goes on from there.
        """
        from risk.door.variants import bridged

        old = before.stored if isinstance(before, Answers) else opening.opened(before, self._desk)
        told = bridged(old, self.stored, by, paths, self._desk)
        return replace(told, names=told.names._replace(masked=self._names.masked))

    def sources(self, *drop: str, paths: int = 4_096) -> Told[Any]:
        """What the headlines do if a source is wrong: its numbers as wide as is plausible.

        Parameters
        ----------
        drop : sources, one run each; without any each that somebody published.
        paths : of each run, at most.

        Raises
        ------
        UsageError : nothing rests on a source of that name.
        Interrupted : finished runs are kept; the same call goes on from there.
        """
        from risk.door.variants import dropped

        return replace(dropped(self.stored, drop, paths, self._desk), names=self._names)

    def whatif(self, *settings: str, scenario: str | None = None, paths: int = 4_096) -> Told[Any]:
        """What the headlines do under a scenario, or with other numbers, on the same draws.

        Parameters
        ----------
        settings : each ``ID=VALUE``, the value as TOML in the entry's unit; its prior is dropped.
        scenario : name or file; the run's own by default.
        paths : of each register, at most.

        Raises
        ------
        UsageError : nothing is asked for, a setting cannot be read, or what is asked for does not run.
        AssumptionErrors : what is asked for is refused, with file and line.
        Interrupted : finished registers are kept; the same call goes on from there.
        """
        from risk.door.variants import whatif

        return replace(whatif(self.stored, settings, scenario, paths, self._desk), names=self._names)

    def tokens(self, hit_rate: float | None = None, *, paths: int = 4_096) -> Told[Any]:
        """What tokens cost by generation and phase, and what coupling would move; kept beside the run.

        Parameters
        ----------
        hit_rate : to which cache hits rise; the register's ``gpu.serving.hit_rate_ahead`` by default.
        paths : of each register that is tried, at most.

        Raises
        ------
        UsageError : the register does not say what is served, or the rate is no rise.
        Interrupted : finished registers are kept; the same call goes on from there.
        """
        from risk.door.variants import tokens

        return replace(tokens(self.stored, hit_rate, paths, self._desk), names=self._names)
