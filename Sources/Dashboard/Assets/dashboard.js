// Keeps an open dashboard up to date. Without it, a reload shows the same.
"use strict";
(() => {
  const silenceMs = 15000, retryMs = 3000;
  const live = document.getElementById("live");

  // Times are written in UTC; show them as the reader's clock does.
  const localTimes = (root) => {
    const today = new Date().toDateString();
    for (const time of root.querySelectorAll("time")) {
      const date = new Date(time.dateTime);
      if (isNaN(date)) continue;
      time.textContent = date.toDateString() === today ? date.toLocaleTimeString() : date.toLocaleString();
      time.title = time.dateTime;
    }
  };
  localTimes(document);
  if (!live || !window.EventSource) return;

  let source, retry, lastEvent = Date.now(), lastAttempt = 0;
  const waiting = {};

  const say = (state, text) => {
    live.dataset.state = state;
    if (live.textContent !== text) live.textContent = text;
  };
  const notLive = () =>
    say("lost", `Not live since ${new Date(lastEvent).toLocaleTimeString()}: the daemon does not answer. Trying again.`);

  // What an element is called, so that the one that takes its place is found again.
  const key = (element) =>
    element.dataset.key || element.getAttribute("href") || element.getAttribute("aria-label") ||
    (element.tagName === "SUMMARY" && element.parentElement.dataset.key);
  const find = (root, selector, name) => [...root.querySelectorAll(selector)].find((one) => key(one) === name);
  const focusable = "a[href], summary, [tabindex]";

  const isSelectedIn = (element) => {
    const selection = getSelection();
    return !selection.isCollapsed && element.contains(selection.anchorNode);
  };

  // Puts new content in place; what is open, focused or scrolled stays so.
  const replace = (element, html) => {
    const open = new Map([...element.querySelectorAll("details[data-key]")].map((one) => [one.dataset.key, one.open]));
    const scrolled = [...element.querySelectorAll(".table")].filter((one) => one.scrollLeft)
      .map((one) => [key(one), one.scrollLeft]);
    const active = document.activeElement;
    const focused = element.contains(active) && key(active);
    element.innerHTML = html;
    for (const one of element.querySelectorAll("details[data-key]")) {
      if (open.has(one.dataset.key)) one.open = open.get(one.dataset.key);
    }
    for (const [name, left] of scrolled) {
      const one = find(element, ".table", name);
      if (one) one.scrollLeft = left;
    }
    if (focused) find(element, focusable, focused)?.focus({ preventScroll: true });
    localTimes(element);
  };

  const shown = {};
  const show = (fragments) => {
    Object.assign(waiting, fragments);
    for (const [id, html] of Object.entries(waiting)) {
      const element = document.getElementById(id);
      if (element && isSelectedIn(element)) continue; // a reader copies from it: later
      delete waiting[id];
      if (!element || shown[id] === html) continue;
      shown[id] = html;
      replace(element, html);
    }
  };

  const connect = () => {
    clearTimeout(retry);
    source?.close();
    if (document.hidden) return; // nobody looks: let others watch
    lastAttempt = Date.now();
    source = new EventSource("/dashboard/events");
    source.onmessage = (event) => {
      lastEvent = Date.now();
      show(JSON.parse(event.data));
      say("live", "Live");
    };
    source.onerror = () => {
      notLive();
      // After an answer that is no stream, a browser does not try again by itself.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, retryMs);
    };
  };

  // A connection may end without a word.
  setInterval(() => {
    if (document.hidden || Date.now() - Math.max(lastEvent, lastAttempt) < silenceMs) return;
    notLive();
    connect();
  }, retryMs);
  document.addEventListener("visibilitychange", connect);
  connect();
})();
