// What is done with messages, one or many, and how it is undone.
import { here, withParams } from "./place.js";
import { changed, current, list, rowOf, rows, setCurrent } from "./list.js";
import { chosen, isEverything, pickNone } from "./picking.js";
import { close, open, openID } from "./opening.js";
import { change, ask } from "./api.js";
import { say } from "./words.js";
import { shown, toast } from "./toast.js";

const grace = shown; // until a deletion is sent: while its undoing is offered
const mostNamed = 10000; // messages that are named one by one
const mostLeaving = 2000; // so many IDs fit into a request that outlives the page
let undos = [];

// undo takes back what was done last.
export function undo() {
	const last = undos.pop();
	if (!last) return;
	last();
	toast(say("say.undone"));
}

function did(text, back) {
	undos.push(back);
	toast(text, () => {
		if (undos.at(-1) === back) undo();
	});
}

// item is what a row says of its message, as the API does.
const tagsOf = (row) => [...row.querySelectorAll(".tag")].map((tag) => tag.dataset.tag);
const item = (row) => ({
	id: row.dataset.id, read: !row.classList.contains("unread"), pinned: row.classList.contains("pinned"), tags: tagsOf(row),
});

export const chosenItems = () => chosen().map(rowOf).filter(Boolean).map(item);

// selection is what an action is for: messages, or what the API knows as one
// where there are too many.
async function selection() {
	if (!isEverything()) return { items: chosenItems() };
	const total = Number(list().dataset.total);
	if (total <= mostNamed) return { items: await everyItem() };
	return { items: chosenItems(), body: { q: `(${here().q || "larger:1 OR -larger:1"}) before:${upTo()}` }, total };
}

async function everyItem() {
	const { q, run } = here();
	const items = [];
	for (let after = "", more = true; more; more = after !== "") {
		const answer = await fetch(withParams("/api/messages", { q, run, after, limit: "500" }));
		if (!answer.ok) break;
		const page = await answer.json();
		items.push(...page.items);
		after = page.next;
	}
	return items;
}

// upTo is the time behind the newest message of the list: what comes later was
// not selected.
function upTo() {
	const bump = (_, digits) => digits === "999999" ? ".9999999Z" : "." + String(Number(digits) + 1).padStart(6, "0") + "Z";
	return list().querySelector(".row").dataset.at.replace(/\.(\d{6})\d*Z$/, bump);
}

// mark changes state: show brings a row into the new state or back, and done
// says whether a message is in it already.
async function mark(text, to, from, done, show) {
	const { items, body, total } = await selection();
	const ids = items.filter((m) => !done(m)).map((m) => m.id);
	const each = (on) => ids.map(rowOf).filter(Boolean).forEach((row) => show(row, on));
	each(true);
	if (body) {
		if (await change({ ...body, ...to })) toast(say(text, total));
	} else if (ids.length && await change({ ids, ...to })) {
		did(say(text, ids.length), () => {
			each(false);
			change({ ids, ...from });
		});
	} else each(false);
}

const toggles = (name, when) => (row, on) => row.classList.toggle(name, on === when);
export const has = (tag) => (m) => m.tags.some((other) => other.toLowerCase() === tag.toLowerCase());

export const read = () => mark("say.read", { read: true }, { read: false }, (m) => m.read, toggles("unread", false));
export const unread = () => mark("say.unread", { read: false }, { read: true }, (m) => !m.read, toggles("unread", true));

export function pin() {
	if (chosenItems().every((m) => m.pinned)) {
		return mark("say.unpinned", { pinned: false }, { pinned: true }, (m) => !m.pinned, toggles("pinned", false));
	}
	return mark("say.pinned", { pinned: true }, { pinned: false }, (m) => m.pinned, toggles("pinned", true));
}

export const addTag = (tag) => mark("say.tagged", { add_tags: [tag] }, { remove_tags: [tag] }, has(tag), () => {});
export const removeTag = (tag) => mark("say.untagged", { remove_tags: [tag] }, { add_tags: [tag] }, (m) => !has(tag)(m), () => {});

// A deletion waits for its undoing. Until it is sent its rows are hidden.
let waiting = null;

export const isGoing = (id) => waiting?.set.has(id) ?? false;

// goingCount is how many messages the list still counts that are hidden.
export const goingCount = () => waiting?.total ?? 0;

export async function remove() {
	const { items, body, total = items.length } = await selection();
	const ids = items.map((m) => m.id);
	if (!total) return;
	send();
	const next = behind(ids);
	const mine = waiting = { ids, body, total, set: new Set(ids), timer: setTimeout(send, grace) };
	hide();
	pickNone();
	if (ids.includes(openID())) {
		if (next && !body) open(next, true);
		else close();
	} else if (ids.includes(current()?.dataset.id)) setCurrent(next);
	mine.back = () => {
		clearTimeout(mine.timer);
		waiting = null;
		ids.forEach((id) => rowOf(id)?.removeAttribute("hidden"));
		changed();
	};
	did(say("say.deleted", total), mine.back);
}

// behind is the row to go on with when some go.
function behind(ids) {
	const going = new Set(ids);
	const all = rows();
	const at = all.findIndex((row) => row.dataset.id === openID());
	const stays = (row) => !going.has(row.dataset.id);
	return all.slice(at + 1).find(stays) ?? all.slice(0, Math.max(at, 0)).findLast(stays);
}

function hide() {
	if (!waiting) return;
	waiting.ids.forEach((id) => rowOf(id)?.setAttribute("hidden", ""));
	changed();
}

// send deletes what waits. When the page goes nobody hears whether it worked.
async function send({ leaving = false } = {}) {
	if (!waiting) return;
	const gone = waiting;
	const { ids, body, timer, back } = gone;
	clearTimeout(timer);
	undos = undos.filter((other) => other !== back);
	const parts = [];
	for (let at = 0; at < ids.length && !body; at += mostLeaving) parts.push({ ids: ids.slice(at, at + mostLeaving) });
	const asked = (body ? [body] : parts).map((part) => ask("DELETE", "/api/messages", part, { leaving }));
	if (leaving) return void (waiting = null);
	const done = await Promise.all(asked);
	if (waiting === gone) waiting = null;
	ids.forEach((id) => done.every(Boolean) ? rowOf(id)?.remove() : rowOf(id)?.removeAttribute("hidden"));
	changed();
}

addEventListener("pagehide", () => send({ leaving: true }));
document.addEventListener("htmx:load", hide);
