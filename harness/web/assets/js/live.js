// Live arrival: what comes is put on top of the list without moving what
// somebody reads. The stream says that something happened; the rows are
// rendered by the server.
const body = document.body;
const rows = () => document.querySelector("[data-rows]");

function withParam(path, name, value) {
	const url = new URL(path + (body.dataset.scope || ""), location.origin);
	url.searchParams.set(name, value);
	return url.pathname + url.search;
}

let asked = false;
let waiting = false;

// news asks once at a time for what came; what comes meanwhile is asked for
// behind it.
async function news() {
	if (asked) {
		waiting = true;
		return;
	}
	asked = true;
	try {
		const answer = await fetch(withParam("/ui/news", "since", body.dataset.cursor), { headers: { "HX-Request": "true" } });
		if (!answer.ok) return;
		body.dataset.cursor = answer.headers.get("X-Cursor") || body.dataset.cursor;
		put(await answer.text());
	} finally {
		asked = false;
		if (waiting) {
			waiting = false;
			news();
		}
	}
}

function put(html) {
	const list = rows();
	if (!list) return;
	const fresh = document.createElement("template");
	fresh.innerHTML = html;
	for (const row of [...fresh.content.querySelectorAll(".row")]) {
		if (document.getElementById(row.id)) row.remove();
	}
	const first = list.firstElementChild;
	const above = first ? first.getBoundingClientRect().top : 0;
	list.prepend(fresh.content);
	const pane = list.closest("main");
	if (first && pane.scrollTop > 0) pane.scrollTop += first.getBoundingClientRect().top - above;
	window.htmx?.process(list);
}

function open() {
	if (!rows()) return;
	const run = new URL(location).searchParams.get("run");
	const stream = new EventSource("/api/events" + (run ? "?run=" + encodeURIComponent(run) : ""));
	stream.addEventListener("message", (e) => { if (e.data) news(); });
	stream.addEventListener("gap", news);
	window.addEventListener("pagehide", () => stream.close());
}

open();
