// Rows that stand for something on the map: hover or focus lights it and the map lights the row; a click
// anywhere in a row opens it. Without this file the link in each row does the same.
"use strict";

const items = [...document.querySelectorAll("[data-rows] [data-code]")];

const tell = (code) => document.dispatchEvent(new CustomEvent("dg:highlight", { detail: { code, from: "list" } }));

for (const item of items) {
  item.addEventListener("mouseenter", () => tell(item.dataset.code));
  item.addEventListener("mouseleave", () => tell(null));
  item.addEventListener("focusin", () => tell(item.dataset.code));
  item.addEventListener("focusout", () => tell(null));
  item.addEventListener("click", (event) => {
    const selecting = String(window.getSelection()) !== "";
    if (item.dataset.href && !selecting && !event.target.closest("a, button, summary")) {
      window.location.assign(item.dataset.href);
    }
  });
}

document.addEventListener("dg:highlight", (event) => {
  if (event.detail?.from !== "map") return;
  for (const item of items) item.classList.toggle("lit", item.dataset.code === event.detail.code);
});

// Arrow keys walk from link to link, so that the list can be read with the map beside it.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  const here = items.indexOf(document.activeElement?.closest("[data-rows] [data-code]"));
  const typing = event.target.closest("input, select, textarea, .folium-map");
  if (!step || typing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (here < 0 && event.key.startsWith("Arrow")) return;
  const next = items[here < 0 ? 0 : here + step];
  if (!next) return;
  event.preventDefault();
  next.querySelector("a")?.focus();
});

// A filtered list shows the same projects on the map.
const shown = document.querySelector("[data-shown]");
if (shown) {
  const codes = shown.dataset.shown.split(" ").filter(Boolean);
  document.dispatchEvent(new CustomEvent("dg:filter", { detail: { codes } }));
}
