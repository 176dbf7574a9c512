// A post's charts: how arms run, and what each learning rate gives.
const courses = (() => {
  const { element, seen, short, DASHES } = charts;
  const MOST = 6; // Arms shown at first.
  const LONG = 250; // Epochs.

  function draw(data) {
    const arms = [...new Set(data.cells.map((cell) => cell.arm))];
    const colours = new Map(data.cells.map((cell) => [cell.arm, cell.colour]));
    // Arms that share a colour are told apart by their dashes.
    const used = new Map();
    const dashes = new Map(arms.map((arm) => {
      const turn = used.get(colours.get(arm)) ?? 0;
      used.set(colours.get(arm), turn + 1);
      return [arm, DASHES[turn % DASHES.length]];
    }));
    const look = { arms, colour: (arm) => seen(colours.get(arm)), dash: (arm) => dashes.get(arm), raw: colours };
    runs(document.getElementById("courses"), data, look);
    const rates = document.getElementById("rates");
    if (rates) byRate(rates, data, look);
  }

  // Which cells a reader looks at: one data set and one model, where an arm has several.
  function scope(data, changed) {
    const chosen = {}, controls = [];
    for (const [name, title] of [["dataset", "Data"], ["model", "Model"]]) {
      const perArm = d3.rollup(data.cells, (cells) => new Set(cells.map((cell) => cell[name])), (cell) => cell.arm);
      if (d3.max(perArm.values(), (values) => values.size) < 2) continue;
      const values = [...new Set(data.cells.map((cell) => cell[name]))];
      chosen[name] = values[0];
      controls.push(charts.chooser(title, values.map((value) => [value, value]), (value) => {
        chosen[name] = value;
        changed();
      }));
    }
    const cells = () => data.cells.filter((cell) =>
      Object.entries(chosen).every(([name, value]) => cell[name] === value));
    return { controls, cells };
  }

  function legend(look, shown, changed, name) {
    return element("fieldset", { class: "full" }, element("legend", {}, "Shown"),
      element("div", { class: "choices" }, ...look.arms.map((arm) => {
        const box = element("input", { type: "checkbox", name, value: arm, checked: shown.has(arm),
          change: () => { box.checked ? shown.add(arm) : shown.delete(arm); changed(); } });
        return element("label", {}, box, charts.swatch(look.raw.get(arm), look.dash(arm)), arm);
      })));
  }

  function toggle(text, changed, checked = false) {
    const box = element("input", { type: "checkbox", checked, change: () => changed(box.checked) });
    return element("div", { class: "choices" }, element("label", {}, box, text));
  }

  function first(data, wanted) {
    const fits = (...parts) => data.find((each) => parts.every((part) => each.label.includes(part)));
    return (fits(...wanted) ?? fits("accuracy", "test") ?? data[data.length - 1]).key;
  }

  function runs(box, data, look) {
    const shown = new Set(look.arms.slice(0, MOST));
    let course = first(data.courses, ["accuracy", "validation"]), band = "all seeds", logY = false;
    // Long trainings change most at their beginning.
    const epochs = (cell) => d3.max(Object.values(cell.courses), (each) => typeof each.epoch === "number" ? each.epoch : d3.max(each.epoch));
    let logX = d3.max(data.cells, epochs) >= LONG;
    const label = () => data.courses.find((each) => each.key === course).label;
    const { controls, cells } = scope(data, () => redraw());
    const chart = element("div", { class: "chart" });
    const measure = charts.chooser("Measure", data.courses.map((each) => [each.key, each.label]), (value) => {
      course = value;
      redraw();
    });
    measure.querySelector("select").value = course;
    box.append(element("div", { class: "controls full" }, measure, ...controls),
      charts.segments("Band", "band", ["all seeds", "middle half", "median alone"], (value) => { band = value; redraw(); }),
      element("div", { class: "choices" }, toggle("logarithmic epochs", (on) => { logX = on; redraw(); }, logX),
        toggle("logarithmic values", (on) => { logY = on; redraw(); })),
      chart, legend(look, shown, () => redraw(), "course-arm"));
    const edges = { "all seeds": ["low", "high"], "middle half": ["q1", "q3"] };
    const redraw = charts.kept(chart, (width) => {
      const points = cells().filter((cell) => shown.has(cell.arm) && cell.courses[course]).flatMap((cell, place) => {
        const found = cell.courses[course];
        const epochs = typeof found.epoch === "number" ? d3.range(1, found.epoch + 1) : found.epoch;
        return epochs.map((epoch, i) => ({ epoch, arm: cell.arm, series: `${place}`,
          seeds: typeof found.seeds === "number" ? found.seeds : found.seeds[i],
          ...Object.fromEntries(["low", "q1", "median", "q3", "high"].map((name) => [name, found[name][i]])) }));
      }).filter((point) => point.median != null && (!logY || point.low > 0));
      const [from, to] = edges[band] ?? [];
      return {
        label: `${label()} by epoch, ${band}, of ${[...shown].join(", ")}`,
        options: {
          height: Math.min(420, Math.max(290, width * 0.5)),
          x: { type: logX ? "log" : "linear", label: "epoch", labelOffset: 36, ...(logX ? { tickFormat: "d" } : {}) },
          y: { type: logY ? "log" : "linear", label: label(), grid: true, nice: true },
          marks: [
            from && Plot.areaY(points, { x: "epoch", y1: from, y2: to, z: "series", fill: (p) => look.colour(p.arm), fillOpacity: 0.16 }),
            ...d3.groups(points, (p) => p.arm).map(([arm, own]) => Plot.lineY(own, { x: "epoch", y: "median", z: "series",
              stroke: look.colour(arm), strokeWidth: 2, strokeDasharray: look.dash(arm), className: "median" })),
            Plot.tip(points, Plot.pointer({ x: "epoch", y: "median", title: (p) =>
              `${p.arm}\nepoch ${p.epoch}: ${short(p.median)}\nmiddle half ${short(p.q1)} to ${short(p.q3)}\nall ${p.seeds} seeds ${short(p.low)} to ${short(p.high)}` })),
          ],
        },
      };
    });
  }

  // How an arm's choice stands: inside what was tried, or at an edge of it.
  function state(cell, rate) {
    const at = cell.chosen.learning_rate;
    const place = cell.edge ? "at the edge of what was tried" : "inside what was tried";
    return at === rate ? `chosen, ${place}` : `chosen at ${short(at)}, ${place}`;
  }

  function byRate(box, data, look) {
    const shown = new Set(look.arms.slice(0, MOST));
    const { controls, cells } = scope(data, () => { settle(); redraw(); tell(); });
    let key = first(data.rates.measures, ["validation"]), seeds = "band", at = 0, tried = [];
    const label = () => data.rates.measures.find((each) => each.key === key).label;
    const chart = element("div", { class: "chart" });
    const slider = element("input", { type: "range", min: 0, step: 1, id: "rate", input: () => { at = Number(slider.value); redraw(); tell(); } });
    const told = element("output", { for: "rate" });
    const body = element("tbody");
    const choose = charts.chooser("Measure", data.rates.measures.map((each) => [each.key, each.label]), (value) => { key = value; redraw(); tell(); });
    choose.querySelector("select").value = key;
    box.append(element("div", { class: "controls full" }, choose, ...controls),
      charts.segments("Seeds", "seeds", ["band", "single seeds"], (value) => { seeds = value; redraw(); }),
      chart,
      element("label", { class: "field" }, element("span", {}, "Learning rate ", told), slider),
      element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "At this learning rate" },
        element("table", {}, element("thead", {}, element("tr", {},
          ...["arm", "mean at this rate", "below its best", "tuned?"].map((text) => element("th", { scope: "col" }, text)))), body)),
      legend(look, shown, () => { redraw(); tell(); }, "rate-arm"));
    const own = () => cells().filter((cell) => shown.has(cell.arm) && cell.tried?.length);
    const values = (cell) => cell.tried.map((each) => {
      const known = each.values[key].filter((value) => value != null);
      return { arm: cell.arm, cell, rate: each.rate, mean: d3.mean(known), low: d3.min(known), high: d3.max(known), each };
    }).filter((point) => point.mean != null);

    function settle() {
      tried = [...new Set(cells().flatMap((cell) => (cell.tried ?? []).map((each) => each.rate)))].sort(d3.ascending);
      const chosen = cells().find((cell) => cell.tried?.length)?.chosen.learning_rate;
      at = Math.max(0, tried.indexOf(chosen));
      slider.max = tried.length - 1;
      slider.value = at;
    }

    function tell() {
      told.textContent = short(tried[at]);
      slider.setAttribute("aria-valuetext", short(tried[at]));
      body.replaceChildren(...own().map((cell) => {
        const points = values(cell), here = points.find((point) => point.rate === tried[at]);
        const lower = /loss|error|score/.test(label());
        const best = (lower ? d3.min : d3.max)(points, (point) => point.mean);
        return element("tr", {}, element("td", {}, cell.arm), element("td", {}, here ? short(here.mean) : "not tried"),
          element("td", {}, here ? short(Math.abs(here.mean - best)) : ""),
          element("td", { class: "number" }, element("span", { class: `verdict ${cell.edge ? "against" : "for"}` }, cell.edge ? "△ " : "● "), state(cell, tried[at])));
      }));
    }

    settle();
    const redraw = charts.kept(chart, (width) => {
      const points = own().flatMap(values);
      const single = points.flatMap((point) => point.each.values[key].map((value, i) =>
        ({ arm: point.arm, rate: point.rate, value, seed: (point.each.seeds ?? data.rates.seeds)[i] }))).filter((point) => point.value != null);
      const marks = points.filter((point) => point.rate === point.cell.chosen.learning_rate);
      return {
        label: `${label()} by learning rate, ${seeds}, of ${[...shown].join(", ")}`,
        options: {
          height: Math.min(400, Math.max(290, width * 0.46)),
          x: { type: "log", label: "learning rate", labelOffset: 36, ticks: tried.length < 12 ? tried : 6, tickFormat: (value) => short(value) },
          y: { label: label(), grid: true, nice: true },
          marks: [
            Plot.ruleX([tried[at]], { stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "3 3" }),
            seeds === "band"
              ? Plot.areaY(points, { x: "rate", y1: "low", y2: "high", z: "arm", fill: (p) => look.colour(p.arm), fillOpacity: 0.13 })
              : Plot.dot(single, { x: "rate", y: "value", r: 2.2, fill: (p) => look.colour(p.arm), fillOpacity: 0.6, className: "seed" }),
            ...d3.groups(points, (p) => p.arm).map(([arm, rows]) => Plot.lineY(rows, { x: "rate", y: "mean", stroke: look.colour(arm),
              strokeWidth: 2, strokeDasharray: look.dash(arm) })),
            Plot.dot(marks, { x: "rate", y: "mean", r: 6, symbol: (p) => (p.cell.edge ? "triangle" : "circle"), strokeWidth: 2,
              stroke: (p) => look.colour(p.arm), fill: (p) => (p.cell.edge ? "var(--paper)" : look.colour(p.arm)), className: "chosen" }),
            seeds === "band"
              ? Plot.tip(points, Plot.pointer({ x: "rate", y: "mean", title: (p) =>
                `${p.arm}\nrate ${short(p.rate)}: ${short(p.mean)}\nseeds ${short(p.low)} to ${short(p.high)}\n${state(p.cell, p.rate)}` }))
              : Plot.tip(single, Plot.pointer({ x: "rate", y: "value", title: (p) => `${p.arm}, seed ${p.seed}\nrate ${short(p.rate)}: ${short(p.value)}` })),
          ],
        },
      };
    });
    tell();
  }

  return { draw };
})();
