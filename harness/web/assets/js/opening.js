// Opening messages: the URL follows, and what is read is marked so.
import { addressOf, here, isOurs, listOf, placeOf } from "./place.js";
import { changed, current, inView, list, rowOf, rows, setCurrent } from "./list.js";
import { change } from "./api.js";

const message = () => document.getElementById("message");
let stepping = false; // what is opened takes the place of what was, in the history

// open shows the message of a row.
export function open(row, step = false) {
	setCurrent(row);
	inView(row);
	stepping = step && here().id !== "";
	row.querySelector("a").click();
}

// close shows the list alone.
export function close({ push = true } = {}) {
	if (!document.body.classList.contains("reading")) return false;
	document.body.classList.remove("reading");
	message().replaceChildren(document.getElementById("nothing").content.cloneNode(true));
	if (push) history.pushState({ htmx: true }, "", listOf(here()));
	const row = current();
	setCurrent(null);
	row?.querySelector("a").focus({ preventScroll: true });
	return true;
}

export const openID = () => message()?.querySelector("article[data-id]")?.dataset.id ?? "";

function shown() {
	const id = openID();
	if (!id) return;
	document.body.classList.add("reading");
	message().scrollTop = 0;
	const row = rowOf(id);
	setCurrent(row);
	if (row && !row.classList.contains("unread")) return;
	row?.classList.remove("unread");
	change({ ids: [id], read: true }, { quiet: true });
	changed();
}

// What the URL says of search and run goes into each URL of a message: links
// that were rendered before a search do not know of it.
document.addEventListener("htmx:configRequest", (e) => {
	const { path, verb } = e.detail;
	if (verb !== "get" || !placeOf(path).id || !isOurs(path)) return;
	const { q, run, after } = here();
	e.detail.path = addressOf({ ...placeOf(path), q, run, after });
});

document.addEventListener("htmx:beforeHistoryUpdate", (e) => {
	if (stepping && e.detail.history) e.detail.history.type = "replace";
	stepping = false;
});

document.addEventListener("htmx:afterSwap", (e) => {
	if (e.target.id === "message") shown();
	if (e.target.id === "main") {
		setCurrent(rowOf(openID()));
		changed();
	}
});

let listed = list() ? listOf(here()) : ""; // the URL of the list that is there

// listIs says which list was put onto the page.
export const listIs = (url) => { listed = url; };

// showList asks for the list of the place.
export function showList() {
	listed = listOf(here());
	return window.htmx.ajax("GET", listed, { target: "#main", swap: "innerHTML" });
}

// Back and forward exchange what differs and leave the rest as it is.
window.addEventListener("popstate", (e) => {
	if (!list()) return;
	e.stopImmediatePropagation();
	const place = here();
	if (!isOurs(location.href) || place.run !== placeOf(listed).run) return location.reload();
	if (listOf(place) !== listed) {
		const box = document.getElementById("q");
		if (box) box.value = place.q;
		showList();
	}
	if (!place.id) close({ push: false });
	else window.htmx.ajax("GET", addressOf(place), { target: "#message", swap: "innerHTML" });
});

// step opens the message so many rows further, and reads on at the end.
export function step(by) {
	const all = rows();
	const at = all.indexOf(current() ?? document.activeElement?.closest?.(".row"));
	const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
	if (next) return open(next, true);
	if (by > 0) document.dispatchEvent(new CustomEvent("list:end"));
}

if (message()) shown();
