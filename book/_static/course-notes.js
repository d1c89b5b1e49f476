// A link to a term or a paper shows what stands there: under the mouse, with the keyboard's focus, and at the first tap (the
// second one follows the link). Escape closes the note. The texts are part of the page: no request is made.
(() => {
  "use strict";
  const data = document.getElementById("course-notes");
  if (!data) return;
  const notes = JSON.parse(data.textContent);
  const GAP = 6, DELAY = 150;

  const box = document.createElement("div");
  box.className = "course-note";
  box.id = "course-note";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);

  let open = null; // the link whose note is shown
  let timer, touched = false;

  function show(link) {
    clearTimeout(timer);
    if (open === link) return;
    hide();
    open = link;
    box.innerHTML = notes[link.getAttribute("href")];
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    place(link);
  }

  // Below the line of the link, or above it where there is no room; within the window's width.
  function place(link) {
    const line = link.getClientRects()[0];
    const width = document.documentElement.clientWidth;
    const left = Math.min(Math.max(line.left, GAP), width - box.offsetWidth - GAP);
    const below = line.bottom + GAP;
    const fits = below + box.offsetHeight <= innerHeight || line.top < box.offsetHeight + GAP;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(fits ? below : line.top - GAP - box.offsetHeight) + scrollY}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (!open) return;
    open.removeAttribute("aria-describedby");
    open = null;
    box.hidden = true;
  }

  // Leaves time to move from the link onto the note, to read or select there.
  function later(action) {
    clearTimeout(timer);
    timer = setTimeout(action, DELAY);
  }

  for (const link of document.querySelectorAll(".bd-article a.reference")) {
    if (!(link.getAttribute("href") in notes)) continue;
    link.classList.add("has-note");
    link.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") later(() => show(link)); });
    link.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") later(hide); });
    link.addEventListener("pointerdown", (event) => { touched = event.pointerType !== "mouse" && open !== link; });
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", () => later(hide));
    link.addEventListener("click", (event) => {
      if (!touched) return;
      touched = false;
      event.preventDefault();
      show(link);
    });
  }
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => later(hide));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("pointerdown", (event) => {
    if (open && !box.contains(event.target) && !open.contains(event.target)) hide();
  });
  window.addEventListener("resize", hide);
})();
