// Tables marked data-stack on a phone: each row stands as a list, each cell with the head of its column before it.
// Without this file they scroll sideways.
"use strict";

(() => {
  /** The words of a head without what is only for the ear or too small to matter. */
  const words = (cell) => cell.textContent.replace(/\s+/g, " ").trim();

  /** A table whose parts are no longer table cells by style stays a table by its roles. */
  const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tfoot: "rowgroup", tr: "row", td: "cell", th: "columnheader" };

  /** The heads of the columns; of two rows the group with its own ("Baseline · Start"). */
  const headsOf = (table) => {
    const [upper, lower] = table.tHead?.rows ?? [];
    const under = [...(lower?.cells ?? [])];
    const said = (cell) => {
      if (!lower || cell.rowSpan > 1) return Array.from({ length: cell.colSpan }, () => words(cell));
      return under.splice(0, cell.colSpan).map((one) => `${words(cell)} · ${words(one)}`);
    };
    return [...(upper?.cells ?? [])].flatMap(said);
  };

  for (const table of document.querySelectorAll("table[data-stack]")) {
    const heads = headsOf(table);
    if (!heads.length || table.tHead.rows.length > 2) continue;
    for (const body of [...table.tBodies, ...(table.tFoot ? [table.tFoot] : [])]) {
      for (const row of body.rows) {
        let column = 0;
        for (const cell of row.cells) {
          if (cell.colSpan === 1 && cell.tagName === "TD") cell.dataset.head = heads[column] ?? "";
          column += cell.colSpan;
        }
      }
    }
    for (const part of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr, th, td")]) {
      const role = roles[part.tagName.toLowerCase()];
      part.setAttribute("role", part.tagName === "TH" && part.scope.startsWith("row") ? "rowheader" : role);
    }
    table.classList.add("is-stacked");
  }
})();
