// The palette: actions, runs, tags and places by the letters of their names.
import { act, can } from "./actions.js";
import { here, listOf } from "./place.js";
import { knownTags } from "./tagging.js";
import { say } from "./words.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const results = dialog?.querySelector("ul");
const most = 50;
let entries = [];
let found = [];
let at = 0;

export function showPalette() {
	entries = [...actions(), ...places(), ...tags(), ...runs()];
	input.value = "";
	find();
	dialog.showModal();
}

const follow = (link) => () => link.click();

function actions() {
	return [...document.querySelectorAll("#keys [data-action]")].filter((row) => can(row.dataset.action) && row.dataset.action !== "palette").map((row) => ({
		name: row.cells[1].textContent, kind: [...row.querySelectorAll("kbd")].map((k) => k.textContent).join(" "), run: () => act(row.dataset.action),
	}));
}

function places() {
	return [...document.querySelectorAll("nav.side > ul > li > a")].map((link) => ({
		name: link.firstChild.textContent.trim(), kind: say("say.place"), run: follow(link),
	}));
}

function tags() {
	return knownTags().map((link) => ({
		name: link.querySelector(".tag").textContent, kind: say("say.tag"), run: follow(link),
	}));
}

function runs() {
	return [...document.querySelectorAll("#run option")].map((option) => ({
		name: option.textContent, kind: say("say.run"), run: () => { location.href = listOf({ q: here().q, run: option.value, after: "" }); },
	}));
}

// score says how well letters fit a name: all of them have to stand there in
// this order, best together and at the beginning. -1 if they do not.
function score(letters, name) {
	const whole = name.indexOf(letters);
	if (whole >= 0) return 1000 - whole;
	let place = -1;
	let apart = 0;
	for (const letter of letters) {
		const next = name.indexOf(letter, place + 1);
		if (next < 0) return -1;
		apart += next - place - 1;
		place = next;
	}
	return 500 - apart;
}

function find() {
	const letters = input.value.trim().toLowerCase();
	found = entries.map((entry) => ({ entry, fits: score(letters, entry.name.toLowerCase()) }))
		.filter(({ fits }) => fits >= 0).sort((a, b) => letters ? b.fits - a.fits : 0).slice(0, most).map(({ entry }) => entry);
	at = 0;
	results.replaceChildren(...found.map(option));
	dialog.querySelector(".empty").hidden = found.length > 0;
	choose(0);
}

function option({ name, kind }, i) {
	const line = document.createElement("li");
	line.id = "palette-" + i;
	line.setAttribute("role", "option");
	line.append(Object.assign(document.createElement("span"), { textContent: name }), Object.assign(document.createElement("span"), { textContent: kind, className: "kind" }));
	return line;
}

function choose(i) {
	results.children[at]?.setAttribute("aria-selected", "false");
	at = (i + found.length) % (found.length || 1);
	const line = results.children[at];
	line?.setAttribute("aria-selected", "true");
	line?.scrollIntoView({ block: "nearest" });
	input.setAttribute("aria-activedescendant", line?.id ?? "");
}

function run(i) {
	dialog.close();
	found[i]?.run();
}

input?.addEventListener("input", find);
input?.addEventListener("keydown", (e) => {
	const does = { ArrowDown: () => choose(at + 1), ArrowUp: () => choose(at - 1), Enter: () => run(at) }[e.key];
	if (!does) return;
	e.preventDefault();
	does();
});
results?.addEventListener("click", (e) => {
	const line = e.target.closest("li");
	if (line) run([...results.children].indexOf(line));
});
