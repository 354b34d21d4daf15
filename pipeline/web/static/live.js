// Keeps a page's list up to date: fetches the same page again and puts its list in place of this one.
// Without this script every page works as it is; reloading shows what is new.
"use strict";

(() => {
  const region = document.querySelector("[data-live]");
  const told = document.getElementById("live");
  if (!region || !told || !window.fetch || !window.DOMParser) return;

  const OFTEN = 300; // milliseconds between two looks for a new alert, where a page shows them
  const { waiting: WAITING, lost: LOST, new: NEW } = told.dataset; // in the page's language
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
    if (added.length) told.textContent = NEW.replace("#", added.length).replace("@", new Date().toISOString().slice(11, 16));
  };

  const take = async () => {
    const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    if (fresh && !isBusy()) show(fresh);
  };

  // The newest alert as it was at the last look; undefined before the first.
  let newest;
  const isNew = async () => {
    if (!region.dataset.newest) return false;
    const answer = await fetch(region.dataset.newest, { cache: "no-store" });
    if (!answer.ok) return false;
    const before = newest;
    newest = await answer.text();
    return before !== undefined && before !== newest;
  };

  let since = 0;
  let waits = false;
  let every = region.dataset.newest ? OFTEN : pause;
  const look = async () => {
    try {
      if (!document.hidden) {
        waits = (await isNew()) || waits;
        since += every;
        if (isBusy()) {
          if (waits && !told.textContent) told.textContent = WAITING;
        } else if (waits || since >= pause) {
          since = 0;
          waits = false;
          if (told.textContent === WAITING) told.textContent = "";
          await take();
        }
        if (told.textContent === LOST) told.textContent = "";
      }
      every = region.dataset.newest ? OFTEN : pause;
    } catch {
      told.textContent = LOST;
      every = Math.min(every * 2, 30000); // a server that is away is not asked more and more
    }
    setTimeout(look, every);
  };

  setTimeout(look, every);
})();
