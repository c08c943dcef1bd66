// Parts of a case are folded on a phone and open on a desk; the part that the address names is open everywhere.
"use strict";

(() => {
  const named = () => {
    const part = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = part?.querySelector("details[data-part]");
    if (folded) folded.open = true;
  };

  const unfold = () => {
    if (window.matchMedia("(min-width: 860px)").matches) {
      for (const part of document.querySelectorAll("details[data-part]")) part.open = true;
    }
    named();
  };

  unfold();
  window.addEventListener("hashchange", named);
  document.addEventListener("page-shown", unfold); // a refusal was put into the page without loading it
})();
