// The rows of the list. A message that is to be deleted is hidden until it is.
export const pane = () => document.getElementById("main");
export const list = () => document.querySelector("[data-rows]");
export const rows = () => [...(list()?.querySelectorAll(".row:not([hidden])") ?? [])];
export const rowOf = (id) => document.getElementById("m-" + id);
export const current = () => list()?.querySelector(".row[aria-current]");

export function setCurrent(row) {
	const before = current();
	if (before === row) return;
	before?.removeAttribute("aria-current");
	row?.setAttribute("aria-current", "true");
}

// inView scrolls as little as is needed to see a row below the bar.
export function inView(row) {
	const bar = document.querySelector("[data-bar]")?.getBoundingClientRect();
	const box = row.getBoundingClientRect();
	const main = pane().getBoundingClientRect();
	if (bar && box.top < bar.bottom) pane().scrollTop -= bar.bottom - box.top;
	else if (box.bottom > main.bottom) pane().scrollTop += box.bottom - main.bottom;
}

// mostRows is how many rows the page holds before it begins anew, so that it
// stays quick however much mail there is.
export const mostRows = 2000;

// changed tells once of all that becomes of the list in one go.
let telling = false;
export function changed() {
	if (telling) return;
	telling = true;
	queueMicrotask(() => {
		telling = false;
		if (list()) document.dispatchEvent(new CustomEvent("list:changed"));
	});
}

document.addEventListener("htmx:load", changed);
