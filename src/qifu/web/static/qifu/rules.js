// The sliding curve: a marker that follows a range slider and says what is so there.
// Without it the same figures stand in the table, and the condition is chosen with the form.
"use strict";

(() => {
  function follow(figure) {
    const rows = [...document.querySelectorAll("[data-qr-points] tbody tr")];
    const slider = figure.querySelector("[data-qr-slider]");
    if (!slider || !rows.length) return;
    const range = slider.querySelector("input");
    const said = slider.querySelector("[data-qr-said]");
    const marks = figure.querySelectorAll("[data-qr-mark]");
    function show() {
      const row = rows[Number(range.value)];
      said.textContent = row.dataset.said;
      range.setAttribute("aria-valuetext", row.dataset.value);
      marks.forEach((mark) => {
        mark.setAttribute("x1", row.dataset.x);
        mark.setAttribute("x2", row.dataset.x);
        mark.setAttribute("visibility", "visible");
      });
      rows.forEach((one) => { one.classList.toggle("qr-picked", one === row); });
    }
    slider.hidden = false;
    range.addEventListener("input", show);
    show();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-qr-curve]").forEach(follow);
  });
})();
