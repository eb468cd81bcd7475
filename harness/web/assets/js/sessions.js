// Live arrival of sessions: the stream says that one ended, the rows are
// rendered by the server.
import { here, withParams } from "./place.js";

const rows = document.querySelector("[data-sessions]");
const { run, more: { show } } = here();
let asked = false;
let again = false;

async function news() {
	if (asked) {
		again = true;
		return;
	}
	asked = true;
	try {
		const path = withParams("/ui/sessions/news", { run, show, since: document.body.dataset.sessionsCursor });
		const answer = await fetch(path, { headers: { "HX-Request": "true" } });
		if (!answer.ok) return;
		if (answer.headers.get("X-More")) {
			location.reload();
			return;
		}
		document.body.dataset.sessionsCursor = answer.headers.get("X-Cursor");
		put(await answer.text());
	} finally {
		asked = false;
		if (again) {
			again = false;
			news();
		}
	}
}

function put(html) {
	const fresh = document.createElement("template");
	fresh.innerHTML = html;
	const came = [...fresh.content.querySelectorAll("tr")].filter((row) => !document.getElementById(row.id));
	if (!came.length) return;
	const pane = rows.closest("main");
	const before = pane.scrollHeight;
	rows.prepend(...came);
	if (pane.scrollTop > 0) pane.scrollTop += pane.scrollHeight - before;
	document.querySelector("[data-sessions-none]").hidden = true;
}

function counted() {
	const count = document.getElementById("sessions-count");
	if (count?.textContent) count.textContent = Number(count.textContent) + 1;
}

if (rows) {
	const stream = new EventSource(withParams("/api/events", { run }));
	stream.addEventListener("session", () => { counted(); news(); });
	stream.addEventListener("gap", news);
	window.addEventListener("pagehide", () => stream.close());
}
