from pathlib import Path

import pytest

from risk.assumptions import load
from risk.assumptions.locate import scenarios
from risk.errors import UsageError
from risk.paths import COUPLINGS
from tests.assumptions.builder import Register

OBSOLESCENCE = """
[change."gpu.launch_obsolescence"]
value = 0.30
prior = { shape = "triangular", low = 0.1, mode = 0.3, high = 0.5 }
why = "A launch every year."
"""
EVENT = """
[[event]]
variable = "demand"
start = "2027Q3"
end = "2028Q4"
size = -0.55
unit = "log"
why = "A glut."
"""


def test_base_is_the_base_alone(register: Register) -> None:
    assumptions = register.load("base")
    assert assumptions.scenario.name == "base"
    assert not assumptions.changes
    assert not assumptions.events
    assert assumptions.switches == dict.fromkeys(COUPLINGS, True)


def test_base_may_have_words(register: Register) -> None:
    register.scenarios["base"] = '[scenario]\nname = "base"\ntitle = "Base case"\ndescription = "As is."\n'
    assumptions = register.load()
    assert (assumptions.scenario.title, assumptions.scenario.description) == ("Base case", "As is.")
    register.scenarios["base"] += OBSOLESCENCE
    assert register.problem().code == "A022"


def test_a_change_replaces_what_it_names_and_remembers_where_from(register: Register) -> None:
    assumptions = register.scenario("fast", OBSOLESCENCE).load("fast")
    entry = assumptions.entries["gpu.launch_obsolescence"]
    assert entry.value == 0.30
    assert entry.prior is not None
    assert entry.prior.support == (0.1, 0.5)
    assert (entry.note[:4], entry.owner) == ("−12%", "Research")
    assert entry.origin == "fast"
    assert entry.origins == {"value": "fast", "prior": "fast"}
    value = entry.changes[0]
    assert (value.id, value.field, value.before, value.after) == (entry.id, "value", 0.15, 0.30)
    assert value.why == "A launch every year."
    assert (Path(value.file).name, value.line) == ("fast.toml", 4)
    assert assumptions.entries["gpu.system_price"].origin == "base"
    assert assumptions.digest != register.load().digest


def test_a_prior_can_be_taken_away(register: Register) -> None:
    text = '[change."gpu.launch_obsolescence"]\nvalue = 0.5\nprior = false\nwhy = "Fixed."\n'
    entry = register.scenario("fixed", text).load("fixed").entries["gpu.launch_obsolescence"]
    assert (entry.value, entry.prior) == (0.5, None)


def test_a_changed_value_that_draws_would_ignore_is_refused(register: Register) -> None:
    text = '[change."gpu.launch_obsolescence"]\nvalue = 0.3\nwhy = "No effect."\n'
    problem = register.scenario("silent", text).problem("silent")
    assert problem.code == "A022"
    assert "prior = false" in problem.fixes[0]


def test_mean_weights_may_change_alone(register: Register) -> None:
    text = '[change."gpu.delivery"]\nvalue = [0.1, 0.5, 0.4]\nwhy = "Slower."\n'
    assert register.scenario("slow", text).load("slow").array("gpu.delivery")[2] == pytest.approx(0.4)


def test_a_change_may_be_of_every_row_of_a_table(register: Register) -> None:
    text = '[change."gpu.generation.*"]\npower = 1.5\nwhy = "All alike."\n'
    table = register.scenario("alike", text).load("alike").tables["gpu.generation"]
    assert len(table.rows) > 1
    assert set(table.numbers("power")) == {1500.0}
    assert {change.id for change in table.changes} == {f"gpu.generation.{name}" for name in table.names}
    problem = register.scenario("wrong", text.replace("power", "powr")).problem("wrong")
    assert (problem.code, problem.line) == ("A003", 4)  # once, not once a row
    assert register.scenario("none", text.replace("generation", "generator")).problem("none").code == "A018"


def test_a_row_of_a_table_can_change(register: Register) -> None:
    text = '[change."gpu.generation.Rubin"]\nlaunch = "2027Q2"\nwhy = "Late."\n'
    assumptions = register.scenario("late", text).load("late")
    table = assumptions.tables["gpu.generation"]
    assert table.words("launch") == ("", "2027Q2")
    assert [(c.id, c.field, c.before) for c in assumptions.changes] == [
        ("gpu.generation.Rubin", "launch", "2026Q4")
    ]


