"""What a spoilt register answers: code, place, reason and, where it can be told, what was meant."""

import re
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors
from risk.assumptions.problems import CODES, SHOWN, Problem, quoted
from risk.assumptions.reader import MAX_BYTES, MAX_DEPTH, parse, read
from tests.assumptions.builder import PROVENANCE, Register

CASES = [
    # file, before, after, code, faulty text at the reported place, words of the reason
    ("gpu", 'owner   = "Research"\n', "", "A004", "launch_obsolescence", "'owner' is missing"),
    ("gpu", "owner   =", "ownr   =", "A003", "ownr", "Did you mean 'owner'"),
    ("gpu", 'owner   = "Research"', 'owner   = " "', "A004", '" "', "owner is empty"),
    ("gpu", '"sector-page"', '"sector-pge"', "A010", '"sector-pge"', "Did you mean 'sector-page'"),
    ("gpu", "value   = 0.15", "value   = nan", "A006", "nan", "must be finite"),
    ("gpu", "value   = 0.15", "value   = -inf", "A006", "-inf", "must be finite"),
    ("gpu", "value   = 0.15", "value   = 1e400", "A006", "1e400", "must be finite"),
    ("gpu", "value   = 0.15", 'value   = "0.15"', "A005", '"0.15"', "it must be a number"),
    ("gpu", "value   = 0.15", "value   = true", "A005", "true", "it must be a number"),
    ("gpu", "value   = 0.15", "value   = 0.5", "A013", "0.5", "outside its prior"),
    ("gpu", "value = 53", "value = -53", "A011", "-53", "must be above 0"),
    ("gpu", "value = 53", "value = []", "A015", "[]", "empty list"),
    ("gpu", "value = 53", "valu = 53", "A003", "valu", "Did you mean 'value'"),
    ("gpu", "value = 53", "value = 53%", "A002", "%", "Expected newline"),
    ("gpu", "[gpu.system_price]", "[gpu.launch_obsolescence]", "A002", "", "twice"),
    ("gpu", "[gpu.system_price]", "[capex.system_price]", "A020", "capex", "section 'capex'"),
    ("gpu", "[gpu.system_price]", "[gpu.System-price]", "A007", "System-price", "not a name"),
    ("gpu", "low = 0.05", "low = inf", "A006", "inf", "low is inf"),
    ("gpu", "low = 0.05", "lw = 0.05", "A003", "lw", "Did you mean 'low'"),
    ("gpu", "mode = 0.15", "mode = 0.5", "A012", "0.5", "between low = 0.05 and high = 0.4"),
    ("gpu", "low = 0.05", "low = 0.9", "A012", "0.9", "must lie below high"),
    ("gpu", "sd = 0.1", "sd = 0", "A011", "0", "must be above 0"),
    ("gpu", "mean = 0.45", "mean = 4.5", "A012", "4.5", "outside [0.2, 0.8]"),
    ("gpu", "high = 0.8", "high = 1.8", "A012", "{ shape", "must lie in [0, 1]"),
    ("gpu", '"triangular"', '"triangle"', "A012", '"triangle"', "Did you mean 'triangular'"),
    ("gpu", "{ shape", "{ shap", "A012", "prior", "shape' is missing"),
    ("gpu", 'shape = "normal", mean = 0.45, sd = 0.1', 'shape = "beta"', "A012", '"beta"', "unknown prior"),
    ("gpu", "as_of   = 2026-06-30", "as_of   = 2026-12-30", "A014", "2026-12-30", "after the register's own"),
    ("gpu", "as_of   = 2026-06-30", 'as_of   = "2026"', "A005", '"2026"', "must be a date"),
    ("gpu", "as_of   = 2026-06-30", "as_of   = 2026-06-30T10:00:00", "A005", "2026-06-30T", "must be a date"),
    ("gpu", '"judgement"', '"judgment"', "A008", '"judgment"', "Did you mean 'judgement'"),
    ("gpu", 'unit    = "1"', 'unit    = "USDbn"', "A009", '"USDbn"', "Did you mean 'USD bn'"),
    ("gpu", "[0.2, 0.5, 0.3]", "[0.2, 0.5, 0.4]", "A017", "[0.2", "sum to 1.1"),
    ("gpu", "[0.2, 0.5, 0.3]", "[0.2, 50, 0.3]", "A011", "50", "lie in [0, 1]"),
    ("gpu", "[0.2, 0.5, 0.3]", "[0.2, nan, 0.3]", "A006", "nan", "must be finite"),
    ("gpu", 'domain = "weights"', 'domain = "share"', "A012", "{ shape", "needs domain"),
    ("gpu", 'domain = "weights"', 'domain = "wheights"', "A008", '"wheights"', "Did you mean 'weights'"),
    ("gpu", "power = 1.3", "power = 0", "A011", "0", "must be above 0"),
    ("gpu", "memory = 80", "memry = 80", "A003", "memry", "Did you mean 'memory'"),
    ("gpu", '"2026Q4"', '"2026-Q4"', "A014", '"2026-Q4"', "write it like 2028Q4"),
    ("gpu", '"Rubin"', '"H100"', "A019", '"H100"', "a row of [[gpu.generation]] already"),
    ("terms", 'operators = "neoclouds"\n', "", "A004", "sector", "'operators' is missing"),
    ("terms", '"neoclouds"', '" "', "A004", '" "', "operators is empty"),
    ("terms", "operators =", "operatrs =", "A003", "operatrs", "Did you mean 'operators'"),
    ("gpu", 'note    = "', 'note    = "\\u001b[31m', "A005", '"\\u001b', "control character U+001B"),
    ("propositions", "value = 0.7", "value = 96", "A011", "96", "share lies in [0, 1]. Did you mean 0.96?"),
    ("propositions", 'version = "1"', "", "A004", "", "version is missing"),
    ("propositions", 'side = "bear"', 'side = "bare"', "A008", '"bare"', "Did you mean 'bear'"),
    ("dependence", "[1.0, 0.6, -0.5]", "[1.0, 0.61, -0.5]", "A016", "0.6,", "not symmetric"),
    ("dependence", "[1.0, 0.6, -0.5]", "[0.9, 0.6, -0.5]", "A016", "0.9", "with itself is 1"),
    ("dependence", "[1.0, 0.6, -0.5]", "[1.0, 0.6]", "A015", "[[1.0", "different lengths"),
    ("dependence", '["L", "Z", "M"]', '["L", "Z"]', "A015", '["L"', "as many"),
    ("dependence", "0.93", "0.94", "A017", "[0.94", "row 1 sum to 1.01"),
    ("credit", "share = 0.6", "share = 0.5", "A017", "0.5", "'ddtl' sums to 0.9"),
    ("credit", "share = 0.6", "share = 60", "A011", "60", "Did you mean 0.6?"),
    ("credit", 'holder = "pension"', 'holder = "pensions"', "A018", '"pensions"', "Did you mean 'pension'"),
    ("credit", "assets_to_equity = 1\n", "assets_to_equity = 0.5\n", "A011", "0.5", "at least 1"),
    ("page_figures", '"gpu.launch_obs', '"gpu.lunch_obs', "A018", '"gpu.lunch', "Did you mean 'gpu.launch"),
    (
        "page_figures",
        '"gpu.generation.H',
        '"gpu.generation.X',
        "A018",
        '"gpu.generation.X',
        "no entry, table",
    ),
    ("page_figures", '"target:T1"', '"target:T9"', "A018", '"target:T9"', "Did you mean 'target:T1'"),
    ("page_figures", '"target:T1"', '"T1"', "A018", '"T1"', "no entry, table, row or cell"),
    ("page_figures", 'why = "The', '# why = "The', "A023", '"0.5', "why it gave way"),
    ("page_figures", "replaced_by =", "today =", "A023", "[[figure]]", "has none; it needs exactly one"),
    (
        "page_figures",
        "replaced_by",
        'context = "-"\nreplaced_by',
        "A023",
        "[[figure]]",
        "replaced_by, context; it",
    ),
    ("page_figures", "0.5 *", "0.5 /*", "A029", '"0.5', "is no expression"),
    ("page_figures", "H100.index", "H100.indx", "A029", '"0.5', "no figure, fact, entry or table.row.column"),
    ("page_figures", "{gpu.generation.H100.index}", "{f1}", "A029", '"0.5', "Did you mean 'f001'"),
    ("page_figures", '= "How it works"', '= "How it work"', "A018", '"How', "Did you mean 'How it works'"),
    ("contradictions", 'unit = "x"', 'unit = "furlongs"', "A009", '"furlongs"', "has no factor"),
    ("contradictions", "{f002}", "{f003}", "A029", '"{f003}', "Did you mean"),
    (
        "contradictions",
        "[[contradiction]]",
        "[[contradictory]]",
        "A003",
        "contradictory",
        "Did you mean 'contr",
    ),
    ("page_figures", "[parts]", "[part]", "A003", "part", "Did you mean 'parts'"),
    ("targets", 'status = "met"', 'status = "missed"', "A004", '"missed"', "without a reason"),
    ("targets", "[[target]]", "[target]", "A005", "target", "array of tables"),
    ("sources", "https", "http", "A011", '"http', "https:// address"),
    ("sources", "[sector-page]", "[Sector-page]\n", "A007", "Sector-page", "not a source key"),
    ("sources", "date = 2026-05-30", "date = 2027-05-30", "A014", "2027-05-30", "after the register's own"),
    ("run", "2026-06-30", "2026-06-29", "A014", '"2026-06-29"', "not the end of a quarter"),
    ("run", '"2026-06-30"', '"soon"', "A014", '"soon"', "must be a date"),
    ("run", "value = 26", "value = -26", "A011", "-26", "a length of time is never negative"),
    ("run", "value = 26", "value = 26.5", "A014", "26.5", "whole number of quarters"),
    ("run", "[run.quarters]", "[run.quarter]", "A004", "run", "[run.quarters] is missing"),
]


