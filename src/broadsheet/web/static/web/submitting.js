// While a paper is looked for, asks now and then how it stands, and shows the page anew once that has changed.
"use strict";

(() => {
  const shown = document.getElementById("submission");
  if (!shown) return;
  let pause = 1000;

  const look = async () => {
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const now = page.getElementById("submission");
      if (response.redirected || (now && now.dataset.state !== shown.dataset.state)) {
        location.reload();
        return;
      }
    } catch {
      // The next look may find the site again.
    }
    pause = Math.min(pause * 1.5, 15000);
    setTimeout(look, pause);
  };

  setTimeout(look, pause);
})();