def test_units_may_change_within_their_kind(register: Register) -> None:
    text = '[change."gpu.system_price"]\nvalue = 60_000\nunit = "USD/GPU"\nwhy = "Dear."\n'
    assert register.scenario("dear", text).load("dear").value("gpu.system_price") == 60_000


def test_switches_cut_couplings(register: Register) -> None:
    switches = register.scenario("cut", '[switches]\n"capex->supply" = false\n').load("cut").switches
    assert [name for name, on in switches.items() if not on] == ["capex->supply"]


def test_events_are_read_with_their_unit(register: Register) -> None:
    (event,) = register.scenario("glut", EVENT).load("glut").events
    assert (event.variable, event.start, event.end, event.scaled, event.probability) == (
        "demand",
        "2027Q3",
        "2028Q4",
        -0.55,
        1.0,
    )
    assert event.scenario == "glut"
    text = EVENT.replace('"demand"', '"hy_spread"').replace("-0.55", "400").replace('"log"', '"bp"')
    (event,) = register.scenario("wide", text).load("wide").events
    assert event.scaled == pytest.approx(0.04)


def test_scenarios_inherit_in_order(register: Register) -> None:
    price = '[change."gpu.system_price"]\nvalue = {}\nwhy = "{}"\n'
    register.scenario("one", OBSOLESCENCE + price.format(60, "one"))
    register.scenario("two", EVENT + price.format(70, "two"))
    register.scenario("both", '[switches]\n"capex->supply" = false\n', inherits='["one", "two"]')
    both = register.load("both")
    assert both.scenario.inherits == ("one", "two")
    assert both.value("gpu.system_price") == 70_000
    assert both.entries["gpu.launch_obsolescence"].origin == "one"
    history = [(change.scenario, change.before) for change in both.entries["gpu.system_price"].changes]
    assert history == [("one", 53), ("two", 60)]
    assert [event.scenario for event in both.events] == ["two"]
    assert not both.switches["capex->supply"]


def test_what_is_inherited_twice_is_applied_once(register: Register) -> None:
    register.scenario("root", EVENT)
    register.scenario("left", inherits='"root"').scenario("right", inherits='"root"')
    register.scenario("joint", inherits='["left", "right"]')
    assert len(register.load("joint").events) == 1


def test_a_circle_of_heirs_is_refused(register: Register) -> None:
    register.scenario("one", inherits='"two"').scenario("two", inherits='"one"')
    problem = register.problem("one")
    assert (problem.code, Path(problem.file).name) == ("A022", "two.toml")


