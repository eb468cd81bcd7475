// The page of faults. What changes them goes through the API; the list is
// rendered by the server.
import { here, withParams } from "./place.js";

const page = document.querySelector("[data-faults]");
const list = document.getElementById("rules");
const told = document.getElementById("fault-alert");
const form = document.querySelector("[data-rule-form]");
const text = document.getElementById("rule-text");
const wrong = document.getElementById("rule-wrong");
const opening = '{"rule":';

// ask returns the problem that the server answered with, null if it did what it
// was asked for.
async function ask(method, path, body) {
	told.hidden = true;
	try {
		const answer = await fetch("/api/rules" + path, { method, body, headers: body ? { "Content-Type": "application/json" } : {} });
		if (answer.ok) return null;
		const problem = await answer.json().catch(() => ({ detail: answer.statusText }));
		if (answer.status === 401 || answer.status === 403) problem.detail = `${page.dataset.forbidden} (${problem.detail})`;
		return problem;
	} catch {
		return { detail: page.dataset.unreachable };
	}
}

function complain(problem) {
	told.textContent = problem.detail;
	told.hidden = false;
	told.scrollIntoView({ block: "nearest" });
}

// change asks for a change and shows the list that comes of it.
async function change(method, path, body) {
	const problem = await ask(method, path, body);
	if (problem) complain(problem);
	await refresh();
	return !problem;
}

function scoped(rule) {
	const run = document.querySelector("[data-new-run]").value;
	return opening + rule + (run ? ',"run":' + JSON.stringify(run) : "") + "}";
}

const shape = (root) => [...root.querySelectorAll("[data-rule]")].map((row) => row.dataset.rule + " " + row.querySelector("select").value).join("\n");

async function refresh() {
	const answer = await fetch(location.pathname + location.search, { headers: { "HX-Request": "true" } });
	if (!answer.ok) return;
	const fresh = document.createElement("template");
	fresh.innerHTML = await answer.text();
	const rows = fresh.content.querySelectorAll("[data-rule]");
	const count = document.getElementById("faults-count");
	count.textContent = rows.length;
	count.hidden = !rows.length;
	if (shape(fresh.content) !== shape(list) || !rows.length) {
		list.replaceChildren(fresh.content);
		return;
	}
	for (const row of rows) {
		const hits = list.querySelector(`[data-rule="${row.dataset.rule}"] [data-hits]`);
		const now = row.querySelector("[data-hits]").textContent;
		if (hits.textContent !== now) hits.closest(".hits").classList.add("told");
		hits.textContent = now;
	}
}

// place is where in the text of the form a problem is, in UTF-16 units; -1 if it
// has no place there.
function place(problem, lead) {
	if (problem.position === undefined) return -1;
	const inBody = !problem.detail.startsWith("rule:");
	const chars = Array.from(text.value.trim()).slice(0, Math.max(0, problem.position - (inBody ? opening.length + 1 : 0)));
	return lead + chars.join("").length;
}

function showWrong(problem) {
	const lead = text.value.length - text.value.trimStart().length;
	const at = place(problem, lead);
	wrong.querySelector("p").textContent = at >= 0 && !problem.detail.startsWith("rule:") ? page.dataset.unread : problem.detail;
	const shown = wrong.querySelector("pre");
	shown.hidden = at < 0;
	if (at >= 0) {
		const from = text.value.lastIndexOf("\n", at - 1) + 1;
		const to = text.value.indexOf("\n", at);
		const mark = document.createElement("mark");
		mark.textContent = text.value.slice(at, at + 1).trim() || "␣";
		shown.replaceChildren(text.value.slice(from, at), mark, text.value.slice(at + 1, to < 0 ? undefined : to));
	}
	wrong.hidden = false;
	text.setAttribute("aria-invalid", "true");
	text.focus();
	if (at >= 0) text.setSelectionRange(at, Math.min(at + 1, text.value.length));
}

async function submit(e) {
	e.preventDefault();
	wrong.hidden = true;
	text.removeAttribute("aria-invalid");
	if (!text.value.trim()) {
		text.focus();
		return;
	}
	const problem = await ask("POST", "", scoped(text.value.trim()));
	if (problem) {
		showWrong(problem);
		return;
	}
	text.value = "";
	await refresh();
}

function click(e) {
	const button = e.target.closest("button");
	if (!button) return;
	const { preset, edit, remove } = button.dataset;
	if (preset) change("POST", "", scoped(preset));
	if (remove) change("DELETE", "/" + encodeURIComponent(remove));
	if (edit) {
		text.value = edit;
		text.focus();
	}
}

if (page) {
	form.addEventListener("submit", submit);
	document.addEventListener("click", click);
	list.addEventListener("change", (e) => {
		const id = e.target.dataset.scopeOf;
		if (id) change("PATCH", "/" + encodeURIComponent(id), JSON.stringify({ run: e.target.value }));
	});
	const stream = new EventSource(withParams("/api/events", { run: here().run }));
	let soon = 0;
	stream.addEventListener("rule", () => { soon ||= setTimeout(() => { soon = 0; refresh(); }, 200); });
	window.addEventListener("pagehide", () => stream.close());
}
