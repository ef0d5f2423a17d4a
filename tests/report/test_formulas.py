"""A formula is one formula however a program writes it, and another one after an edit."""

from __future__ import annotations

import pytest

from risk.report.formulas import written

SAME = {
    "numbers": ("=IF(A1<=1e-06,B2*0.1)", "=IF(A1<=0.000001,B2*0.10)"),
    "fifteen digits": ("=1.959963984540054*A1", "=1.95996398454005*A1"),
    "a range over a sheet": ("=COUNT(Sample!$A$6:Sample!$Z$9)", "=COUNT(Sample!$A$6:$Z$9)"),
    "quotes": ("=Sample!A1+1", "='Sample'!A1+1"),
    "dollars and spaces": ("=SUM($A$1:B2, 3)", "=SUM( A1:$B$2,3 )"),
    "capitals": ("=sum(Tail_Loss)+a1", "=SUM(TAIL_LOSS)+A1"),
    "a prefix": ("=NORM.S.INV(0.5)", "=_xlfn.NORM.S.INV(0.5)"),
    "a constant": ('=IF(TRUE,"a",FALSE)', '=IF(TRUE(),"a",FALSE())'),
}
OTHER = {
    "a cell": ("=A1+1", "=A2+1"),
    "a number": ("=A1+0.1", "=A1+0.11"),
    "a function": ("=LOG10(A1)", "=LOG1(A1)"),
    "a sheet": ("=Sample!A1", "=Tail!A1"),
    "a sheet by its quote": ("='It''s'!A1", "=Its!A1"),
    "the other end's sheet": ("=SUM(Sample!A1:B2)", "=SUM(Sample!A1:Tail!B2)"),
    "a text in quotes": ('=COUNTIF(A1:A2,"FAIL")', '=COUNTIF(A1:A2,"fail ")'),
    "a sign": ("=-A1", "=A1"),
    "an order": ("=(A1+B1)*2", "=A1+B1*2"),
    "a formula over cells": ("=SUM(A1:A2)", "{=SUM(A1:A2)}"),
    "none": ("=A1", None),
}


@pytest.mark.parametrize("name", SAME)
def test_what_programs_write_in_their_own_way_is_the_same(name: str) -> None:
    one, two = SAME[name]
    assert written(one) == written(two)


@pytest.mark.parametrize("name", OTHER)
def test_an_edit_is_another_formula(name: str) -> None:
    one, two = OTHER[name]
    assert written(one) != written(two)


@pytest.mark.parametrize("text", ["", "=", "=A1#", "={", '="', "=" + "1+" * 5_000 + "1"])
def test_what_no_program_writes_is_compared_as_it_stands(text: str) -> None:
    assert written(text) == text
