// Small comforts. Every page works without them.
"use strict";

// A menu closes when one clicks elsewhere or presses Escape.
function closeMenus(except) {
  document.querySelectorAll("details.qf-pop[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}
document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.qf-pop"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.qf-pop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// The summary of errors takes the focus when a form comes back.
function focusErrors(root) {
  const summary = root.querySelector("[data-qf-focus]");
  if (summary) summary.focus();
}
document.addEventListener("DOMContentLoaded", () => focusErrors(document));
document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));

// A button that prints the page; without script it stays hidden.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-qf-print]").forEach((button) => { button.hidden = false; });
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-qf-print]")) window.print();
});

// No answer from the server: say so where it can be read, and keep what is on the page.
document.addEventListener("htmx:sendError", () => {
  const words = document.getElementById("qf-offline");
  if (words) words.hidden = false;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const words = document.getElementById("qf-offline");
  if (words && event.detail.xhr && event.detail.xhr.status) words.hidden = true;
});
