// "/" search, "j" and "k" move, "o" open, "u" vote, "s" save. Pages work without.
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

  // Of a card's buttons for its widths the one that is seen.
  const press = (names) =>
    [...((papers[current()] ?? document.querySelector("article.reading"))?.querySelectorAll(names) ?? [])]
      .find((one) => one.offsetParent)?.click();

  const actions = {
    "/": () => {
      const box = document.getElementById("q");
      box?.focus();
      box?.select();
    },
    j: () => go(1),
    k: () => go(-1),
    s: () => press("button.saving"),
    u: () => press("button.vote, a.vote"),
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
