// Keys for readers: "/" goes to the search box, "j" and "k" move from paper to paper, "o" opens, "u" votes, "s" saves. Pages work without.
"use strict";

(() => {
  const papers = [...document.querySelectorAll("main article.paper")].filter((paper) => paper.querySelector(".title a"));

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  const current = () => papers.findIndex((paper) => paper.contains(document.activeElement));

  const go = (step) => {
    const from = current();
    const to = from < 0 ? (step > 0 ? 0 : -1) : from + step;
    const paper = papers[to];
    if (!paper) return;
    paper.querySelector(".title a").focus({ preventScroll: true });
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    paper.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
  };

  // The figure that can be seen, of those that a card has for its widths; where nobody is signed in, a link.
  const vote = (paper) =>
    [...(paper?.querySelectorAll("button.vote, a.vote") ?? [])].find((one) => one.offsetParent !== null)?.click();

  const save = (paper) =>
    [...(paper?.querySelectorAll("button.saving") ?? [])].find((one) => one.offsetParent !== null)?.click();

  const actions = {
    "/": () => {
      const box = document.getElementById("q");
      if (box) {
        box.focus();
        box.select();
      }
    },
    j: () => go(1),
    k: () => go(-1),
    s: () => save(papers[current()] ?? document.querySelector("article.reading")),
    u: () => vote(papers[current()] ?? document.querySelector("article.reading")),
    o: () => papers[current()]?.querySelector(".title a").click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const action = actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
})();