@pytest.mark.parametrize(("file", "before", "after", "code", "text", "words"), CASES)
def test_one_fault_is_told_once_at_its_place(
    register: Register, file: str, before: str, after: str, code: str, text: str, words: str
) -> None:
    problems = register.edit(file, before, after).problems()
    found = [problem for problem in problems if words in problem.reason]
    assert len(found) == 1, "\n".join(map(str, problems))
    problem = found[0]
    assert (problem.code, Path(problem.file).name) == (code, f"{file}.toml")
    line = register.base[file].splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith(text)
    # Only a source key that changed has consequences elsewhere.
    assert len(problems) == 1 or code == "A007"


def test_a_figure_is_the_value_of_numbers_only(register: Register) -> None:
    problems = register.edit("page_figures", "evidence_for", "value_of").problems()
    refused = ("gpu.generation.H100", "target:T1", "proposition:B2")
    assert [problem.reason.split("'")[1] for problem in problems] == list(refused)
    assert all("is not one number" in problem.reason for problem in problems)


def test_a_figure_in_words_is_neither_a_value_nor_computed_with(register: Register) -> None:
    refs = '["gpu.launch_obsolescence", "gpu.generation.H100", "target:T1", "proposition:B2"]'
    register.edit("page_figures", f"evidence_for = {refs}", 'value_of = ["gpu.launch_obsolescence"]')
    problems = register.edit("page_figures", 'value = "15"', 'value = "some"').problems()
    assert [(problem.code, Path(problem.file).stem) for problem in problems] == [
        ("A029", "contradictions"),
        ("A023", "page_figures"),
    ]
    assert problems[0].reason == "'f001' is printed as 'some', which is not one number or range."


