// @ts-check
/* Popups and tooltips as elements. Every text is a text node, whatever it contains. */
(() => {
  "use strict";
  const DG = window.DG;
  const { el } = DG;

  /** A <dl> of [label, text | Node, note?] rows; a row without a value is left out. */
  DG.facts = (rows) =>
    el(
      "dl",
      { class: "dg-facts" },
      ...rows
        .filter((row) => row[1] !== null && row[1] !== undefined && row[1] !== "")
        .flatMap(([label, value, note]) => [
          el("dt", {}, String(label)),
          el(
            "dd",
            {},
            value instanceof Node ? value : String(value),
            note ? el("span", { class: "dg-note" }, String(note)) : null,
          ),
        ]),
    );

  /** The card of a popup: title with its mark, a subtitle, parts, and links as buttons [text, address]. */
  DG.card = ({ mark, title, subtitle, parts = [], links = [] }) =>
    el(
      "div",
      { class: "dg-card", role: "group", "aria-label": title, tabindex: "-1" },
      el("h3", { class: "dg-card-title" }, mark ? DG.mark(mark) : null, title),
      subtitle ? el("p", { class: "dg-card-subtitle" }, subtitle) : null,
      ...parts,
      links.length
        ? el(
            "p",
            { class: "dg-card-links" },
            ...links.map(([text, href], i) =>
              el("a", { class: i ? "dg-button" : "dg-button dg-button-first", href }, text),
            ),
          )
        : null,
    );

  /** Opens `node` at a place. With `opener` (keyboard) the focus goes in, and back when the popup closes. */
  DG.openPopup = (map, latlng, node, { opener = null, onClose = null } = {}) => {
    const width = map.getSize().x;
    const above = map.getContainer().querySelector(".dg-switch")?.offsetHeight ?? 34;
    const popup = L.popup({
      maxWidth: Math.min(340, width - 48),
      minWidth: Math.min(280, width - 48),
      maxHeight: Math.max(160, Math.min(460, map.getSize().y - above - 36)),
      autoPanPaddingTopLeft: [12, above + 22],
      autoPanPaddingBottomRight: [12, 30],
      className: "dg-popup",
    });
    popup.setLatLng(latlng).setContent(node);
    popup.on("remove", () => {
      if (onClose) onClose();
      if (opener) (opener.isConnected ? opener : map.getContainer()).focus({ preventScroll: true });
    });
    popup.openOn(map);
    if (opener) node.focus({ preventScroll: true });
    return popup;
  };

  /** The lines of a tooltip. */
  DG.tip = (...lines) =>
    el(
      "div",
      { class: "dg-tip" },
      ...lines.filter(Boolean).map((line, i) => el("div", { class: i ? "dg-note" : "dg-tip-title" }, line)),
    );
})();
