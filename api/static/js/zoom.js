// A drawing that is larger than its frame: zoom by buttons, keys, wheel with Ctrl or two fingers; drag to move.
"use strict";

(() => {
  const STEP = 1.25;
  const LEAST = 0.2;
  const MOST = 4;
  const SLACK = 5; // pixels that a click may slip before it is a drag

  const ready = (frame) => {
    const drawing = frame.querySelector("svg");
    const bar = document.getElementById(frame.dataset.zoom);
    const width = Number(drawing.getAttribute("width"));
    const height = Number(drawing.getAttribute("height"));
    const said = bar.querySelector("[data-scale]");
    let scale = 1;

    /** The scale about a point of the frame, which stays where it is. */
    const zoom = (wanted, x = frame.clientWidth / 2, y = frame.clientHeight / 2) => {
      const next = Math.min(Math.max(wanted, LEAST), MOST);
      const [left, top] = [(frame.scrollLeft + x) / scale, (frame.scrollTop + y) / scale];
      scale = next;
      drawing.setAttribute("width", String(width * scale));
      drawing.setAttribute("height", String(height * scale));
      frame.scrollTo({ left: left * scale - x, top: top * scale - y, behavior: "instant" });
      said.textContent = `${Math.round(scale * 100)}%`;
    };
    const fit = () => zoom(Math.min(frame.clientWidth / width, frame.clientHeight / height, 1));
    const acts = { in: () => zoom(scale * STEP), out: () => zoom(scale / STEP), whole: () => zoom(1), fit };

    bar.hidden = false;
    const shown = frame.dataset.show && drawing.querySelector(frame.dataset.show);
    if (shown) {
      const [box, around] = [shown.getBoundingClientRect(), frame.getBoundingClientRect()];
      frame.scrollTop += box.top + box.height / 2 - around.top - frame.clientHeight / 2;
    }
    bar.addEventListener("click", (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.());
    frame.addEventListener("keydown", (event) => {
      const act = { "+": "in", "=": "in", "-": "out", 0: "whole" }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      acts[act]();
      event.preventDefault();
    });
    frame.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return; // the wheel alone scrolls, as everywhere
        const box = frame.getBoundingClientRect();
        zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
        event.preventDefault();
      },
      { passive: false },
    );

    // A mouse drags; one finger scrolls by itself, two pinch.
    let drag = null;
    let moved = false;
    const fingers = new Map();
    let apart = 0;
    const spread = () => {
      const [one, other] = [...fingers.values()];
      return Math.hypot(one.x - other.x, one.y - other.y);
    };
    frame.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch") {
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        apart = fingers.size === 2 ? spread() : 0;
      } else if (event.button === 0) {
        moved = false;
        drag = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
      }
    });
    window.addEventListener("pointermove", (event) => {
      if (fingers.has(event.pointerId)) {
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (fingers.size !== 2 || !apart) return;
        const now = spread();
        const [one, other] = [...fingers.values()];
        const box = frame.getBoundingClientRect();
        zoom(scale * (now / apart), (one.x + other.x) / 2 - box.left, (one.y + other.y) / 2 - box.top);
        apart = now;
      } else if (drag) {
        const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
        if (!moved && Math.hypot(x, y) <= SLACK) return;
        moved = true;
        frame.classList.add("is-dragged");
        frame.scrollTo({ left: drag.left - x, top: drag.top - y, behavior: "instant" });
      }
    });
    const end = (event) => {
      fingers.delete(event.pointerId);
      apart = 0;
      drag = null;
      frame.classList.remove("is-dragged");
      setTimeout(() => (moved = false)); // after the click that a drag ends with
    };
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    frame.addEventListener("dragstart", (event) => event.preventDefault()); // of a link
    frame.addEventListener(
      "click",
      (event) => {
        if (!moved) return;
        event.preventDefault();
        event.stopPropagation();
      },
      true,
    );
  };

  for (const frame of document.querySelectorAll("[data-zoom]")) ready(frame);
})();
