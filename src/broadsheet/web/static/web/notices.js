// Whoever follows a notification has read it; without a script the button beside it says so.
"use strict";

(() => {
  const form = document.getElementById("reading");
  if (!form) return;

  const note = (number) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("read", number);
    fetch(form.action, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } }).catch(() => {});
  };

  const follow = (event) => {
    const link = event.target.closest("a[data-read]");
    if (!link || !link.closest("li.unread") || (event.type === "auxclick" && event.button !== 1)) return;
    note(link.dataset.read);
    const line = link.closest("li");
    line.classList.remove("unread");
    line.querySelector("button.read")?.remove();
  };

  form.addEventListener("click", follow);
  form.addEventListener("auxclick", follow);
})();
