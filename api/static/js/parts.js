// Parts of a case are folded on a phone and open on a desk; the part that the address names is open everywhere.
"use strict";

const parts = [...document.querySelectorAll("details[data-part]")];

const named = () => {
  const part = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector("details[data-part]");
  if (part) part.open = true;
};

if (window.matchMedia("(min-width: 860px)").matches) for (const part of parts) part.open = true;
named();
window.addEventListener("hashchange", named);
