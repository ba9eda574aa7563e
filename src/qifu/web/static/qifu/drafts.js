// Comforts of the draft page: keys for the clause that has the focus. All works without them.
"use strict";

(() => {
  function keysOff() {
    try { return localStorage.getItem("qifu-keys-off") === "1"; } catch { return false; }
  }

  // The clause that the address names takes the focus, so that c, m and d mean it.
  function focusNamed() {
    const named = location.hash && document.getElementById(location.hash.slice(1));
    if (!named || !named.matches("[data-pd-clause]")) return;
    const field = named.querySelector(".pd-mend :is(select, textarea, input:not([type=hidden]))");
    (field || named).focus({ preventScroll: true });
    // the text follows: its mark is brought into sight beside it
    const mark = document.getElementById(`at-${named.id}`);
    const text = document.getElementById("text");
    if (mark && text && text.scrollHeight > text.clientHeight + 1) {
      text.scrollTop += mark.getBoundingClientRect().top - text.getBoundingClientRect().top - 120;
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select")) return;
    if (!["c", "m", "d"].includes(event.key)) return;
    const clause = document.activeElement && document.activeElement.closest("[data-pd-clause]");
    const button = clause && clause.querySelector(`[data-pd-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-pd-keys]").forEach((hint) => { hint.hidden = keysOff(); });
    focusNamed();
  });
  window.addEventListener("hashchange", focusNamed);
})();
