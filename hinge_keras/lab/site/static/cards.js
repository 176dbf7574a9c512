// A loss's curve, with a slider for each argument and one along the axis.
const cards = (() => {
  const { element, short, seen } = charts;

  function draw(box, card) {
    const at = card.sliders.map((slider) => slider.at);
    const count = Object.values(card.curves)[0][0].length;
    const x = d3.range(count).map((i) => card.start + (card.end - card.start) * i / (count - 1));
    let place = Math.round(count * 0.42);
    const curves = () => card.curves[card.sliders.map((slider, i) => key(slider.values[at[i]])).join(" ")];
    const chart = element("div", { class: "chart small" });
    const told = element("p", { role: "status", class: "quiet" });

    const tell = () => {
      told.textContent = curves().map((curve, i) => {
        const next = place + 1 < count ? place : place - 1;
        const slope = (curve[next + 1] - curve[next]) / (x[next + 1] - x[next]);
        const name = card.lines[i] ? `${card.lines[i]}: ` : "";
        return `${name}loss ${short(curve[place])}, slope ${short(Math.round(slope * 1e3) / 1e3)}`;
      }).join("; ") + ` at ${short(x[place])}.`;
    };
    const range = (title, values, start, changed) => {
      const output = element("output", {}, short(values[start]));
      const input = element("input", { type: "range", min: 0, max: values.length - 1, step: 1, value: start,
        "aria-label": title, "aria-valuetext": short(values[start]), input: () => {
          output.textContent = short(values[input.value]);
          input.setAttribute("aria-valuetext", short(values[input.value]));
          changed(Number(input.value));
          redraw();
          tell();
        } });
      return element("label", {}, element("span", {}, `${title} `, output), input);
    };
    const along = card.along.split(/[;,]/)[0];
    box.append(chart, told, element("div", { class: "controls" },
      range(`at ${along}`, x, place, (value) => { place = value; }),
      ...card.sliders.map((slider, i) => range(`${slider.name} =`, slider.values, slider.at, (value) => { at[i] = value; }))));
    // One scale for all steps, so that what moves is the curve.
    const all = Object.values(card.curves).flat(2).filter((value) => value != null);
    const shown = curves().flat().filter((value) => value != null);
    const top = Math.min(d3.max(all), Math.max(1.6 * d3.max(shown), 0.5));
    const domain = [Math.min(0, Math.max(d3.min(all), 1.5 * d3.min(shown))), top];

    const redraw = charts.kept(chart, (width) => {
      const lines = curves().map((curve, i) => ({ name: card.lines[i], colour: seen(card.colour),
        points: curve.map((value, j) => ({ x: x[j], value })).filter((point) => point.value != null) }));
      return {
        label: `The loss by ${card.along}`,
        options: {
          height: Math.min(340, Math.max(250, width * 0.42)),
          x: { label: card.along, labelOffset: 36 }, y: { label: "loss", grid: true, domain, clamp: false },
          marks: [
            Plot.ruleY([0], { strokeOpacity: 0.4 }),
            Plot.ruleX([x[place]], { strokeOpacity: 0.5, strokeDasharray: "3 3" }),
            ...lines.map((line, i) => Plot.lineY(line.points, { x: "x", y: "value", stroke: line.colour, strokeWidth: 2.5,
              strokeDasharray: i ? "7 3" : "", clip: true, className: "curve" })),
            ...lines.map((line) => Plot.dot(line.points.filter((point) => point.x === x[place] && point.value <= domain[1]),
              { x: "x", y: "value", r: 5, fill: line.colour })),
            ...(lines.length > 1 ? lines.map((line) => Plot.text(line.points.slice(-1), { x: "x", y: (p) => Math.min(p.value, domain[1]),
              text: () => line.name, dx: -4, dy: -8, textAnchor: "end", fill: line.colour })) : []),
            ...lines.map((line) => Plot.tip(line.points, Plot.pointerX({ x: "x", y: "value",
              title: (p) => `${line.name ? line.name + "\n" : ""}${along} ${short(p.x)}\nloss ${short(p.value)}` }))),
          ],
        },
      };
    });
    tell();
  }

  // A value as the keys of the curves write it.
  const key = (value) => String(Number(value.toPrecision(6)));

  return { draw };
})();
