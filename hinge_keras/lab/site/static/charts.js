// What every chart of the site shares: data, colours that are seen, accessible SVG.
const charts = (() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const DASHES = ["", "7 3", "2 3", "9 3 2 3"];

  const data = (id) => JSON.parse(document.getElementById(id).textContent);

  // A colour that is seen on the paper of the theme.
  function seen(colour) {
    const found = d3.hcl(colour);
    if (dark.matches) found.l = Math.max(found.l, 62);
    else found.l = Math.min(found.l, 62);
    return found.formatHex();
  }

  // An element with attributes, properties that are functions, and children.
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") made.addEventListener(key, value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value != null) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  // Plot labels its groups, which only an image may have: one label for the whole.
  function accessible(figure, label) {
    const svg = figure.tagName.toLowerCase() === "svg" ? figure : figure.querySelector("svg");
    for (const group of svg.querySelectorAll("[aria-label], [aria-description]")) {
      group.removeAttribute("aria-label");
      group.removeAttribute("aria-description");
    }
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    return figure;
  }

  // Draws into a box now, and again when its width or the theme changes.
  function kept(box, draw) {
    let width = 0;
    const redraw = () => {
      width = box.clientWidth;
      const { options, label } = draw(width);
      const figure = Plot.plot({ width, marginLeft: 52, marginBottom: 42, ...options });
      box.replaceChildren(accessible(figure, label));
      box.chart = figure;
    };
    new ResizeObserver(() => box.clientWidth !== width && redraw()).observe(box);
    dark.addEventListener("change", redraw);
    redraw();
    return redraw;
  }

  function swatch(colour, dash) {
    const svg = d3.create("svg").attr("class", "swatch").attr("viewBox", "0 0 24 10")
      .attr("aria-hidden", "true");
    const line = svg.append("line").attr("x2", 24).attr("y1", 5).attr("y2", 5)
      .attr("stroke-width", 3).attr("stroke-dasharray", dash);
    const paint = () => line.attr("stroke", seen(colour));
    paint();
    dark.addEventListener("change", paint);
    return svg.node();
  }

  // A few choices of which one is taken, as a row of buttons that are radios.
  function segments(title, name, choices, changed) {
    const row = element("div", { class: "segments" }, ...choices.map((choice, place) =>
      element("label", {},
        element("input", { type: "radio", name, value: choice, checked: place === 0,
          change: () => changed(choice) }), choice)));
    return element("fieldset", {}, element("legend", {}, title), row);
  }

  function chooser(title, choices, changed) {
    const select = element("select", { change: () => changed(select.value) },
      ...choices.map(([value, text]) => element("option", { value }, text)));
    return element("label", {}, title, select);
  }

  const short = (value) =>
    value == null ? "" : Math.abs(value) >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4)));

  // Home: the accuracies of the same models, by one of several rulers.
  function readings(box, picture) {
    let ruler = 0;
    const order = picture.arms.map((arm) => arm.arm);
    const redraw = kept(box, (width) => ({
      label: `Accuracy of ${order.length} nets read ${picture.rulers[ruler]}`,
      options: {
        height: 60 + 38 * order.length, marginLeft: width < 500 ? 8 : 165, marginRight: 44,
        x: { domain: [0, 100], label: "accuracy in percent", labelOffset: 36, grid: true },
        y: { domain: order, label: null, axis: width < 500 ? null : "left", tickSize: 0 },
        marks: [
          Plot.barX(picture.arms, { x: (arm) => arm.values[ruler], y: "arm", insetTop: width < 500 ? 15 : 5,
            insetBottom: 5, fill: (arm) => seen(arm.colour) }),
          Plot.text(picture.arms, { x: (arm) => arm.values[ruler], y: "arm", dx: 6, dy: width < 500 ? 5 : 0,
            textAnchor: "start", fontWeight: 600, text: (arm) => arm.values[ruler].toFixed(1) }),
          width < 500 ? Plot.text(picture.arms, { x: 0, y: "arm", dy: -10, textAnchor: "start", text: "arm" }) : null,
          Plot.ruleX([0]),
        ],
      },
    }));
    const told = document.getElementById("reading");
    const tell = () => {
      const values = picture.arms.map((arm) => `${arm.arm} ${arm.values[ruler].toFixed(1)}`);
      told.textContent = `Read ${picture.rulers[ruler]}: ${values.join(", ")} %.`;
    };
    for (const input of document.querySelectorAll("#rulers-switch input")) {
      input.addEventListener("change", () => { ruler = Number(input.value); redraw(); tell(); });
    }
    tell();
  }

  return { data, seen, element, kept, swatch, segments, chooser, short, readings, DASHES };
})();
