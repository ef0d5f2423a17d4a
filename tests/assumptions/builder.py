"""A small but complete register that tests write, spoil and load."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from risk.assumptions import AssumptionErrors, Assumptions, Problem, load

PROVENANCE = """\
source = "sector-page"
as_of = 2026-06-30
grade = "judgement"
"""

RUN = f"""\
[run.base_date]
value = "2026-06-30"
unit = "date"
owner = "Risk"
{PROVENANCE}
[run.quarters]
value = 26
unit = "quarter"
owner = "Risk"
{PROVENANCE}
[run.as_of]
value = "2026-10-10"
unit = "date"
owner = "Risk"
{PROVENANCE}"""

GPU = f"""\
# What is known of GPU rents.

[gpu.launch_obsolescence]
value   = 0.15
unit    = "1"
prior   = {{ shape = "triangular", low = 0.05, mode = 0.15, high = 0.40 }}
source  = "sector-page"
locator = "How it works"
as_of   = 2026-06-30
grade   = "judgement"
owner   = "Research"
note    = "−12% at a launch of 2.3 times the throughput."

[gpu.system_price]
value = 53
unit = "USD k/GPU"
domain = "positive"
owner = "Research"
{PROVENANCE}
[gpu.spot.reversion]
value = 0.45
unit = "1/q"
prior = {{ shape = "normal", mean = 0.45, sd = 0.1, low = 0.2, high = 0.8 }}
domain = "share"
owner = "Research"
{PROVENANCE}
[gpu.delivery]
value = [0.2, 0.5, 0.3]
unit = "fraction"
prior = {{ shape = "dirichlet", concentration = 20 }}
domain = "weights"
owner = "Research"
{PROVENANCE}
[[gpu.generation]]
name = "H100"
launch = ""
numeraire = true
newest = true
gpus = 4.0
relative_throughput = 0
index = 2.65
power = 1.3
opex = 0.45
compute = 989
memory_bandwidth = 3.35
memory = 80
{PROVENANCE}
[[gpu.generation]]
name = "Rubin"
launch = "2026Q4"
gpus = 0
relative_throughput = 2.27
index = 0
power = 2.6
opex = 0.86
compute = 8325
memory_bandwidth = 22
memory = 288
{PROVENANCE}"""

DEPENDENCE = f"""\
[dependence.correlation]
value = [[1.0, 0.6, -0.5], [0.6, 1.0, -0.3], [-0.5, -0.3, 1.0]]
labels = ["L", "Z", "M"]
unit = "1"
domain = "correlation"
owner = "Risk"
{PROVENANCE}
[dependence.regime]
value = [[0.93, 0.06, 0.01], [0.20, 0.70, 0.10], [0.03, 0.27, 0.70]]
unit = "fraction"
domain = "transition"
owner = "Risk"
{PROVENANCE}"""

CREDIT = f"""\
[[credit.holder]]
name = "BDC"
role = "fund"
assets_to_equity = 2.1
carry = 0.045
threshold = 0.1
{PROVENANCE}
[[credit.holder]]
name = "pension"
role = "pension"
assets_to_equity = 1
carry = 0.06
threshold = 0.1
{PROVENANCE}
[[credit.holding]]
instrument = "ddtl"
holder = "BDC"
share = 0.4
{PROVENANCE}
[[credit.holding]]
instrument = "ddtl"
holder = "pension"
share = 0.6
{PROVENANCE}"""

PROPOSITIONS = f"""\
version = "1"

[propositions.capex_fall]
value = 0.7
unit = "1"
domain = "share"
owner = "Committee"
{PROVENANCE}
[[proposition]]
id = "B2"
side = "bear"
statement = "Capex falls by 30%."
source = "sector-page"

[[proposition.any]]
quantity = "capex"
relative_to = "peak"
over = "run"
at_most = "propositions.capex_fall"
"""

TARGETS = """\
[[target]]
id = "T1"
label = "Clearing"
statement = "The GPU market clears at the base date."
status = "met"
measure = "clearing"
high = 1e-6
source = "sector-page"
"""

FIGURES = """\
[parts]
"How it works" = ["How it works"]

[[figure]]
id = "f001"
section = "How it works"
value = "15"
unit = "%"
evidence_for = ["gpu.launch_obsolescence", "gpu.generation.H100", "target:T1", "proposition:B2"]

[[figure]]
id = "f002"
section = "How it works"
value = "2.50"
unit = "$/h"
replaced_by = "0.5 * {gpu.generation.H100.index}"
why = "The page's own costs imply less."
"""

CONTRADICTIONS = """\
[[fact]]
id = "fact"
name = "Rent on record"
value = "1-2"
unit = "$/h"
source = "Record"

[[contradiction]]
id = "c001"
claim = "The rent is 2.50 of 15."
says = "{f002} / {fact}"
against = "2 ** {f001} * {gpu.system_price}"
unit = "x"
reading = "They differ."
"""

SOURCES = """\
[sector-page]
title = '"AI Infrastructure & Datacenter" (sector page, 2026-05-30)'
publisher = "Research"
date = 2026-05-30
grade = "page"
url = "https://example.org/page"
"""

TERMS = """\
sector = "AI"
devices = "GPUs"
capacity = "compute"
progress = "algorithmic efficiency"
anchors = "labs"
operator = "neocloud"
operators = "neoclouds"
spender = "Big-Five"
spenders = "hyperscalers"
"""

BASE = {
    "run": RUN,
    "gpu": GPU,
    "dependence": DEPENDENCE,
    "credit": CREDIT,
    "propositions": PROPOSITIONS,
    "targets": TARGETS,
    "page_figures": FIGURES,
    "contradictions": CONTRADICTIONS,
    "sources": SOURCES,
    "terms": TERMS,
}


@dataclass
class Register:
    """Files of a register under a temporary folder."""

    folder: Path
    base: dict[str, str] = field(default_factory=lambda: dict(BASE))
    scenarios: dict[str, str] = field(default_factory=dict)

    def edit(self, file: str, before: str, after: str) -> Register:
        """Replace the first `before` in a base file; it must be there."""
        assert before in self.base[file], f"{before!r} is not in {file}.toml"
        self.base[file] = self.base[file].replace(before, after, 1)
        return self

    def add(self, file: str, text: str) -> Register:
        """Append to a base file."""
        self.base[file] = self.base.get(file, "") + "\n" + text
        return self

    def scenario(self, name: str, text: str = "", inherits: str = "") -> Register:
        """Write a scenario whose head is given, with the rest of its text."""
        heirs = f"inherits = {inherits}\n" if inherits else ""
        self.scenarios[name] = f'[scenario]\ntitle = "{name}"\n{heirs}{text}'
        return self

    def write(self) -> Path:
        for kind, files in (("base", self.base), ("scenarios", self.scenarios)):
            (self.folder / kind).mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (self.folder / kind / f"{name}.toml").write_text(text, encoding="utf-8")
        return self.folder

    def load(self, scenario: str | Path = "base") -> Assumptions:
        return load(self.write(), scenario)

    def problems(self, scenario: str | Path = "base") -> tuple[Problem, ...]:
        """Load, which must fail, and return why."""
        try:
            self.load(scenario)
        except AssumptionErrors as error:
            return error.problems
        raise AssertionError("the register loads")

    def problem(self, scenario: str | Path = "base") -> Problem:
        """Load, which must fail for one reason, and return it."""
        problems = self.problems(scenario)
        assert len(problems) == 1, "\n\n".join(map(str, problems))
        return problems[0]
