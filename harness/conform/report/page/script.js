"use strict";
// The page works without this: it adds filters, and brings a transcript to the
// scenario that is open.
const $ = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("tr.s")];

function open() {
  const target = $(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const panel = target.closest(".panel");
  if (panel && !panel.classList.contains("run")) fill(panel, target);
  if (panel) panel.scrollTop = 0;
  if (panel) panel.focus({ preventScroll: true });
}

function fill(panel, target) {
  const slot = panel.querySelector(".slot");
  slot.replaceChildren();
  for (const link of target.querySelectorAll(".torun")) {
    const run = $(decodeURIComponent(link.hash.slice(1)));
    if (run) slot.append(run.querySelector(".body").cloneNode(true));
  }
}

function close() {
  const link = document.querySelector(".panel:target .close, .panel:has(:target) .close");
  if (!link) return;
  const row = link.hash;
  location.hash = row;
  const back = document.querySelector(row.startsWith("#r-") ? "#" + CSS.escape(row.slice(1)) + " a" : "none");
  if (back) back.focus({ preventScroll: true });
}

// step opens the scenario after or before the open one, among those shown.
function step(by) {
  const shown = rows.filter((r) => r.getClientRects().length);
  const target = $(decodeURIComponent(location.hash.slice(1)));
  const panel = target && target.closest(".panel");
  const client = target && target.classList.contains("cell") ? target.id.slice(target.id.lastIndexOf(".")) : "";
  const at = panel ? shown.findIndex((r) => r.id === "r-" + panel.id) : -1;
  const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by];
  if (!next) return;
  const id = next.id.slice(2);
  const one = document.querySelector("table.list");
  location.hash = "#" + ($(id + client) && client ? id + client : one ? id + ".1" : id);
  next.scrollIntoView({ block: "center" });
}

function filter() {
  const level = $("f-level").value, group = $("f-group").value;
  const words = $("f-text").value.toLowerCase().split(/\s+/).filter(Boolean);
  let n = 0;
  for (const row of rows) {
    const text = words.length ? row.textContent.toLowerCase() : "";
    row.hidden = !((!level || row.dataset.level === level) && (!group || row.parentNode.dataset.group === group) && words.every((w) => text.includes(w)));
  }
  for (const part of document.querySelectorAll("tbody[data-group]")) {
    part.hidden = ![...part.querySelectorAll("tr.s")].some((r) => !r.hidden);
  }
  for (const row of rows) if (row.getClientRects().length) n++;
  $("f-shown").value = n + " of " + rows.length;
}

addEventListener("hashchange", open);
addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT)$/.test(e.target.tagName) && e.target.type !== "radio") return;
  if (e.key === "Escape") close();
  if (e.key === "j" || e.key === "k") step(e.key === "j" ? 1 : -1);
  if (e.key === "/" && $("f-text")) { e.preventDefault(); $("f-text").focus(); }
});
const more = document.querySelector(".more");
if (more) {
  more.hidden = false;
  document.querySelector(".filters").addEventListener("input", filter);
  filter();
}
open();
