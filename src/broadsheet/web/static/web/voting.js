// Votes and dismissals in place: the page's own form is sent without leaving the page. Without this the form does it.
"use strict";

(() => {
  const form = document.getElementById("voting");
  const told = document.getElementById("voting-told");
  if (!form || !told) return;

  let fading = 0;
  const tell = (text) => {
    told.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => { told.textContent = ""; }, 8000);
  };

  const buttons = (name) =>
    [...document.querySelectorAll("button[form=voting]")].filter((button) => button.value === name);

  const showVote = (answer) => {
    for (const button of buttons(answer.name).filter((one) => one.classList.contains("vote"))) {
      button.name = answer.is_mine ? "unvote" : "vote";
      button.setAttribute("aria-pressed", String(answer.is_mine));
      button.setAttribute("aria-label", answer.label);
      button.title = answer.note || answer.label;
      const isFigure = button.closest(".tally") !== null;
      button.querySelector(".count").textContent = isFigure ? (answer.count ? answer.figure : "") : answer.words;
      button.querySelector(".waits")?.remove();
      if (answer.note) {
        const waits = document.createElement("span");
        waits.className = "waits";
        waits.textContent = answer.waits;
        button.append(" ", waits);
      }
    }
    if (answer.note) tell(answer.note);
  };

  const showDismissal = (answer) => {
    for (const button of buttons(answer.name).filter((one) => one.classList.contains("dismiss"))) {
      button.name = answer.is_dismissed ? "undismiss" : "dismiss";
      button.textContent = answer.words;
      button.closest("article")?.toggleAttribute("data-dismissed", answer.is_dismissed);
    }
  };

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (button.dataset.isSent) return;
    button.dataset.isSent = "1";
    const body = new URLSearchParams(new FormData(form));
    body.set(button.name, button.value);
    try {
      const address = button.getAttribute("formaction") || form.action;
      const response = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!(response.headers.get("Content-Type") || "").startsWith("application/json")) {
        // Signed out meanwhile, or an old page: it leads where it would without a script.
        location.assign(response.redirected ? response.url : location.href);
        return;
      }
      const answer = await response.json();
      if (!response.ok) tell(answer.error);
      else if ("is_mine" in answer) showVote(answer);
      else showDismissal(answer);
    } catch {
      tell(form.dataset.failed);
    } finally {
      delete button.dataset.isSent;
    }
  });
})();
