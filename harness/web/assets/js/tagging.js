// The dialog that gives tags, and takes them.
import { addTag, chosenItems, has, removeTag } from "./bulk.js";

const dialog = () => document.getElementById("tagging");

export const knownTags = () => [...document.querySelectorAll("#tags a[data-tag]")];

let add, remove; // of what the dialog was opened for

// showTagging opens the dialog for the messages that are chosen, or for others,
// with what is done with them.
export function showTagging(items = chosenItems(), adds = addTag, removes = removeTag) {
	if (!items.length) return;
	[add, remove] = [adds, removes];
	const known = dialog().querySelector(".known");
	known.replaceChildren(...knownTags().map((link) => choice(link, items)));
	dialog().querySelector("input").value = "";
	dialog().showModal();
}

// choice is the button of a tag that is there: pressed if all have it.
function choice(link, items) {
	const tag = link.dataset.tag;
	const all = items.every(has(tag));
	const button = document.createElement("button");
	button.type = "button";
	button.className = link.querySelector(".tag").className;
	button.textContent = link.querySelector(".tag").textContent;
	button.setAttribute("aria-pressed", String(all));
	button.addEventListener("click", () => {
		dialog().close();
		(all ? remove : add)(tag);
	});
	return button;
}

dialog()?.querySelector("form").addEventListener("submit", (e) => {
	const tag = dialog().querySelector("input").value.trim();
	if (e.submitter?.value === "add" && tag) add(tag);
});
