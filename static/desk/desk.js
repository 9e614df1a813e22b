// On every page of the admin: what is new in my cases and in the queue, in the tab's title and, on request, as a sound and a notice.

(() => {
  const ASK_EVERY = 8_000;
  const WANTED = "supportmesh.desk.notify";
  const NEWEST = "supportmesh.desk.newest"; // the newest case of nobody, as last told
  const SEEN = "supportmesh.desk.seen"; // case -> unread, as last told
  const base = document.querySelector('link[rel="icon"]') && location.pathname.match(/^.*?\/admin\//)?.[0];
  if (!base || location.pathname.startsWith(`${base}login`)) return;
  const title = document.title.trim();

  async function ask() {
    try {
      const response = await fetch(`${base}actors/escalation/news/`, { headers: { Accept: "application/json" } });
      if (response.status === 403 || response.redirected) return; // not of the desk, or logged out
      if (response.ok) tell(await response.json());
    } catch {
      // no line: ask again
    }
    setTimeout(ask, ASK_EVERY);
  }

  function tell({ mine, unread, free, available }) {
    const count = unread + showNew(free);
    document.title = count ? `(${count}) ${title}` : title;
    const told = sessionStorage.getItem(NEWEST);
    const newest = Math.max(told || 0, ...free);
    sessionStorage.setItem(NEWEST, newest);
    const before = JSON.parse(sessionStorage.getItem(SEEN) || "null");
    const now = Object.fromEntries(mine.map((one) => [one.case, one.unread]));
    sessionStorage.setItem(SEEN, JSON.stringify(now));
    if (!before || localStorage.getItem(WANTED) !== "1") return;
    if (available && told !== null && newest > told) {
      notice({ case: newest, url: `${base}actors/escalation/${newest}/change/` }, "is new and nobody's");
    }
    for (const one of mine) {
      if (!(one.case in before)) notice(one, "is yours now");
      else if (one.unread > before[one.case]) notice(one, "has a new message");
    }
  }

  // In the queue: how many cases came since the list was made. Returns it.
  function showNew(free) {
    const place = document.getElementById("new-cases");
    if (!place) return 0;
    const count = free.filter((one) => one > Number(place.dataset.newest)).length;
    const words = count ? `${count} new case${count === 1 ? "" : "s"} – show` : "";
    if (place.textContent === words) return count; // told once, not every few seconds
    const link = document.createElement("a");
    link.className = "link";
    link.href = location.href;
    link.textContent = words;
    place.replaceChildren(...(count ? [link] : []));
    return count;
  }

  // Nothing of what the customer wrote: a notice may show on a locked screen.
  function notice({ case: number, url }, what) {
    beep();
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const shown = new Notification(`Case #${number} ${what}`, { tag: `case-${number}` });
    shown.onclick = () => {
      window.focus();
      location.assign(url);
    };
  }

  function beep() {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0.08, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.3);
    tone.frequency.value = 880;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.3);
    tone.onended = () => audio.close();
  }

  function button() {
    const switcher = document.getElementById("notify-me");
    if (!switcher) return;
    const show = () => {
      const on = localStorage.getItem(WANTED) === "1";
      switcher.setAttribute("aria-pressed", on);
      switcher.textContent = on ? "Notices are on" : "Notify me";
    };
    switcher.addEventListener("click", async () => {
      const on = localStorage.getItem(WANTED) !== "1";
      localStorage.setItem(WANTED, on ? "1" : "0");
      show();
      if (!on) return;
      beep();
      if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
    });
    show();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("main")?.setAttribute("role", "main"); // the theme's page says nowhere what it is about
    button();
    ask();
  });
})();