def test_a_users_own_file_works_from_any_folder(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = register.scenario("glut", EVENT).write()
    elsewhere = tmp_path / "my work"
    elsewhere.mkdir()
    own = elsewhere / "mine.toml"
    own.write_text(f'[scenario]\ntitle = "Mine"\ninherits = "glut"\n{OBSOLESCENCE}')
    monkeypatch.chdir(elsewhere)
    for which in ("./mine.toml", "mine.toml", str(own), own, Path("mine.toml")):
        assumptions = load(folder, which)
        assert assumptions.scenario.name == "mine"
        assert len(assumptions.events) == 1
    own.rename(elsewhere / "Mine (2).toml")
    from risk.assumptions import AssumptionErrors

    with pytest.raises(AssumptionErrors, match="not a scenario name"):
        load(folder, "./Mine (2).toml")


@pytest.mark.parametrize("name", ["gluut", "../base/run", "GLUT", "", "a" * 80, "..", "-x"])
def test_unknown_scenarios_are_answered(register: Register, name: str) -> None:
    register.scenario("glut", EVENT)
    with pytest.raises(UsageError, match="no scenario"):
        register.load(name)


def test_a_near_miss_of_a_name_is_named(register: Register) -> None:
    register.scenario("glut", EVENT)
    with pytest.raises(UsageError, match="did you mean 'glut'"):
        register.load("gluut")
    assert scenarios(register.folder) == ("base", "glut")


CHANGE = '[change."gpu.system_price"]\nvalue = 60\nwhy = "Dear."\n'
BAD = [
    (CHANGE.replace("system_price", "sistem_price"), "A018", "Did you mean 'gpu.system_price'"),
    (CHANGE.replace('"gpu.system_price"', "gpu.system_price"), "A022", "needs quotes"),
    (CHANGE.replace('why = "Dear."\n', ""), "A004", "'why' is missing"),
    (CHANGE.replace("value = 60\n", ""), "A022", "nothing of gpu.system_price is changed"),
    (CHANGE.replace("value", "valu"), "A003", "Did you mean 'value'"),
    (CHANGE.replace("60", "-60"), "A011", "must be above 0"),
    (CHANGE.replace("60", "nan"), "A006", "must be finite"),
    (CHANGE + 'unit = "GW"\n', "A009", "no multiple of the base's 'USD k/GPU'"),
    (CHANGE + 'source = "nobody"\n', "A010", "unknown source 'nobody'"),
    (CHANGE + "low = 0\n", "A003", "unknown key 'low'"),
    ('[change."gpu.generation.Rubin"]\nname = "X"\nwhy = "W"\n', "A003", "unknown key 'name'"),
    ('[change."gpu.generation.Rubin"]\npower = 0\nwhy = "W"\n', "A011", "power is 0"),
    ('[change."gpu.generation.Rubinn"]\npower = 1\nwhy = "W"\n', "A018", "'gpu.generation.Rubin'"),
    ('change = "x"\n', "A003", "unknown key 'change'"),
    ('[switches]\n"capex->suply" = false\n', "A018", "Did you mean 'capex->supply'"),
    ('[switches]\n"capex->supply" = 0\n', "A005", "true or false"),
    ("[switch]\n", "A003", "Did you mean 'switches'"),
    (EVENT.replace('"demand"', '"demnd"'), "A018", "Did you mean 'demand'"),
    (EVENT.replace('"log"', '"bp"').replace('"demand"', '"power"').replace("bp", "USD"), "A009", "in log"),
    (EVENT.replace('"log"', '"logs"'), "A009", "unknown unit 'logs'"),
    (EVENT.replace("2027Q3", "2029Q1"), "A014", "comes before"),
    (EVENT.replace("2028Q4", "2033Q1"), "A014", "the run goes from 2026Q3 to 2032Q4"),
    (EVENT.replace("2027Q3", "2026Q2"), "A014", "the run goes from"),
    (EVENT.replace("2027Q3", "27Q3"), "A014", "write it like 2028Q4"),
    (EVENT + "probability = 1.5\n", "A011", "must be at most 1"),
    (EVENT.replace("-0.55", "nan"), "A006", "must be finite"),
    (EVENT.replace("[[event]]", "[event]"), "A005", "[[event]]"),
]


@pytest.mark.parametrize(("text", "code", "words"), BAD)
def test_what_cannot_be_applied_is_told_in_the_scenarios_file(
    register: Register, text: str, code: str, words: str
) -> None:
    problem = register.scenario("bad", text).problem("bad")
    assert (problem.code, Path(problem.file).name) == (code, "bad.toml")
    assert words in " ".join((problem.reason, *problem.fixes))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "[scenario] table is missing"),
        ("[scenario]\n", "'title' is missing"),
        ('[scenario]\ntitle = "x"\nname = "other"\n', "the file is bad.toml"),
        ('[scenario]\ntitle = "x"\ninherits = 3\n', "a list of names"),
        ('[scenario]\ntitle = "x"\ninherits = "none"\n', "no scenario 'none'"),
        ('[scenario]\ntitle = "x"\ninherits = ["base", "none"]\n', "no scenario 'none'"),
        ("[scenario\n", "Expected"),
    ],
)
def test_bad_heads_are_told(register: Register, text: str, words: str) -> None:
    register.scenarios["bad"] = text
    assert words in register.problem("bad").reason


def test_a_scenario_does_not_excuse_the_base(register: Register) -> None:
    register.edit("gpu", "value = 53", "value = -53").scenario("dear", CHANGE)
    assert Path(register.problem("dear").file).name == "gpu.toml"


def test_a_change_into_a_broken_file_is_not_blamed(register: Register) -> None:
    register.edit("gpu", "value = 53", "value = 53%").scenario("dear", CHANGE)
    assert register.problem("dear").code == "A002"
