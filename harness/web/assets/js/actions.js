// What the keys, the buttons and the palette do, by name.
import { current, list } from "./list.js";
import { hasPicked, pick, pickAll, pickNone, pickTo } from "./picking.js";
import { pin, read, remove, undo, unread } from "./bulk.js";
import { close, open, step } from "./opening.js";
import { showTagging } from "./tagging.js";
import { showPalette } from "./palette.js";

const row = () => current() ?? document.activeElement?.closest?.(".row");

function withRow(what) {
	const at = row();
	if (at) what(at);
}

const onPage = {
	next: () => step(1),
	previous: () => step(-1),
	open: () => withRow((at) => open(at)),
	back: () => hasPicked() ? pickNone() : close(),
	select: () => withRow((at) => pick(at)),
	range: () => withRow(pickTo),
	all: () => pickAll(),
	none: pickNone,
	read, unread, pin, undo,
	tag: () => showTagging(),
	delete: remove,
};

const anywhere = {
	search: () => {
		const box = document.getElementById("q");
		box?.focus();
		box?.select();
	},
	inbox: () => { location.href = "/"; },
	sessions: () => { location.href = "/sessions"; },
	faults: () => { location.href = "/faults"; },
	palette: () => showPalette(),
	help: () => document.getElementById("keys").showModal(),
};

// act does something by name, and says whether there is such a thing here.
export function act(name) {
	const what = anywhere[name] ?? (list() ? onPage[name] : undefined);
	what?.();
	return Boolean(what);
}

export const can = (name) => name in anywhere || Boolean(list()) && name in onPage;

document.addEventListener("click", (e) => {
	const button = e.target.closest("[data-do]");
	if (button) act(button.dataset.do);
});