def test_a_fact_is_no_figure_of_the_page(register: Register) -> None:
    fact = '[[fact]]\nid = "f001"\nname = "x"\nvalue = "1"\nunit = "x"\nsource = "y"\n'
    assert register.add("contradictions", fact).problem().code == "A019"


def test_all_faults_of_all_files_are_told_at_once(register: Register) -> None:
    register.edit("gpu", "value = 53", "value = -53").edit("gpu", "mode = 0.15", "mode = 0.5")
    register.edit("propositions", "value = 0.7", "value = 96").edit("run", "value = 26", "value = 26.5")
    with pytest.raises(AssumptionErrors) as caught:
        register.load()
    assert [problem.code for problem in caught.value.problems] == ["A012", "A011", "A011", "A014"]
    closing = str(caught.value).splitlines()[-1]
    assert closing == "4 errors in 3 files (10 entries checked). Nothing was run."
    assert caught.value.exit_code == 3


def test_form_of_a_problem(register: Register) -> None:
    problem = register.edit("gpu", "mode = 0.15", "mode = 0.5").problem()
    folder = register.folder / "base" / "gpu.toml"
    assert str(problem).splitlines() == [
        f"error[A012] {folder}:6:54  mode = 0.5 must lie between low = 0.05 and high = 0.4",
        "  |",
        "3 | [gpu.launch_obsolescence]",
        ". |",
        '5 | unit    = "1"',
        '6 | prior   = { shape = "triangular", low = 0.05, mode = 0.5, high = 0.40 }',
        "  |                                                      ^^^",
    ]


