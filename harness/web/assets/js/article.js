// The buttons of the message that is open, and what it shows of its state. In
// the list they do what the keys do; a message that the list does not have is
// changed by itself.
import { ask, change } from "./api.js";
import { pin, read, remove, unread } from "./bulk.js";
import { list, rowOf, setCurrent } from "./list.js";
import { close } from "./opening.js";
import { pickNone } from "./picking.js";
import { showTagging } from "./tagging.js";

const article = () => document.querySelector("article.message[data-id]");
const inList = { read, unread, pin, unpin: pin, tag: () => showTagging(), delete: remove };

const set = (to) => async (at) => {
	if (!await change({ ids: [at.dataset.id], ...to })) return;
	for (const [name, value] of Object.entries(to)) at.dataset[name] = String(value);
};

// tagged changes the tags of a message that the list does not have, and shows
// them as the server does.
const tagged = (id, to) => async (tag) => {
	if (await change({ ids: [id], [to]: [tag] })) window.htmx.ajax("GET", location.href, { target: "#message", swap: "innerHTML" });
};

function tagAlone(at) {
	const { id } = at.dataset;
	const tags = [...at.querySelectorAll(".tags .tag")].map((tag) => tag.dataset.tag);
	showTagging([{ id, tags }], tagged(id, "add_tags"), tagged(id, "remove_tags"));
}

const alone = {
	tag: tagAlone,
	read: set({ read: true }), unread: set({ read: false }), pin: set({ pinned: true }), unpin: set({ pinned: false }),
	delete: async (at) => { if (await ask("DELETE", "/api/messages", { ids: [at.dataset.id] })) close(); },
};

document.addEventListener("click", (e) => {
	const button = e.target.closest("article.message [data-act]");
	if (!button) return;
	const at = button.closest("article");
	const row = rowOf(at.dataset.id);
	if (!row) return void alone[button.dataset.act]?.(at);
	pickNone();
	setCurrent(row);
	inList[button.dataset.act]?.();
});

// mirror shows of the open message what its row says.
function mirror() {
	const at = article();
	const row = at && rowOf(at.dataset.id);
	if (!row) return;
	at.dataset.read = String(!row.classList.contains("unread"));
	at.dataset.pinned = String(row.classList.contains("pinned"));
	at.querySelector(".tags")?.replaceChildren(...[...row.querySelectorAll(".tag")].map((tag) => tag.cloneNode(true)));
}

function follow() {
	const at = article();
	if (!at) return;
	if (!rowOf(at.dataset.id)) at.dataset.read = "true"; // whoever opens it has read it
	mirror();
}

const main = document.getElementById("main");
if (list() && main) new MutationObserver(mirror).observe(main, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
document.addEventListener("htmx:afterSwap", (e) => { if (e.target.id === "message") follow(); });
follow();
