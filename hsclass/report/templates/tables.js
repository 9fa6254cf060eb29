// Tables that sort, filter and download; blocks of which one is shown at a time; the choice of a theme.
const cellText = (cell) => cell.textContent.replace(/\s+/g, " ").trim();

function sortValue(cell) {
  const text = cellText(cell).replace(/[\u202f\u00a0](?=\d)/g, "").replace("−", "-").replace(/^[<★ ]+/, "");
  const number = parseFloat(text);
  return Number.isNaN(number) || /^\d+[a-z]/i.test(text) ? (/^–?$/.test(text) ? null : text.toLowerCase()) : number;
}

function compare(one, other) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
}

function enhance(table) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells], body = table.tBodies[0];
  const rows = [...body.rows], tools = document.createElement("div");
  tools.className = "tools";
  const filter = Object.assign(document.createElement("input"), { type: "search", placeholder: "Filter rows" });
  filter.setAttribute("aria-label", `Filter rows of: ${table.dataset.name}`);
  const choices = heads.map((head, column) => {
    if (head.dataset.choice === undefined) return null;
    const values = [...new Set(rows.map((row) => row.cells[column].dataset.value ?? cellText(row.cells[column])))];
    if (values.length < 2) return null;
    const label = document.createElement("label"), select = document.createElement("select"), name = cellText(head);
    select.add(new Option(`all: ${name}`, ""));
    values.forEach((value) => select.add(new Option(value, value)));
    if (values.includes(head.dataset.choice)) select.value = head.dataset.choice;
    select.setAttribute("aria-label", name);
    label.append(select);
    tools.append(label);
    return select;
  });
  const count = Object.assign(document.createElement("span"), { className: "quiet" });
  count.setAttribute("role", "status");
  function apply() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = cellText(row).toLowerCase();
      row.hidden = !words.every((each) => text.includes(each)) ||
        choices.some((select, column) => select && select.value && (row.cells[column].dataset.value ?? cellText(row.cells[column])) !== select.value);
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
  }
  filter.oninput = apply;
  choices.forEach((select) => { if (select) select.onchange = apply; });
  const download = Object.assign(document.createElement("button"), { type: "button", textContent: "CSV" });
  download.setAttribute("aria-label", `Download as CSV: ${table.dataset.name}`);
  download.onclick = () => {
    const quote = (text) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const plain = (text) => text.replace(/[\u202f\u00a0](?=\d)/g, "").replace(/[\u202f\u00a0]/g, " ").replace(/−(?=\d)/g, "-").replace(/^–$/, "");
    const lines = [heads, ...[...body.rows].filter((row) => !row.hidden).map((row) => [...row.cells])];
    const text = lines.map((cells) => cells.map((cell) => quote(plain(cell.dataset.value ?? cellText(cell)))).join(",")).join("\n");
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" })), download: `${table.dataset.name.replace(/\W+/g, "-").toLowerCase()}.csv`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  tools.append(filter, download, count);
  table.closest(".scroll").before(tools);
  heads.forEach((head, column) => { // text stands on the left, figures on the right
    const cells = rows.map((row) => row.cells[column]).filter(Boolean), values = cells.map(sortValue);
    if (cells.some((cell) => cell.tagName === "TH") || (values.every((value) => typeof value !== "number") && values.some(Boolean))) {
      [head, ...cells].forEach((cell) => cell.classList.add("text"));
    }
  });
  heads.forEach((head, column) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    button.onclick = () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const keys = new Map(rows.map((row) => [row, sortValue(row.cells[column])]));
      rows.sort((one, other) => {
        const [a, b] = [keys.get(one), keys.get(other)];
        return a === null || b === null ? compare(a, b) : (up ? 1 : -1) * compare(a, b);
      });
      body.append(...rows);
    };
  });
  apply();
}

function choose(group) {
  const blocks = [...group.children], label = document.createElement("label"), select = document.createElement("select");
  if (blocks.length < 2) return;
  blocks.forEach((block, place) => select.add(new Option(block.dataset.name, place)));
  const apply = () => blocks.forEach((block, place) => { block.hidden = place !== Number(select.value); });
  select.value = Math.max(blocks.findIndex((block) => block.dataset.first !== undefined), 0);
  select.onchange = apply;
  label.className = "tools";
  label.append(`${group.dataset.label} `, select);
  group.before(label);
  apply();
}

function themes(button) {
  const names = ["system", "light", "dark"], root = document.documentElement;
  let place = 0;
  try { place = Math.max(names.indexOf(localStorage.getItem("hsclass-theme")), 0); } catch { /* no storage */ }
  const apply = () => {
    if (place) root.dataset.theme = names[place];
    else delete root.dataset.theme;
    button.querySelector("span").textContent = names[place];
    dispatchEvent(new Event("themechange"));
  };
  button.hidden = false;
  button.onclick = () => {
    place = (place + 1) % names.length;
    try { localStorage.setItem("hsclass-theme", names[place]); } catch { /* no storage */ }
    apply();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  apply();
}

document.querySelectorAll("table.data").forEach(enhance);
document.querySelectorAll(".one-of").forEach(choose);
themes(document.getElementById("theme"));