def test_files_are_named_from_the_working_folder(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    problem = register.edit("gpu", "value = 53", "value = -53").problem()
    assert problem.file == "assumptions/base/gpu.toml"


def test_impossible_correlations_are_answered_with_the_nearest_possible(register: Register) -> None:
    matrix = "[1.0, 0.6, -0.5], [0.6, 1.0, -0.3], [-0.5, -0.3, 1.0]"
    impossible = "[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]"
    problem = register.edit("dependence", matrix, impossible).problem()
    assert problem.code == "A016"
    diff = dict(re.findall(r"(\S–\S)  \S+ → (\S+)", "\n".join(problem.fixes)))
    assert set(diff) == {"Z–L", "M–L", "M–Z"}
    # What is shown can be typed in.
    zl, ml, mz = (float(diff[pair]) for pair in ("Z–L", "M–L", "M–Z"))
    repaired = f"[1.0, {zl}, {ml}], [{zl}, 1.0, {mz}], [{ml}, {mz}, 1.0]"
    register.edit("dependence", impossible, repaired).load()


def test_unknown_tables_and_files_are_told(register: Register) -> None:
    register.edit("gpu", '[[gpu.generation]]\nname = "H100"', '[[gpu.generations]]\nname = "H100"')
    assert "Did you mean [[gpu.generation]]?" in register.problem().reason
    register = Register(register.folder.with_name("other"))
    register.base["gpus"] = ""
    assert "Did you mean gpu.toml?" in register.problem().reason


def test_missing_files_are_told(register: Register) -> None:
    del register.base["run"]
    assert [p.reason for p in register.problems()] == ["the file is missing"]


def test_unreadable_files_are_told(register: Register) -> None:
    (register.write() / "base" / "gpu.toml").write_bytes(b'[gpu.x]\nnote = "\xff"\n')
    del register.base["gpu"]
    problem = register.problem()
    assert (problem.code, problem.line, problem.column) == ("A001", 2, 9)
    document, problems = read(register.folder / "base" / "none.toml")
    assert problems[0].code == "A001"
    assert not document.data


def test_a_broken_file_hides_no_other_and_blames_none(register: Register) -> None:
    register.edit("gpu", "value = 53", "value = 53%").edit("propositions", "value = 0.7", "value = 96")
    assert [problem.code for problem in register.problems()] == ["A002", "A011"]


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a." * 100_000 + "b = 1",
        '"a".' * 100_000 + "b = 1",
        "a = " + "{ a = " * 50,
        "a" * 900_000,
        '"' * 900_000,
        "x = " + "9" * 9_000,
        "#" * 900_000 + "\n[",
    ],
)
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    _, problems = parse("x.toml", text)
    assert len(problems) == 1
    assert len(str(problems[0])) < 1_000


def test_large_files_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "gpu.toml"
    path.write_text("#" * (MAX_BYTES + 1))
    _, problems = read(path)
    assert [problem.code for problem in problems] == ["A024"]


def test_nesting_is_capped() -> None:
    assert not parse("x.toml", "a = " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)[1]
    assert parse("x.toml", "a = " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))[1][0].code == "A024"
    brackets = "a = '" + "[" * 50 + "' # " + "[" * 50
    assert not parse("x.toml", brackets)[1]


def test_many_problems_are_counted_rather_than_printed(register: Register) -> None:
    entry = f'value = 2\nunit = "1"\ndomain = "share"\nowner = "Research"\n{PROVENANCE}'
    register.add("gpu", "\n".join(f"[gpu.x{i}]\n{entry}" for i in range(SHOWN + 20)))
    with pytest.raises(AssumptionErrors) as caught:
        register.load()
    text = str(caught.value)
    assert text.count("error[") == SHOWN
    assert "… and 20 more errors" in text
    assert len(caught.value.problems) == SHOWN + 20


def test_a_terminal_is_never_sent_what_a_file_says_it_should_do() -> None:
    problem = Problem("A001", "x", 1, 1, "bad", excerpt=((1, "a\x1b[31m"),))
    assert "\x1b" not in str(problem)
    assert "\x1b" not in quoted("\x1b[31m")


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (0.15, "0.15"), (1e300, "1e+300"), (10**30, "a number of many digits"), ("a", "'a'")],
)
def test_values_are_quoted_shortly(value: object, text: str) -> None:
    assert quoted(value) == text


def test_every_code_is_described(register: Register) -> None:
    used = {
        code
        for path in Path(__file__).parents[2].glob("risk/assumptions/*.py")
        for code in re.findall(r'"(A\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used == set(CODES)
