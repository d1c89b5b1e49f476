// The reader's own progress: a tick at the end of each lesson and exercise set, shown in the sidebar and on the road.
// It is kept in this browser (localStorage) and in no other place; a small JSON file carries it to another browser.
(() => {
  "use strict";
  const KEY = "build-a-gpt-progress";
  const FILE = "build-a-gpt-progress.json";
  const KINDS = {
    chapters: { done: "I have read this lesson", many: "lessons" },
    assignments: { done: "I have solved these exercises", many: "exercise sets" },
  };
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href).href;

  // The name of a page of the book, such as chapters/01_tokenizer; null for another address.
  function nameOf(address) {
    const page = address.split(/[?#]/)[0];
    return page.startsWith(root) && page.endsWith(".html") ? page.slice(root.length, -".html".length) : null;
  }
  const kindOf = (name) => (name && name.includes("/") ? KINDS[name.split("/")[0]] : undefined);

  const sidebar = [...document.querySelectorAll(".bd-sidebar-primary nav a.reference.internal")];
  const here = nameOf(location.href);
  // The sidebar links the open page as "#".
  const targetOf = (link) => (link.getAttribute("href") === "#" ? here : nameOf(link.href));
  const known = [...new Set(sidebar.map(targetOf).filter(kindOf))];

  // ---- Keeping ------------------------------------------------------------------------------------------------------

  // The names in a text that this script wrote; null when it is something else.
  function parse(text) {
    try {
      const { format, version, done } = JSON.parse(text);
      const good = format === KEY && version === 1 && Array.isArray(done) && done.every((name) => typeof name === "string");
      return good ? new Set(done) : null;
    } catch {
      return null;
    }
  }
  const written = (done) => `${JSON.stringify({ format: KEY, version: 1, done: [...done].sort() }, null, 2)}\n`;

  let storage;
  try {
    storage = window.localStorage;
    storage.getItem(KEY);
  } catch {
    return; // the browser keeps nothing: then there is nothing to show
  }
  const read = () => parse(storage.getItem(KEY)) ?? new Set();

  function keep(done) {
    try {
      storage.setItem(KEY, written(done));
    } catch {
      say("The browser could not keep it: its storage is full or switched off.");
    }
    show();
  }

  // ---- Showing ------------------------------------------------------------------------------------------------------

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function show() {
    const done = read();
    for (const link of sidebar) {
      const mark = link.querySelector(".progress-mark");
      if (!done.has(targetOf(link))) mark?.remove();
      else if (!mark) {
        link.append(element("span", { class: "progress-mark" }, element("span", { "aria-hidden": "true" }, "✓"),
          element("span", { class: "visually-hidden" }, " (done)")));
      }
    }
    for (const link of document.querySelectorAll(".road a")) {
      const isDone = done.has(nameOf(new URL(link.getAttribute("href"), location.href).href));
      link.querySelector(".tick")?.remove();
      link.removeAttribute("aria-label");
      if (!isDone) continue;
      const words = [...link.querySelectorAll("text")].map((text) => text.textContent).join(" ");
      link.setAttribute("aria-label", `${words} (done)`);
      const stone = link.querySelector(".milestone");
      const tick = document.createElementNS("http://www.w3.org/2000/svg", "g");
      tick.setAttribute("class", "tick");
      tick.setAttribute("transform", `translate(${Number(stone.getAttribute("cx")) + 14} ${Number(stone.getAttribute("cy")) - 14})`);
      tick.innerHTML = '<circle r="9"/><path d="M-4 0L-1 3.5L4-3.5"/>';
      link.append(tick);
    }
    if (box) box.checked = done.has(here);
    if (panel) {
      const parts = Object.entries(KINDS).map(([kind, { many }]) => {
        const all = known.filter((name) => name.startsWith(`${kind}/`));
        return `${all.filter((name) => done.has(name)).length} of ${all.length} ${many}`;
      });
      panel.querySelector(".progress-count").textContent = `${parts.join(", ")}.`;
      panel.querySelector("progress").value = known.filter((name) => done.has(name)).length;
    }
  }

  let message;
  function say(text) {
    if (message) message.textContent = text;
  }

  // At the end of a lesson or exercise set.
  let box;
  if (kindOf(here)) {
    box = element("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      const done = read();
      done[box.checked ? "add" : "delete"](here);
      keep(done);
    });
    message = element("span", { role: "status" });
    document.querySelector(".bd-article").append(element("p", { class: "progress-page" },
      element("label", {}, box, ` ${kindOf(here).done}`), message));
  }

  // Below the road.
  let panel;
  const road = document.querySelector(".road");
  if (road) {
    const chooser = element("input", { type: "file", accept: ".json,application/json", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" });
    chooser.addEventListener("change", async () => {
      const [file] = chooser.files;
      chooser.value = ""; // so that the same file can be chosen again
      const loaded = file.size < 1e6 ? parse(await file.text()) : null;
      if (!loaded) return say(`${file.name} holds no progress of this book. Choose a file that "Save to a file" wrote.`);
      const done = read();
      const fresh = [...loaded].filter((name) => !done.has(name)).length;
      keep(new Set([...done, ...loaded]));
      say(`Loaded: ${fresh} new ${fresh === 1 ? "tick" : "ticks"}.`);
    });
    const action = (label, act) => {
      const made = element("button", { type: "button" }, label);
      made.addEventListener("click", act);
      return made;
    };
    message = element("p", { class: "progress-message", role: "status" });
    panel = element("section", { class: "progress-panel", "aria-labelledby": "progress-title" },
      element("p", { class: "progress-line" }, element("strong", { id: "progress-title" }, "Your progress: "),
        element("span", { class: "progress-count" })),
      element("progress", { max: String(known.length), value: "0", "aria-labelledby": "progress-title" }),
      element("p", { class: "progress-note" }, "Tick a lesson at its end. The ticks are kept in this browser alone; a file carries them to another one."),
      element("p", { class: "progress-buttons" },
        action("Save to a file", () => {
          const address = URL.createObjectURL(new Blob([written(read())], { type: "application/json" }));
          element("a", { href: address, download: FILE }).click();
          setTimeout(() => URL.revokeObjectURL(address), 1000);
          say(`Saved as ${FILE}.`);
        }),
        action("Load from a file", () => chooser.click()), chooser,
        action("Remove all ticks", () => {
          if (!confirm("Remove all ticks from this browser?")) return;
          keep(new Set());
          say("All ticks are removed.");
        })),
      message);
    road.after(panel);
  }

  window.addEventListener("storage", (event) => { if (event.key === KEY || event.key === null) show(); }); // another tab
  show();
})();
