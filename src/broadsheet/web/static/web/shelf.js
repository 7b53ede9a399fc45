// Saving, reading and seeing in place: the page's own form is sent without leaving the page. Without this the form does it.
"use strict";

(() => {
  const form = document.getElementById("shelving");
  const told = document.getElementById("shelving-told");
  if (!form || !told) return;

  const send = async (name, value) => {
    const body = new URLSearchParams(new FormData(form));
    body.set(name, value);
    return fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  };

  const buttons = (name, kind) =>
    [...document.querySelectorAll(`button[form=shelving].${kind}`)].filter((button) => button.value === name);

  const put = (button, isOn, on, off, words) => {
    button.name = isOn ? on : off;
    button.setAttribute("aria-pressed", String(isOn));
    const spoken = button.getAttribute("aria-label");
    if (spoken) button.setAttribute("aria-label", words + spoken.slice(spoken.indexOf(":")));
    button.textContent = words;
  };

  const show = (answer) => {
    for (const button of buttons(answer.name, "saving")) put(button, answer.is_saved, "unsave", "save", answer.saving);
    for (const button of buttons(answer.name, "marking")) put(button, answer.is_read, "unread", "read", answer.reading);
  };

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (button.dataset.isSent) return;
    button.dataset.isSent = "1";
    try {
      const response = await send(button.name, button.value);
      if (!(response.headers.get("Content-Type") || "").startsWith("application/json")) {
        // Signed out or suspended meanwhile, or an old page: it leads where it would without a script.
        location.assign(response.redirected ? response.url : location.href);
        return;
      }
      const answer = await response.json();
      if (response.ok) show(answer);
      told.textContent = response.ok ? "" : answer.error;
    } catch {
      told.textContent = form.dataset.failed;
    } finally {
      delete button.dataset.isSent;
    }
  });

  const unseen = document.querySelector("[data-seen]");
  if (unseen) send("seen", unseen.dataset.seen).catch(() => {});
})();
