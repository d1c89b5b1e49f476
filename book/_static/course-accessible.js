// What the theme leaves out for readers who use the keyboard or a screen reader.
(() => {
  "use strict";
  // Logo and search stand outside of all landmarks.
  const sidebar = document.querySelector("#pst-primary-sidebar .sidebar-primary-items__start");
  sidebar?.setAttribute("role", "region");
  sidebar?.setAttribute("aria-label", "Contents of the book");

  // A playground in its frame has a main part of its own: the page's is told apart by its title.
  const main = document.querySelector("#main-content");
  main?.setAttribute("aria-label", document.querySelector(".bd-article h1")?.firstChild.textContent || document.title);

  // What scrolls can be reached with the keyboard. The theme sees to code and tables, not to outputs and formulas.
  const SCROLLING = ".bd-article .cell_output, .bd-article .cell_output .text_html, .bd-article .cell_output [style*=overflow], .bd-article div.math, .bd-article mjx-container[display]";
  const scrolls = (box) => getComputedStyle(box).overflowX !== "visible"
    && (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
  const look = (box) => { if (scrolls(box)) box.tabIndex = 0; else box.removeAttribute("tabindex"); };
  const watcher = new ResizeObserver((entries) => {
    for (const { target } of entries) look(target.matches(SCROLLING) ? target : target.closest(SCROLLING));
  });
  function watch() {
    for (const box of document.querySelectorAll(SCROLLING)) {
      for (const part of [box, ...box.children]) watcher.observe(part);
    }
  }
  watch();
  window.addEventListener("load", () => window.MathJax?.startup?.promise?.then(watch));
})();
