// Live arrival. The stream says that something happened; the rows are rendered
// by the server, and asked for once for all that happens within a moment.
import { here, listOf, withParams } from "./place.js";
import { changed, list, mostRows, pane, rowOf } from "./list.js";
import { wrongAt } from "./searching.js";
import { askRows, isOld } from "./api.js";
import { isGoing } from "./bulk.js";
import { setTotal, setUnread } from "./counts.js";
import { notify } from "./notify.js";
import { say } from "./words.js";
import { showList } from "./opening.js";

const soon = 120; // milliseconds between something happening and asking
const seldom = 1000; // while nobody looks
const most = 200; // messages that one question may name

const came = []; // summaries, not told of yet
const other = new Set(); // IDs of messages that have changed
let tags = false; // they may have changed
let anew = false; // what happened is not known any more
let held = []; // rows that came while one reads further down, the newest first
let heldMore = false; // and further ones that are not here
let timer = 0;
let took = 0; // milliseconds, the last question

const away = () => pane().scrollTop > 4;

function schedule() {
	if (timer) return;
	timer = setTimeout(look, document.hidden ? seldom : Math.max(soon, Math.min(2 * took, 2000)));
}

async function look() {
	const ids = [...other].slice(0, most);
	ids.forEach((id) => other.delete(id));
	notify(came.splice(0).reverse());
	const began = performance.now();
	try {
		await news(ids);
	} catch {
		ids.forEach((id) => other.add(id)); // the stream tells when the server is back
	} finally {
		took = performance.now() - began;
		timer = 0;
	}
	if (came.length || other.size) schedule();
}

// news asks for what came, unless the search cannot be read: no message is
// found by it then.
async function news(ids) {
	const { q, run } = here();
	const there = list();
	if (wrongAt() >= 0) return;
	const path = withParams("/ui/news", { q, run, since: there.dataset.cursor, ids: ids.filter(rowOf).join(), tags: tags ? "1" : "" });
	tags = false;
	askRows();
	const answer = await fetch(path, { headers: { "HX-Request": "true" } });
	if (!answer.ok || list() !== there) return;
	const html = document.createElement("template");
	html.innerHTML = await answer.text();
	if (list() !== there) return; // another list is there by now
	const head = (name) => answer.headers.get(name);
	there.dataset.cursor = head("X-Cursor") ?? there.dataset.cursor;
	exchange(html.content.querySelectorAll("[data-changed] .row"));
	side(html.content.querySelector("[data-tags]"));
	arrive([...html.content.querySelectorAll("[data-fresh] .row")], head("X-More") === "true" || anew);
	if (head("X-Unread")) setUnread(Number(head("X-Unread")));
	setTotal(Number(head("X-Total") ?? there.dataset.total), head("X-At-Least") === "true");
	changed();
}

// exchange puts rows into the places of those that they stand for; what is old
// already is asked for again.
function exchange(fresh) {
	for (const row of fresh) {
		if (isOld(row.dataset.id)) {
			other.add(row.dataset.id);
			continue;
		}
		const old = rowOf(row.dataset.id);
		if (!old) continue;
		if (old.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
		row.hidden = old.hidden;
		const focused = old.contains(document.activeElement) && document.activeElement.className;
		old.replaceWith(row);
		window.htmx.process(row);
		if (focused !== false) row.querySelector(focused === "pick" ? ".pick" : "a").focus({ preventScroll: true });
	}
}

function side(fresh) {
	const tags = document.getElementById("tags");
	if (!fresh || !tags || tags.contains(document.activeElement)) return;
	tags.replaceChildren(...fresh.childNodes);
}

// arrive puts rows on top if the top is what one looks at, and keeps them
// otherwise.
function arrive(fresh, more) {
	anew = false;
	held = [...fresh.filter((row) => !rowOf(row.dataset.id) && !held.some((h) => h.id === row.id) && !isGoing(row.dataset.id)), ...held];
	heldMore ||= more;
	if (away() || "deep" in list().dataset) return pill();
	unfold();
}

function pill() {
	const button = document.querySelector("[data-pill]");
	if (!button) return;
	button.hidden = held.length === 0 && !heldMore;
	button.dataset.text = heldMore ? say("say.new.more") : "↑ " + say("say.new", held.length);
	button.setAttribute("aria-label", button.dataset.text);
}

// unfold shows what was kept: on top, or by a new list where it is too much.
function unfold() {
	if (heldMore || list().childElementCount + held.length > mostRows) {
		held = [];
		heldMore = false;
		pane().scrollTop = 0;
		showList();
		return;
	}
	list().prepend(...held);
	held.forEach((row) => window.htmx.process(row));
	held = [];
	pill();
	changed();
}

function toTop() {
	if ("deep" in list().dataset) return void (location.href = listOf({ ...here(), after: "" }));
	pane().scrollTop = 0;
	unfold();
}

function removed(ids) {
	const gone = new Set(ids);
	held = held.filter((row) => !gone.has(row.dataset.id));
	ids.forEach((id) => rowOf(id)?.remove());
	pill();
}

let stream;

function listen() {
	const { run } = here();
	stream = new EventSource(withParams("/api/events", { run, after: list().dataset.cursor }));
	const on = (name, hear) => stream.addEventListener(name, (e) => {
		if (!e.data) return;
		hear(JSON.parse(e.data));
		schedule();
	});
	on("message", (m) => came.push(m));
	on("update", ({ ids }) => {
		tags = true;
		ids.forEach((id) => other.add(id));
	});
	on("delete", ({ ids }) => {
		tags = true;
		removed(ids);
	});
	on("gap", () => { anew = true; });
	stream.addEventListener("open", () => { if (list()) schedule(); });
	// A refusal ends the stream for good; then the next one is ours to try.
	stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000); });
}

if (list()) {
	listen();
	document.addEventListener("visibilitychange", () => { if (!document.hidden && (came.length || other.size)) look(); });
	pane().addEventListener("scroll", () => { if (held.length + heldMore && !away() && !("deep" in list().dataset)) unfold(); }, { passive: true });
	document.addEventListener("click", (e) => { if (e.target.closest("[data-pill]")) toTop(); });
	document.addEventListener("htmx:afterSwap", (e) => {
		if (e.target.id !== "main") return;
		held = [];
		heldMore = false;
	});
	addEventListener("pagehide", () => stream.close());
	addEventListener("pageshow", (e) => { if (e.persisted) listen(); });
}
