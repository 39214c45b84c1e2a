// Keeps an open page of the dashboard up to date: asks for its version, and takes over what has changed.
(() => {
  "use strict";

  const SECONDS = 1;
  const main = document.querySelector("main");
  const status = document.getElementById("live");
  const button = document.getElementById("pause");
  let version = main.dataset.version;
  let paused = false;

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  const versionNow = async () => {
    const address = new URL("/dashboard/version", location.href);
    const namespace = new URLSearchParams(location.search).get("namespace");
    if (namespace) address.searchParams.set("namespace", namespace);
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json()).version;
  };

  // where the keyboard is, so that it is there again in what takes a section's place
  const focused = (section) => {
    const active = document.activeElement;
    if (!section.contains(active)) return null;
    return [...section.querySelectorAll("a, [tabindex]")].filter((each) => each.outerHTML === active.outerHTML)[0]
      ? active.outerHTML
      : null;
  };

  const replace = (old, fresh) => {
    if (old.innerHTML === fresh.innerHTML) return;
    const held = focused(old);
    const scrolled = [...old.querySelectorAll(".drawing, pre")].map((each) => [each.scrollLeft, each.scrollTop]);
    old.replaceChildren(...fresh.childNodes);
    [...old.querySelectorAll(".drawing, pre")].forEach((each, at) => {
      if (scrolled[at]) [each.scrollLeft, each.scrollTop] = scrolled[at];
    });
    if (held) [...old.querySelectorAll("a, [tabindex]")].find((each) => each.outerHTML === held)?.focus();
  };

  const takeOver = async () => {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const fresh of page.querySelectorAll("[data-live]")) {
      const old = document.getElementById(fresh.id);
      if (old) replace(old, fresh);
      else main.append(fresh);
    }
  };

  const look = async () => {
    if (!paused && !document.hidden) {
      try {
        const now = await versionNow();
        if (now !== version) {
          await takeOver();
          version = now;
        }
        say("Live");
      } catch {
        say("The mock does not answer.");
      }
    }
    setTimeout(look, SECONDS * 1000);
  };

  for (const drawing of document.querySelectorAll(".drawing")) {
    const [here, frame] = [drawing.querySelector(".here"), drawing].map((each) => each?.getBoundingClientRect());
    if (here) {
      drawing.scrollLeft += here.left + here.width / 2 - frame.left - frame.width / 2;
      drawing.scrollTop += here.top + here.height / 2 - frame.top - frame.height / 2;
    }
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    say(paused ? "Paused" : "Live");
  });
  say("Live");
  setTimeout(look, SECONDS * 1000);
})();
