// The list follows what is typed, and the URL with it. A search that cannot be
// read leaves the list as it is and says where it is wrong.
import { addressOf, here, isNarrow, listOf } from "./place.js";
import { list, pane } from "./list.js";
import { close, listIs } from "./opening.js";

const patience = 200; // milliseconds
const box = () => document.getElementById("q");
let timer;

// search shows what a query finds. keep says that the place before stays in
// the history.
export async function search(q, { keep = false } = {}) {
	clearTimeout(timer);
	q = q.trim();
	if (isNarrow()) close({ push: false });
	const place = { ...here(), q, after: "" };
	if (!document.body.classList.contains("reading")) place.id = "";
	const before = here();
	if (before.q !== q || before.after) history[keep ? "pushState" : "replaceState"]({ htmx: true }, "", addressOf(place));
	const url = listOf(place);
	listIs(url);
	await window.htmx.ajax("GET", url, { target: "#main", swap: "innerHTML", source: box() });
	return wrongAt() < 0;
}

// wrongAt is where the search is wrong, in characters; -1 if it is not.
export function wrongAt() {
	const at = document.querySelector("#wrong .where");
	return at ? Number(at.dataset.position) : -1;
}

function heed() {
	if (wrongAt() >= 0) box()?.setAttribute("aria-invalid", "true");
	else box()?.removeAttribute("aria-invalid");
}

// toMistake puts the caret where the search is wrong. The server counts
// characters, the box counts units of UTF-16.
function toMistake() {
	const units = [...box().value].slice(0, wrongAt()).join("").length;
	box().focus();
	box().setSelectionRange(units, units);
}

async function submit(e) {
	e.preventDefault();
	if (!await search(box().value, { keep: true })) return toMistake();
	pane().focus();
}

if (list()) {
	document.addEventListener("input", (e) => {
		if (e.target.id !== "q") return;
		clearTimeout(timer);
		timer = setTimeout(() => search(box().value), patience);
	});
	document.addEventListener("submit", (e) => { if (e.target.matches("[data-search]")) submit(e); });
	document.addEventListener("htmx:afterSwap", (e) => {
		// A list that came is one that could be read.
		if (e.target.id === "main") document.getElementById("wrong")?.replaceChildren();
		heed();
	});
	document.addEventListener("click", (e) => {
		const example = e.target.closest("[data-query]");
		const tag = e.target.closest("a[data-tag], .row .tag[data-tag]");
		if (!example && !tag || e.ctrlKey || e.metaKey || e.shiftKey) return;
		e.preventDefault();
		e.stopPropagation();
		document.querySelectorAll(":popover-open").forEach((p) => p.hidePopover());
		box().value = example ? example.dataset.query : tagQuery(tag.dataset.tag);
		box().focus();
		search(box().value, { keep: true });
	}, true);
	heed();
}

// tagQuery is the query of a tag.
function tagQuery(tag) {
	return "tag:" + (/^[\p{L}\p{Nd}-]+$/u.test(tag) ? tag : '"' + tag.replace(/["\\]/g, "\\$&") + '"');
}
