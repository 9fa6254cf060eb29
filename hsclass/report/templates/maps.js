// The map viewer: Leaflet shows two layers of one scene on one map, leaflet-side-by-side the divider between them,
// uPlot the spectra. The layers are arrays of bytes, one a pixel.
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const RAMP = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 185, 93], [254, 232, 56]]; // cividis
const ROLES = ["unused", "train", "validation", "test", "guard"];
const ROLE_COLORS = [null, "#e66101", "#fdb863", "#5e3c99", "#787878"];
const RIGHT = "#56b4e9", WRONG = "#d55e00", ABSTAINED = "#000000";

const rgb = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
const word = (color) => color === null ? 0 : (255 << 24 | color[2] << 16 | color[1] << 8 | color[0]) >>> 0;

function ramp(share) {
  const place = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1), low = Math.min(Math.floor(place), RAMP.length - 2);
  return RAMP[low].map((value, channel) => Math.round(value + (place - low) * (RAMP[low + 1][channel] - value)));
}

function viewer(root) {
  const data = JSON.parse(root.querySelector("script").textContent);
  const find = (name) => root.querySelector(`[data-role=${name}]`);
  const { rows, cols, step } = data, bounds = [[0, 0], [rows, cols]];
  const cache = new Map();
  const bytes = (key, text) => {
    if (!cache.has(key)) cache.set(key, unpack(text));
    return cache.get(key);
  };
  const reference = () => bytes("reference", data.reference);
  const of = (run) => data.splits[run.of];
  const kinds = {
    picture: { label: data.picture.label },
    reference: { label: "Reference labels", key: "classes", values: reference },
    map: { label: "Map", key: "classes", byRun: true, values: (run) => bytes(`map ${run.place}`, run.map) },
    errors: {
      label: "Errors", key: "errors", byRun: true,
      values: async (run) => {
        const [map, truth, roles] = await Promise.all([kinds.map.values(run), reference(), kinds.split.values(run)]);
        return map.map((value, place) => roles[place] === 3 ? (value === truth[place] ? 1 : 2) : 0);
      },
    },
    confidence: {
      label: "Confidence", key: "share", byRun: true, has: (run) => run.confidence,
      values: (run) => bytes(`confidence ${run.place}`, run.confidence),
    },
    split: { label: "Split", key: "roles", byRun: true, values: (run) => bytes(`roles ${run.of}`, of(run).roles) },
    distance: {
      label: "Distance to training", key: "distance", byRun: true,
      values: (run) => bytes(`distance ${run.of}`, of(run).distance),
    },
  };
  data.further.forEach((layer, place) => {
    kinds[`further${place}`] = {
      label: layer.label, key: layer.kind, file: layer.file, values: () => bytes(`further ${place}`, layer.data),
    };
  });
  data.runs.forEach((run, place) => { run.place = place; });
  const runs = data.runs;
  const several = new Set(runs.map((run) => run.seed)).size > 1;
  const named = (run) => `${run.model} on ${run.split}${several ? `, seed ${run.seed}` : ""}${run.leaky ? " (leaky)" : ""}`;
  const own = find("own");
  const farthest = (values) => values.reduce((most, value) => Math.max(most, value), 1);

  function colours(key, values) {
    const far = key === "distance" ? farthest(values) : 0;
    const fixed = (list) => (value) => word(list[value] ? rgb(list[value]) : null);
    if (key === "classes") {
      const list = [null, ...data.classes.map((cover) => own.checked ? cover.own : cover.color)];
      list[255] = ABSTAINED;
      return fixed(list);
    }
    if (key === "roles") return fixed(ROLE_COLORS);
    if (key === "inside") return (value) => word(value ? rgb(value > 1 ? RIGHT : WRONG) : null);
    if (key === "errors") return fixed([null, RIGHT, WRONG]);
    if (key === "distance") return (value) => word(ramp(Math.sqrt(value / far)));
    return (value) => word(value ? ramp((value - 1) / (data.share_steps - 1)) : null);
  }

  function painted(values, color) {
    const canvas = document.createElement("canvas"), table = Array.from({ length: 256 }, (_, value) => color(value));
    canvas.width = cols;
    canvas.height = rows;
    const context = canvas.getContext("2d"), image = context.createImageData(cols, rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let place = 0; place < pixels.length; place++) pixels[place] = table[values[place]];
    context.putImageData(image, 0, 0);
    return canvas.toDataURL();
  }

  const map = L.map(find("map"), {
    crs: L.CRS.Simple, attributionControl: false, zoomSnap: 0.25, minZoom: -5, maxZoom: 7, maxBounds: L.latLngBounds(bounds).pad(0.5),
  });
  const overlay = (pane, z) => {
    map.createPane(pane).style.zIndex = z;
    const layer = L.imageOverlay(data.picture.uri, bounds, { pane, className: "layer", alt: "" });
    layer.getContainer = () => map.getPane(pane); // the divider clips the pane, whatever the image's own place in it
    return layer.addTo(map);
  };
  overlay("under", 200);
  const sides = ["left", "right"].map((name, place) => ({
    name, layer: overlay(name, 210 + place), kind: find(`${name}-kind`), run: find(`${name}-run`), legend: find(`${name}-legend`),
  }));
  const divider = L.control.sideBySide(sides[0].layer, sides[1].layer).addTo(map);
  const range = find("map").querySelector(".leaflet-sbs-range");
  range.setAttribute("aria-label", "Divider between the left and the right layer");
  range.step = 0.02; // of a press of an arrow key
  map.fitBounds(bounds);
  map.attributionControl = null;
  map.getPane("overlayPane").setAttribute("aria-hidden", "true"); // the pixel and the places are said in words

  for (const side of sides) {
    for (const [name, kind] of Object.entries(kinds)) {
      if (!kind.has || runs.some(kind.has)) side.kind.add(new Option(kind.label, name));
    }
    runs.forEach((run, place) => side.run.add(new Option(named(run), place)));
    side.run.value = data.first;
    side.kind.value = side.name === "left" ? "reference" : kinds.further0 ? "further0" : "map"; // the delivered map first
    side.kind.onchange = side.run.onchange = () => show(side);
  }
  const runOf = (side) => runs[side.run.value];

  async function show(side) {
    const name = side.kind.value, kind = kinds[name], run = runOf(side);
    side.run.closest("label").hidden = !kind.byRun;
    if (name === "picture" || (kind.has && !kind.has(run))) side.layer.setUrl(data.picture.uri);
    else {
      const values = await kind.values(run);
      side.layer.setUrl(painted(values, colours(kind.key, values)));
    }
    side.legend.replaceChildren(...legend(name, kind, run, kind.key === "distance" ? farthest(await kind.values(run)) : 0));
    root.dataset[side.name] = name; // says that the layer is there
  }

  function element(tag, text, attributes = {}) {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(text);
    return made;
  }

  const link = (file) => element("a", "GeoTIFF", { href: (file.startsWith("/") ? "" : document.body.dataset.root) + file });

  function entry(color, text) {
    const item = element("li", text), swatch = element("span", "", { className: "swatch" });
    swatch.style.background = color;
    item.prepend(swatch);
    return item;
  }

  function legend(name, kind, run, far) {
    const parts = [element("strong", `${kind.label}${kind.byRun ? `: ${named(run)}` : ""}`)], list = element("ul", "", { className: "legend" });
    const gradient = (low, high) => {
      const stops = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => `rgb(${ramp(share)})`).join(",");
      const bar = element("span", "", { className: "ramp" });
      bar.style.background = `linear-gradient(90deg,${stops})`;
      const item = element("li", `${low} `);
      item.append(bar, ` ${high}`);
      return item;
    };
    if (kind.key === "classes") list.append(...data.classes.map((cover) => entry(own.checked ? cover.own : cover.color, `${cover.id} ${cover.name}`)));
    if (kind.key === "roles") list.append(...[1, 2, 3, 4].map((role) => entry(ROLE_COLORS[role], ROLES[role])));
    if (kind.key === "errors") list.append(entry(RIGHT, "test pixel right"), entry(WRONG, "test pixel wrong"));
    if (kind.key === "inside") list.append(entry(RIGHT, "inside"), entry(WRONG, "outside"));
    if (kind.key === "distance") list.append(gradient("0", `${far}${far === data.far ? " or more" : ""} px`));
    if (kind.key === "share") list.append(gradient("0", "1"));
    parts.push(list);
    if (kind.has && !kind.has(run)) parts.push(element("p", "This run wrote no confidence; the picture is shown instead.", { className: "note" }));
    if (name === "confidence" && run.ece !== null) {
      parts.push(element("p", `Expected calibration error on the test pixels: ${run.ece.toFixed(3)} (mean distance of accuracy from confidence; 0 is best).`, { className: "note" }));
    }
    if (name === "map" || name === "errors") {
      const note = element("p", run.oa === null ? "" : `OA ${run.oa.toFixed(3)} on the test pixels. `, { className: "note" });
      parts.push(note, link(run.file));
    }
    if (kind.file) parts.push(link(kind.file));
    return parts;
  }

  const marker = L.rectangle([[0, 0], [0, 0]], { className: "pixel", fill: false, interactive: false }).addTo(map);
  const places = L.layerGroup(data.places.map(([row, col, number]) => L.circleMarker([rows - row - 0.5, col + 0.5], {
    className: "place", radius: 6, fill: false, interactive: false,
  }).bindTooltip(String(number), { permanent: true, direction: "center", className: "place", offset: [0, -13] })));
  find("places").onchange = (event) => (event.target.checked ? places.addTo(map) : places.remove());
  find("places").closest("label").hidden = !data.places.length;
  let pinned = false, last = null, plot = null;
  const className = (place) => place === 255 ? "abstained" : place ? data.classes[place - 1].name : null;

  async function read(latlng, said) {
    const row = Math.floor(rows - latlng.lat), col = Math.floor(latlng.lng);
    if (row < 0 || col < 0 || row >= rows || col >= cols) return;
    const place = row * cols + col;
    last = { row, col };
    marker.setBounds([[rows - row, col], [rows - row - 1, col + 1]]);
    const truth = (await reference())[place], lines = [["Row, column", `${row * step}, ${col * step}`], ["Reference", className(truth) ?? "unlabelled"]];
    const shown = [];
    for (const side of sides) {
      const run = runOf(side);
      if (!kinds[side.kind.value].byRun || shown.includes(run)) continue;
      shown.push(run);
      const value = (await kinds.map.values(run))[place];
      const sure = run.confidence ? (await kinds.confidence.values(run))[place] : 0;
      const share = sure ? `, confidence ${((sure - 1) / (data.share_steps - 1)).toFixed(2)}` : "";
      lines.push([named(run), `${className(value) ?? "no data"}${share}`]);
      const away = (await kinds.distance.values(run))[place], role = (await kinds.split.values(run))[place];
      lines.push([`Split ${run.split}`, `${role ? ROLES[role] : "not used"}, ${away}${away === data.far ? " or more" : ""} px from training`]);
      shown.first ??= value;
    }
    for (const kind of Object.values(kinds).filter((each) => each.file)) {
      const value = (await kind.values())[place];
      const share = kind.key === "inside" ? (value > 1 ? "inside" : "outside") : ((value - 1) / (data.share_steps - 1)).toFixed(2);
      lines.push([kind.label, (kind.key === "classes" ? className(value) : value && share) || "no data"]);
      if (kind.key === "classes") shown.first ??= value;
    }
    if (last.row !== row || last.col !== col) return; // the pointer has moved on
    find("values").replaceChildren(...lines.flatMap(([name, text]) => [element("dt", name), element("dd", text)]));
    if (said) find("said").textContent = [...lines.map(([name, text]) => `${name}: ${text}`), ...(pinned ? ["kept"] : [])].join("; ");
    await spectrum(row, col, truth, shown.first ?? 0);
  }

  async function spectrum(row, col, truth, predicted) {
    const about = data.spectra;
    if (!about.planes) {
      about.planes = await bytes("spectra", about.data);
      const size = about.rows * about.cols;
      for (let place = size; place < about.planes.length; place++) about.planes[place] += about.planes[place - size];
    }
    const at = Math.min(Math.floor(row * step / about.step), about.rows - 1) * about.cols + Math.min(Math.floor(col * step / about.step), about.cols - 1);
    const order = about.x.map((_, band) => band).sort((one, other) => about.x[one] - about.x[other]);
    const values = order.map((band) => {
      const value = about.planes[band * about.rows * about.cols + at];
      return value ? about.low[band] + (value - 1) / 254 * (about.high[band] - about.low[band]) : null;
    });
    const mean = (place) => place && place !== 255 && about.means[place - 1] ? order.map((band) => about.means[place - 1][band]) : order.map(() => null);
    const series = [order.map((band) => about.x[band]), values, mean(predicted || truth), mean(truth === predicted ? 0 : truth)];
    const labels = ["this pixel", `mean of ${className(predicted || truth) ?? "no class"}`, `mean of ${className(truth)}`];
    if (!plot) plot = drawn(series);
    else plot.setData(series);
    const keys = labels.slice(0, truth && predicted && truth !== predicted ? 3 : 2);
    find("lines").replaceChildren(...keys.map((text, place) => entry(`var(--${["ink", "validation", "model-3"][place]})`, text)));
  }

  function drawn(series) {
    const style = getComputedStyle(document.documentElement), color = (name) => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: color("quiet"), grid: { stroke: color("line"), width: 1 }, ticks: { show: false }, font: "11px sans-serif" };
    const line = (name, width, dash) => ({ stroke: color(name), width, dash, points: { show: false }, spanGaps: true });
    return new uPlot({
      width: find("spectrum").clientWidth, height: 190, legend: { show: false }, cursor: { show: false }, scales: { x: { time: false } },
      axes: [{ ...axis, label: data.spectra.unit, labelSize: 16, labelFont: "11px sans-serif", size: 28 }, { ...axis, size: 52 }],
      series: [{}, line("ink", 2), line("validation", 1.5, [6, 3]), line("model-3", 1.5, [2, 3])],
    }, series, find("spectrum"));
  }

  const redraw = () => {
    if (plot) {
      const series = plot.data;
      plot.destroy();
      plot = drawn(series);
    }
  };
  addEventListener("themechange", redraw);
  new ResizeObserver(() => {
    map.invalidateSize({ animate: false });
    if (plot) plot.setSize({ width: find("spectrum").clientWidth, height: 190 });
  }).observe(root);
  map.on("mousemove", (event) => { if (!pinned) read(event.latlng); });
  const keep = (latlng) => {
    pinned = !pinned || !marker.getBounds().contains(latlng);
    root.classList.toggle("pinned", pinned);
    read(latlng, true);
  };
  map.on("click", (event) => keep(event.latlng));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === map.getContainer()) keep(map.getCenter());
  });
  map.on("moveend", () => { if (document.activeElement === map.getContainer() && !pinned) read(map.getCenter(), true); });
  own.onchange = () => sides.forEach(show);
  find("fit").onclick = () => map.fitBounds(bounds);
  sides.forEach(show);
  root.viewer = { map, divider, read: (row, col) => read(L.latLng(rows - row - 0.5, col + 0.5), true) };
  return read(map.getCenter());
}

document.querySelectorAll(".viewer").forEach((root) => {
  if ("DecompressionStream" in window) viewer(root);
  else root.replaceChildren("The viewer needs a browser of 2023 or later; the maps are GeoTIFFs in the folders of the runs.");
});
