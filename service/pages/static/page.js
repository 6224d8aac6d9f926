// Everything that needs a script: dropping a file, moving the progress bar, receiving alerts.
"use strict";

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function drop(zone) {
  const input = zone.querySelector("input"), said = zone.querySelector("[role=status]");
  const chosen = () => {
    const file = input.files[0];
    const large = file && file.size > Number(zone.dataset.limit);
    said.className = large ? "said wrong" : "said";
    said.textContent = !file ? "" : large ? zone.dataset.large : fill(zone.dataset.chosen, { name: file.name });
    input.setCustomValidity(large ? zone.dataset.large : "");
  };
  input.addEventListener("change", chosen);
  for (const kind of ["dragover", "dragleave", "drop"])
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        chosen();
      }
    });
}

function follow(box) {
  const bar = box.querySelector("progress"), said = box.querySelector("[role=status]");
  const look = async () => {
    const answer = await fetch(box.dataset.progress, { headers: { accept: "application/json" } }).catch(() => null);
    if (answer && !answer.ok) return location.reload();
    const progress = answer ? await answer.json() : null;
    if (progress && progress.ended) return location.reload();
    if (progress) {
      bar.value = progress.done;
      said.textContent = fill(box.dataset.text, progress);
    }
    setTimeout(look, 500);
  };
  setTimeout(look, 300);
}

const SYMBOLS = { listed: "■", candidate: "▲", penalised: "●", clear: "○" };
const SHOWN = 100, STAY_MS = 5 * 60 * 1000, CALM_MS = 1500;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function listen(box) {
  const words = JSON.parse(box.dataset.words);
  const list = box.querySelector("[data-list]"), none = box.querySelector("[data-none]");
  const state = box.querySelector("[data-state]"), news = box.querySelector("[data-news]");
  const say = (key, kind) => { state.textContent = words[key]; state.className = "connection " + kind; };
  const badge = (level) => {
    const symbol = element("span", { "aria-hidden": "true" }, SYMBOLS[level] || "");
    return element("span", { class: "badge " + level }, symbol, " " + (words["level." + level] || level));
  };
  const summary = (alert) => `${alert.name}, ${words["change." + alert.kind] || alert.kind}, ${words["level." + alert.level_after] || ""}`;
  let last = 0, waiting = "", timer = 0;
  const announce = (text) => { // when many arrive at once, a screen reader reads only the last
    waiting = text;
    timer ||= setTimeout(() => { news.textContent = words["live.new"] + waiting; timer = 0; }, CALM_MS);
  };
  const shown = (alert) => {
    const head = element("h3", { lang: "zh-CN" }, alert.name);
    const levels = element("p", {}, element("strong", {}, words["change." + alert.kind] || alert.kind), " ");
    if (alert.level_before !== alert.level_after) levels.append(badge(alert.level_before), " → ");
    levels.append(badge(alert.level_after));
    const item = element("li", { class: "card" }, head, levels);
    const reason = (alert.reasons || [])[0];
    if (reason) item.append(element("p", { lang: "zh-CN" }, `${reason.authority} ${reason.document_no}`));
    const marks = (alert.references || []).map((mark) => `${mark.customer_ref} (${words["role." + (mark.role || "borrower")]})`);
    if (marks.length) item.append(element("p", {}, marks.join(", ")));
    const link = element("a", { href: "/?q=" + encodeURIComponent(alert.uscc) }, words["live.look"]);
    link.append(element("span", { class: "unseen" }, " " + alert.name));
    const line = element("p", { class: "hint" }, `${fill(words["live.number"], alert)} · `, element("time", { datetime: alert.day }, alert.day), " · ", element("code", {}, alert.uscc), " · ", link);
    item.append(line);
    return item;
  };
  const take = (event) => {
    const alert = JSON.parse(event.data);
    if (alert.number <= last) return; // a new connection repeats it
    last = alert.number;
    none.hidden = true;
    list.prepend(shown(alert));
    while (list.children.length > SHOWN) list.lastElementChild.remove();
    announce(summary(alert));
  };
  say("live.connecting", "");
  const stream = new EventSource(box.dataset.alerts);
  stream.onopen = () => { say("live.open", "open"); none.hidden = last > 0; };
  stream.onerror = () => say(stream.readyState === EventSource.CLOSED ? "live.ended" : "live.lost", "lost");
  stream.onmessage = take;
  stream.addEventListener("alert", take);
  setInterval(() => fetch("/session").catch(() => null), STAY_MS);
}

for (const zone of document.querySelectorAll("[data-drop]")) drop(zone);
for (const box of document.querySelectorAll("[data-progress]")) follow(box);
for (const box of document.querySelectorAll("[data-alerts]")) listen(box);
