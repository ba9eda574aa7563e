// Comforts of the desk: keys for lists, a button that copies. Every page works without them.
"use strict";

(() => {
  const OFF = "qifu-keys-off";

  function keysOff() {
    try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
  }

  function typing(element) {
    return element instanceof Element
      && element.closest("input, textarea, select, [contenteditable='true']") !== null;
  }

  // j and k go from row to row, Enter opens (it is a link), / goes to the search box.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/") {
      const box = document.querySelector("main [data-qf-search]");
      if (!box) return;
      event.preventDefault();
      box.focus();
      box.select();
      return;
    }
    if (event.key !== "j" && event.key !== "k") return;
    const rows = [...document.querySelectorAll("[data-qd-row]")];
    if (!rows.length) return;
    event.preventDefault();
    const here = rows.indexOf(document.activeElement);
    const next = event.key === "j" ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0);
    rows[next].focus({ preventScroll: true });
    rows[next].scrollIntoView({ block: "nearest" });
  });

  // The keys can be switched off, for those who speak to their machine (WCAG 2.1.4).
  function showKeys() {
    document.querySelectorAll("[data-qd-keys]").forEach((hint) => {
      hint.hidden = false;
      const off = keysOff();
      hint.querySelector("[data-qd-keys-on]").hidden = off;
      const button = hint.querySelector("[data-qd-keys-toggle]");
      button.textContent = off ? button.dataset.off : button.dataset.on;
    });
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-qd-keys-toggle]")) return;
    try { localStorage.setItem(OFF, keysOff() ? "0" : "1"); } catch { return; }
    showKeys();
  });

  function showCopy(root) {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-qd-copy]").forEach((button) => { button.hidden = false; });
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-qd-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.qdCopy);
    await navigator.clipboard.writeText(field.value);
    button.querySelector("span").textContent = button.dataset.done;
  });

  // A link to a step opens it and goes to its first field.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-qd-open]");
    const step = link && document.getElementById(link.dataset.qdOpen);
    if (!step) return;
    event.preventDefault();
    step.open = true;
    step.scrollIntoView({ block: "start" });
    const field = step.querySelector("form :is(input:not([type=hidden]), select, textarea, button)");
    if (field) field.focus({ preventScroll: true });
  });

  // A text that was drafted or found goes below what stands in a field: nothing typed is lost.
  function put(field, words) {
    field.value = [field.value.trimEnd(), words].filter(Boolean).join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    const draft = event.target.querySelector("[data-qd-draft]");
    const field = draft && document.getElementById(draft.dataset.qdDraft);
    if (!field) return;
    put(field, draft.textContent);
    const cites = draft.dataset.cites.split(" ");
    field.form.querySelectorAll("[name=cited]").forEach((box) => {
      if (cites.includes(box.value)) box.checked = true;
    });
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-qd-put]");
    const found = button && document.getElementById(button.dataset.qdPut);
    if (!found) return;
    event.preventDefault();
    const fields = [...button.form.querySelectorAll("[data-qd-answer]")];
    const field = fields.find((one) => !one.value.trim()) || button.form.elements.text;
    put(field, found.textContent);
    field.scrollIntoView({ block: "nearest" });
    field.focus({ preventScroll: true });
  });

  // One button ticks every row of the page; without script the rows are ticked one by one.
  function boxes() { return [...document.querySelectorAll("[data-qd-pick]")]; }
  function showPick() {
    document.querySelectorAll("[data-qd-pick-all]").forEach((button) => {
      button.hidden = !boxes().length;
      const all = boxes().length > 0 && boxes().every((box) => box.checked);
      button.querySelector("span").textContent = all ? button.dataset.off : button.dataset.on;
    });
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-qd-pick-all]")) return;
    const all = boxes().every((box) => box.checked);
    boxes().forEach((box) => { box.checked = !all; });
    showPick();
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-qd-pick]")) showPick();
  });
  document.addEventListener("htmx:afterSwap", showPick);

  // On a phone the filters fold away until they are asked for.
  function foldFilters() {
    if (!window.matchMedia("(max-width: 640px)").matches) return;
    document.querySelectorAll("[data-qd-fold]").forEach((fold) => { fold.open = false; });
  }

  document.addEventListener("DOMContentLoaded", () => {
    showKeys();
    showCopy(document);
    showPick();
    foldFilters();
  });
})();
