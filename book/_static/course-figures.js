// Pictures can be enlarged: each gets a button that opens it in a window of its own, as large as it needs, with buttons for
// the scale. Escape closes it, and the keyboard is then where it was.
(() => {
  "use strict";
  const PICTURES = ".bd-article .cell_output :is(svg.figure, svg.drawing, img)";
  const ICONS = {
    enlarge: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
    close: "M4 4l12 12M16 4L4 16",
    larger: "M10 4v12M4 10h12",
    smaller: "M4 10h12",
  };

  function button(icon, label, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `picture-${icon}`;
    made.setAttribute("aria-label", label);
    made.title = label;
    made.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
    made.addEventListener("click", action);
    return made;
  }

  const view = document.createElement("dialog");
  view.className = "picture-view";
  view.setAttribute("aria-label", "Enlarged picture");
  const stage = document.createElement("div");
  stage.className = "picture-stage";
  stage.tabIndex = 0; // it scrolls, so the keyboard must reach it
  stage.setAttribute("role", "region");
  stage.setAttribute("aria-label", "Picture; the arrow keys move it");
  const bar = document.createElement("div");
  bar.className = "picture-bar";
  bar.append(
    button("smaller", "Smaller", () => zoom(1 / 1.4)),
    button("larger", "Larger", () => zoom(1.4)),
    button("close", "Close", () => view.close()),
  );
  view.append(bar, stage);

  let shown, place, width;

  function zoom(factor) {
    const middle = (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth;
    const height = (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight;
    width = Math.min(4000, Math.max(200, width * factor));
    stage.style.setProperty("--width", `${width}px`);
    stage.scrollLeft = middle * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = height * stage.scrollHeight - stage.clientHeight / 2;
  }

  function open(frame) {
    if (!view.isConnected) document.body.append(view);
    shown = frame.querySelector(":scope > :not(button)");
    const box = shown.getBoundingClientRect();
    // The picture itself moves, so that its ids stay unique; its place in the page keeps its height meanwhile.
    place = frame;
    place.style.minHeight = `${place.getBoundingClientRect().height}px`;
    stage.append(shown);
    view.showModal();
    // As large as it is drawn or as the window allows, so that its letters can be read, whichever is more.
    const natural = shown.viewBox ? shown.viewBox.baseVal.width * 4 / 3 : shown.naturalWidth;
    const fitting = Math.min(stage.clientWidth, stage.clientHeight * box.width / box.height);
    width = Math.max(natural, fitting, Math.min(2 * box.width, 700));  // on a telephone twice as large at least
    zoom(1);
    stage.focus();
  }

  view.addEventListener("close", () => {
    place.prepend(shown);
    place.style.minHeight = "";
    place.querySelector("button").focus();
  });
  view.addEventListener("click", (event) => { if (event.target === view) view.close(); });

  for (const picture of document.querySelectorAll(PICTURES)) {
    const frame = document.createElement("div");
    frame.className = "picture";
    (picture.closest("a.image-reference") ?? picture).replaceWith(frame); // a link to the image alone is not needed any more
    frame.append(picture, button("enlarge", "Enlarge the picture", () => open(frame)));
    picture.addEventListener("click", () => { if (!view.open) open(frame); });
  }
})();
