// A blocked stretch in the panel, clicked, comes into view on the map.
"use strict";

for (const button of document.querySelectorAll(".run-fit")) {
  button.addEventListener("click", () => {
    const { alignment, from, to } = button.dataset;
    const detail = { alignment, from: Number(from), to: Number(to) };
    document.dispatchEvent(new CustomEvent("dg:fit-run", { detail }));
    document.querySelector(".folium-map")?.scrollIntoView({ block: "nearest" });
  });
}
