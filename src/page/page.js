"use strict";
// Sorting and filtering of what is already on the page. Without this script everything can still be read
// and opened.
(() => {
  const all = (root, selector) => Array.from(root.querySelectorAll(selector));

  // What an item is found by; cached, for a copy's difference is long.
  const words = new WeakMap();
  const wordsOf = (item) => {
    if (!words.has(item)) words.set(item, item.textContent.toLowerCase());
    return words.get(item);
  };

  // A long list shows its beginning until all of it is asked for.
  const FIRST = 20;
  const opened = new WeakSet();

  const filter = (tools) => {
    const list = document.getElementById(tools.dataset.for);
    const text = (tools.querySelector("input[type=search]")?.value ?? "").trim().toLowerCase();
    const picks = all(tools, "select[data-pick]").filter((select) => select.value !== "");
    const limit = opened.has(list) ? Infinity : FIRST;
    let found = 0;
    for (const item of list.children) {
      const fits = picks.every((select) => item.dataset[select.dataset.pick] === select.value)
        && (text === "" || wordsOf(item).includes(text));
      found += fits ? 1 : 0;
      item.hidden = !fits || found > limit;
    }
    const shown = Math.min(found, limit);
    const of = found === list.children.length ? "" : ` found among ${list.children.length}`;
    tools.querySelector("output").textContent =
      shown === found ? `${found}${of || " in all"}` : `${shown} of ${found}${of} shown`;
    tools.querySelector("button").hidden = shown === found;
  };

  const reorder = (list, key, sign) => {
    const items = Array.from(list.children).map((item) => [key(item), item]);
    items.sort(([a], [b]) => sign * (typeof a === "number" ? a - b : a.localeCompare(b)));
    list.append(...items.map(([, item]) => item));
  };

  for (const tools of all(document, ".tools")) {
    tools.hidden = false;
    const list = document.getElementById(tools.dataset.for);
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = "Show all";
    more.addEventListener("click", () => {
      opened.add(list);
      filter(tools);
    });
    tools.append(more);
    tools.addEventListener("input", () => filter(tools));
    const sort = tools.querySelector("select[data-sort]");
    sort?.addEventListener("change", () => {
      const [name, sign] = sort.value.split(" ");
      reorder(list, (item) => Number(item.dataset[name]), Number(sign));
      filter(tools);
    });
    filter(tools);
  }

  for (const table of all(document, "table.sortable")) {
    const heads = all(table, "thead th");
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      const isNumber = head.classList.contains("number");
      button.addEventListener("click", () => {
        const first = isNumber ? "descending" : "ascending";
        const other = isNumber ? "ascending" : "descending";
        const order = head.getAttribute("aria-sort") === first ? other : first;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const key = (row) => {
          const cell = row.children[column];
          return isNumber ? Number(cell.dataset.value ?? cell.textContent.replaceAll(",", "")) : cell.textContent;
        };
        reorder(table.tBodies[0], key, order === "ascending" ? 1 : -1);
        document.querySelectorAll(`.tools[data-for="${table.tBodies[0].id}"]`).forEach(filter);
      });
    });
  }

  // Paper has no button to ask for more.
  addEventListener("beforeprint", () => {
    for (const tools of all(document, ".tools")) {
      opened.add(document.getElementById(tools.dataset.for));
      filter(tools);
    }
  });

  // From a row of a table to its samples.
  for (const link of all(document, "a[data-pick]")) {
    link.addEventListener("click", () => {
      const tools = document.querySelector(`.tools[data-for="${link.dataset.list}"]`);
      for (const select of all(tools, "select[data-pick]")) {
        select.value = select.dataset.pick === link.dataset.pick ? link.dataset.value : "";
      }
      filter(tools);
    });
  }
})();
