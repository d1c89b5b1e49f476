// ---- Inside the page that shows this frame -------------------------------------------------------------------------

// The page around the frame may be of another origin; then its colours and the frame's height are out of reach.
function host() {
  try { return window.frameElement; } catch { return null; }
}

// Dark where the text around the frame is light: true for this book, JupyterLab, Colab and VS Code alike.
function followTheme() {
  const frame = host();
  let dark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (frame) {
    const [red, green, blue] = frame.ownerDocument.defaultView.getComputedStyle(frame).color.match(/[\d.]+/g).map(Number);
    dark = 0.3 * red + 0.6 * green + 0.1 * blue > 128;
  }
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", followTheme);
if (host()) {
  const outside = host().ownerDocument;
  const watcher = new MutationObserver(followTheme);
  for (const node of [outside.documentElement, outside.body]) watcher.observe(node, { attributes: true });
  new ResizeObserver(() => {
    const frame = host();
    if (frame) frame.style.height = `${document.documentElement.offsetHeight}px`;
  }).observe(document.documentElement);
}
followTheme();
