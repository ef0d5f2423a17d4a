"""What the page does when it is read: unfolds what a link leads to, unfolds all, turns a dial.

The page is whole without it. It computes no number: a step of a dial shows a row of one table and a column of
another, and its sentence is made of their cells. It reaches no network, and the page's policy names its hash.
"""

from __future__ import annotations

SCRIPT = """
"use strict";
const all = (place, what) => [...place.querySelectorAll(what)];
const said = cell => cell.textContent.trim();

const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (const fold of all(document, "details")) if (fold.contains(target)) fold.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();

const button = document.querySelector(".tools button");
button.hidden = false;
button.addEventListener("click", () => {
  const folds = all(document, "details"), open = folds.some(fold => !fold.open);
  for (const fold of folds) fold.open = open;
  button.textContent = open ? "Fold all" : "Unfold all";
});

for (const dial of all(document, ".dial")) {
  const { steps, across, first, group, words } = dial.dataset;
  const slider = dial.querySelector("input"), choice = dial.querySelector("select");
  const output = dial.querySelector("output"), status = dial.querySelector("[role=status]");
  const table = document.getElementById(across), body = table.querySelector("tbody");
  const [base, ...levels] = all(document.getElementById(steps), "tbody tr"), rows = all(body, "tr");
  const place = () => Number(first) + Number(slider.value);
  const paths = row => Number(said(row.cells[place()]).replace(/\\D/g, ""));
  const rest = row => row.classList.contains("total");

  const turn = () => {
    const level = levels[slider.value], column = Number(choice.value);
    const name = choice.selectedOptions[0].text, whole = choice.selectedIndex === 0;
    const cells = {
      group: name, step: said(level.cells[0]), count: said(level.cells[column]),
      share: said(level.cells[column + 1]), of: said(base.cells[column]),
    };
    output.textContent = cells.step;
    slider.setAttribute("aria-valuetext", cells.step);
    status.textContent = words.replace(/{(\\w+)}/g, (_, key) => cells[key]);
    for (const other of levels) other.hidden = other !== level;
    for (const row of all(table, "tr"))
      levels.forEach((_, i) => { row.cells[Number(first) + i].hidden = i !== Number(slider.value); });
    for (const row of rows) row.hidden = !paths(row) || !(whole || said(row.cells[group]) === name);
    body.append(...[...rows].sort((a, b) => rest(a) - rest(b) || paths(b) - paths(a)));
  };
  slider.addEventListener("input", turn);
  choice.addEventListener("change", turn);
  dial.hidden = false;
  turn();
}
"""
