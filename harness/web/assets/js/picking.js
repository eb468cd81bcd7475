// Which messages are selected: by boxes, by Ctrl and Shift, or all that the
// search finds.
import { current, list, rowOf, rows } from "./list.js";
import { say } from "./words.js";

const picked = new Set(); // IDs
let anchor = ""; // the ID that a range begins at
let everything = false; // those too that are not on the page

export const isEverything = () => everything;

// chosen are the IDs that an action is for: the selection, or the message that
// is open.
export const chosen = () => picked.size ? [...picked] : [current()?.dataset.id].filter(Boolean);
export const hasPicked = () => picked.size > 0;

export function pick(row, on = !picked.has(row.dataset.id)) {
	if (on) picked.add(row.dataset.id);
	else picked.delete(row.dataset.id);
	anchor = row.dataset.id;
	everything = false;
	show();
}

export function pickTo(row) {
	const all = rows();
	const from = all.indexOf(rowOf(anchor) ?? current() ?? row);
	const to = all.indexOf(row);
	for (const between of all.slice(Math.min(from, to), Math.max(from, to) + 1)) picked.add(between.dataset.id);
	show();
}

export function pickAll(on = picked.size < rows().length) {
	picked.clear();
	everything = false;
	if (on) rows().forEach((row) => picked.add(row.dataset.id));
	show();
}

export const pickNone = () => pickAll(false);

function pickEverything() {
	everything = true;
	show();
}

// show brings the boxes and the bar into line with the selection.
export function show() {
	const all = rows();
	const there = new Set(all.map((row) => row.dataset.id));
	for (const id of picked) if (!there.has(id)) picked.delete(id);
	for (const row of all) {
		const on = picked.has(row.dataset.id);
		row.classList.toggle("picked", on);
		row.querySelector(".pick").checked = on;
	}
	const bar = document.querySelector("[data-bar]");
	if (!bar) return;
	const total = Number(list().dataset.total);
	const box = bar.querySelector("[data-all]");
	box.checked = all.length > 0 && picked.size === all.length;
	box.indeterminate = picked.size > 0 && picked.size < all.length;
	bar.classList.toggle("picking", picked.size > 0);
	bar.querySelector("[data-bulk]").hidden = picked.size === 0;
	bar.querySelector("[data-picked]").textContent = picked.size ? say("say.picked", everything ? total : picked.size) : "";
	const rest = bar.querySelector("[data-everything]");
	rest.hidden = everything || picked.size < all.length || total <= picked.size;
	rest.textContent = say("say.everything", total);
}

document.addEventListener("list:changed", show);

document.addEventListener("click", (e) => {
	const row = e.target.closest("[data-rows] .row");
	if (row && e.target.matches(".pick")) {
		if (e.shiftKey) pickTo(row);
		else pick(row, e.target.checked);
	} else if (row && (e.ctrlKey || e.metaKey)) {
		e.preventDefault();
		e.stopPropagation();
		pick(row);
	} else if (row && e.shiftKey) {
		e.preventDefault();
		e.stopPropagation();
		getSelection()?.removeAllRanges();
		pickTo(row);
	} else if (row && e.isTrusted) { // and not a step of the keyboard
		anchor = row.dataset.id;
	} else if (e.target.matches("[data-all]")) {
		pickAll(e.target.checked);
	} else if (e.target.closest("[data-everything]")) {
		pickEverything();
	}
}, true);
