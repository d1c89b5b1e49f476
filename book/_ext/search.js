// Stands at the head of Sphinx's searchtools.js: the order of the results, and what is quoted below them.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,

  // First the lesson that has the word in its title, then lessons with a section of that name, the earlier one first; then
  // the glossary, whose entries score up to 100, and the rest.
  score: ([page, title, anchor, descr, score]) => {
    const lesson = page.match(/^chapters\/(\d+)_/);
    if (!lesson) return page.startsWith("book/guides/kill_matrix") ? score - 50 : score;
    const query = new URLSearchParams(location.search).get("q") ?? "";
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const name = title.split(" > ")[0].toLowerCase();
    if (words.every((word) => name.includes(word))) return score + 400 - lesson[1];
    return score >= Scorer.title - 1 ? 200 - lesson[1] + score / 100 : score;
  },
};

document.addEventListener("DOMContentLoaded", () => {
  const htmlToText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const article = page.querySelector(".bd-article"); // without the list of the page's sections
    if (article) page.querySelector('[role="main"]').replaceChildren(article);
    page.querySelectorAll("details.hide, svg, iframe").forEach((folded) => folded.remove());
    return htmlToText(page.documentElement.outerHTML, anchor);
  };
});
