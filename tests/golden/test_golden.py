from tests.golden.golden import measure, same, stored


def test_headline_numbers_stand() -> None:
    """Say every number that moved, with both values: a move needs its line in the changelog."""
    golden, found = stored(), measure()
    assert golden.keys() == found.keys()
    moved = [
        f"{section}.{name}: {golden[section].get(name)} -> {value}"
        for section, values in found.items()
        for name, value in values.items()
        if name not in golden[section] or not same(section, value, golden[section][name])
    ]
    gone = [f"{s}.{n}" for s, values in golden.items() for n in values if n not in found[s]]
    assert not [*moved, *gone], "\n".join(["numbers that moved:", *moved, *gone])
