// The keyboard. Keys are those of the action in the help, whatever the layout
// writes with them; none does anything while somebody writes.
import { act } from "./actions.js";

const single = {
	j: "next", k: "previous", x: "select", X: "range", a: "all", r: "read", u: "unread", p: "pin", t: "tag", "#": "delete", z: "undo",
	"/": "search", "?": "help", Escape: "back",
};
const behindG = { i: "inbox", s: "sessions", f: "faults" };
const patience = 1500; // milliseconds between g and what follows
let sinceG = -Infinity;

// keyOf is the key of a Latin layout, where another one writes other letters.
function keyOf(e) {
	if (/^[\x20-\x7e]$/.test(e.key) || e.key.length > 1) return e.key;
	const letter = e.code.match(/^Key([A-Z])$/)?.[1];
	if (letter) return e.shiftKey ? letter : letter.toLowerCase();
	return { Slash: e.shiftKey ? "?" : "/", Digit3: e.shiftKey ? "#" : "" }[e.code] ?? e.key;
}

// writes says that keys are for a field. One of a dialog that has just closed
// keeps the focus for a moment.
const writes = (at) => at.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]") != null && at.checkVisibility();
const isOpen = () => document.querySelector("dialog[open], :popover-open") != null;

document.addEventListener("keydown", (e) => {
	if ((e.ctrlKey || e.metaKey) && !e.altKey && keyOf(e).toLowerCase() === "k") {
		e.preventDefault();
		if (!document.querySelector("dialog[open]")) act("palette");
		return;
	}
	if (e.ctrlKey || e.metaKey || e.altKey || isOpen()) return;
	if (writes(e.target)) {
		if (e.key === "Escape") e.target.blur();
		return;
	}
	const key = keyOf(e);
	const went = e.timeStamp - sinceG < patience;
	sinceG = !went && key === "g" ? e.timeStamp : -Infinity;
	const name = went ? behindG[key] : single[key];
	if (name && act(name)) e.preventDefault();
});
