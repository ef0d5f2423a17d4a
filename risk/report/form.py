"""What a reader may choose of a pack, and how a pack says what it was made with."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, cast, get_args

Paper = Literal["a4", "letter"]

FEWEST, MOST = 1_000, 20_000
"""Rows of Sample: enough for a 95% quantile, and as many as TailRows at most."""


@dataclass(frozen=True)
class Form:
    """Form of a pack.

    Attributes
    ----------
    paper : it is printed on.
    sample : paths that the sheet Sample lists, where the run has as many.
    mask : companies are shown by letters.
    book : key of the committee's book kept beside the run (`risk.analysis.book.kept`); empty for none.
    """

    paper: Paper = "a4"
    sample: int = 5_000
    mask: bool = False
    book: str = ""


DEFAULT_FORM = Form()


@dataclass(frozen=True)
class Recipe:
    """What a pack was made of beside its run: ids of other runs, and its form."""

    prior: str = ""
    beside: tuple[str, ...] = ()
    form: Form = DEFAULT_FORM

    def properties(self) -> dict[str, str | int]:
        """Custom properties of the document that say it."""
        runs = {"prior_run": self.prior, "beside_runs": " ".join(self.beside)}
        named = {name: ids for name, ids in runs.items() if ids}
        masked = {"masked": 1} if self.form.mask else {}
        book = {"book": self.form.book} if self.form.book else {}
        return {**named, "paper": self.form.paper, "sample_rows": self.form.sample, **masked, **book}

    @classmethod
    def read(cls, properties: Mapping[str, str]) -> Self:
        """Recipe that custom properties say; what they do not say is the default."""
        usual = DEFAULT_FORM
        rows, paper = properties.get("sample_rows", ""), properties.get("paper", "")
        form = Form(
            cast(Paper, paper) if paper in get_args(Paper) else usual.paper,
            int(rows) if rows.isdecimal() and FEWEST <= int(rows) <= MOST else usual.sample,
            "masked" in properties,
            properties.get("book", ""),
        )
        return cls(properties.get("prior_run", ""), tuple(properties.get("beside_runs", "").split()), form)

    def options(self) -> str:
        """The same as options of `bubblerisk pack`."""
        usual = DEFAULT_FORM
        words = [f"--prior {self.prior}"] if self.prior else []
        words += [f"--with {other}" for other in self.beside]
        words += [f"--paper {self.form.paper}"] if self.form.paper != usual.paper else []
        words += [f"--sample {self.form.sample}"] if self.form.sample != usual.sample else []
        words += ["--mask"] if self.form.mask else []
        words += [f"--book {shlex.quote(self.form.book.rpartition('@')[0])}"] if self.form.book else []
        return "".join(f" {word}" for word in words)
