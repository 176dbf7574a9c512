// Tables that are searched, filtered and sorted where they stand.
for (const section of document.querySelectorAll("[data-table]")) {
  const body = section.querySelector("tbody");
  const rows = [...body.rows];
  const search = section.querySelector("[data-search]");
  const filters = [...section.querySelectorAll("[data-filter]")];
  const count = section.querySelector("[data-count]");
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = filters.every((select) => !select.value || row.dataset[select.dataset.filter] === select.value)
        && words.every((word) => texts.get(row).includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  }

  function sort(head, place, kind) {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of section.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => {
      const cell = row.cells[place];
      return kind === "number" ? (cell.dataset.value ? Number(cell.dataset.value) : null) : cell.textContent.trim().toLowerCase();
    };
    const keyed = rows.map((row) => [row, value(row)]);
    keyed.sort(([, a], [, b]) => {
      if (a === null || b === null) return (a === null) - (b === null); // What is missing comes last.
      const order = kind === "number" ? a - b : a.localeCompare(b);
      return up ? order : -order;
    });
    body.append(...keyed.map(([row]) => row));
  }

  search.addEventListener("input", filter);
  for (const select of filters) select.addEventListener("change", filter);
  section.querySelectorAll("th").forEach((head, place) => {
    const button = head.querySelector("button");
    button.addEventListener("click", () => sort(head, place, button.dataset.sort));
  });
  filter();
}
