// Comments without leaving the page: previews, signs and answers are fetched. Everything works without.
"use strict";

(() => {
  const fetched = async (form, button) => {
    const told = new FormData(form);
    if (button?.name) told.append(button.name, button.value);
    return fetch(form.action, { method: "POST", body: told, headers: { "X-Requested-With": "fetch" } });
  };

  const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

  // Sent as without a script, so that the browser shows whatever is answered.
  const plainly = (form, button) => {
    form.dataset.tried = "1";
    form.requestSubmit(button);
  };

  const preview = async (form, button) => {
    const answer = await fetched(form, button);
    const shown = (await parsed(answer)).querySelector("form.say .preview");
    if (!answer.ok || !shown) return plainly(form, button);
    form.querySelector(".preview").replaceChildren(...shown.childNodes);
  };

  const react = async (form, button) => {
    const answer = await fetched(form, button);
    const signs = (await parsed(answer)).querySelector("form.signs");
    if (!answer.ok || !signs) return location.reload();
    form.replaceWith(signs);
    (signs.querySelector(`button.sign[value="${CSS.escape(button.value)}"]`) ?? signs.querySelector("summary")).focus();
  };

  const answer = async (link) => {
    const said = link.closest(".said");
    const there = said.querySelector("form.say");
    if (there) return there.querySelector("textarea").focus();
    const page = await fetch(link.href);
    const form = page.ok && !page.redirected ? (await parsed(page)).querySelector("form.say") : null;
    if (!form) return location.assign(link.href);
    // The page may have several such fields; each label has to find its own.
    const id = `words-${said.id}`;
    form.querySelector("label").htmlFor = id;
    form.querySelector("textarea").id = id;
    form.querySelector(".hint").id = `${id}-hint`;
    form.querySelector("textarea").setAttribute("aria-describedby", `${id}-hint`);
    const back = form.querySelector(".send a");
    back?.addEventListener("click", (event) => {
      event.preventDefault();
      form.remove();
      link.focus();
    });
    said.append(form);
    form.querySelector("textarea").focus();
  };

  document.addEventListener("submit", (event) => {
    const { target, submitter } = event;
    const does = target.matches("form.signs") ? react : target.matches("form.say") && submitter?.name === "preview" ? preview : null;
    if (!does || target.dataset.tried) return;
    event.preventDefault();
    does(target, submitter).catch(() => plainly(target, submitter));
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".said a.reply");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    answer(link).catch(() => location.assign(link.href));
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form.say");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
})();
