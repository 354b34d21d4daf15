// Keeps a page's list up to date: fetches the same page again and puts its list in place of this one.
// Without this script every page works as it is; reloading shows what is new.
"use strict";

(() => {
  const region = document.querySelector("[data-live]");
  const told = document.getElementById("live");
  if (!region || !told || !window.fetch || !window.DOMParser) return;

  const LOST = "Harmattan does not answer; what you see may be old.";
  const pause = Number(region.dataset.live) * 1000;

  const ids = (root) => new Set(Array.from(root.querySelectorAll("[data-id]"), (item) => item.dataset.id));

  // A list must not move under somebody who is typing, reading further down, marking text or walking it by keyboard.
  const isBusy = () => {
    const active = document.activeElement;
    const selection = document.getSelection();
    return (
      document.hidden ||
      window.scrollY > 300 ||
      (active && (active.matches("input, select, textarea") || region.contains(active))) ||
      (selection && !selection.isCollapsed && region.contains(selection.anchorNode))
    );
  };

  const show = (fresh) => {
    if (fresh.innerHTML === region.innerHTML) return;
    const before = ids(region);
    const added = Array.from(ids(fresh)).filter((id) => !before.has(id));
    region.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true)));
    for (const item of region.querySelectorAll("[data-id]")) {
      if (added.includes(item.dataset.id)) item.classList.add("new");
    }
    if (added.length) told.textContent = `${added.length} new at ${new Date().toISOString().slice(11, 16)} UTC`;
  };

  const refresh = async () => {
    if (!isBusy()) {
      try {
        const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-live]");
        if (fresh && !isBusy()) show(fresh);
        if (told.textContent === LOST) told.textContent = "";
      } catch {
        told.textContent = LOST;
      }
    }
    setTimeout(refresh, pause);
  };

  setTimeout(refresh, pause);
})();
