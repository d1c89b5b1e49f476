// Before printing: light colours, everything unfolded, playgrounds as tall as their content needs on paper. Afterwards the
// page is as it was.
(() => {
  "use strict";
  const PAPER_WIDTH = 678, PAPER_HEIGHT = 960; // px of an A4 page inside the margins, beside the edge of outputs
  const root = document.documentElement;
  let undo = [];

  function whole(frame) {
    const inside = frame.contentDocument?.documentElement;
    if (!inside) return;
    const before = frame.getAttribute("style");
    const theme = inside.dataset.theme;
    undo.push(() => { frame.setAttribute("style", before); inside.dataset.theme = theme; });
    inside.dataset.theme = "light"; // the page's own watcher would be too late
    frame.style.setProperty("width", `${PAPER_WIDTH}px`, "important");
    frame.style.height = "10px"; // a frame is never shorter than its content is asked to be
    const height = inside.offsetHeight;
    frame.style.height = `${height}px`;
    // A frame cannot be parted: one taller than a page is made smaller.
    if (height > PAPER_HEIGHT) frame.style.zoom = PAPER_HEIGHT / height;
  }

  function prepare() {
    if (undo.length) return;
    const { theme } = root.dataset;
    undo.push(() => { root.dataset.theme = theme; });
    root.dataset.theme = "light";
    for (const fold of document.querySelectorAll(".bd-article details:not([open])")) {
      fold.open = true;
      undo.push(() => { fold.open = false; });
    }
    document.querySelectorAll("iframe.playground").forEach(whole);
  }

  function restore() {
    for (const step of undo.reverse()) step();
    undo = [];
  }

  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
})();
