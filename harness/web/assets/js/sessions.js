// Live arrival of sessions: the stream says that one ended, the rows are
// rendered by the server.
const rows = document.querySelector("[data-sessions]");
const here = new URL(location);
let asked = false;
let again = false;

async function news() {
	if (asked) {
		again = true;
		return;
	}
	asked = true;
	try {
		const url = new URL("/ui/sessions/news", location.origin);
		for (const name of ["run", "show"]) {
			if (here.searchParams.get(name)) url.searchParams.set(name, here.searchParams.get(name));
		}
		url.searchParams.set("since", document.body.dataset.sessionsCursor);
		const answer = await fetch(url, { headers: { "HX-Request": "true" } });
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
	const run = here.searchParams.get("run");
	const stream = new EventSource("/api/events" + (run ? "?run=" + encodeURIComponent(run) : ""));
	stream.addEventListener("session", () => { counted(); news(); });
	stream.addEventListener("gap", news);
	window.addEventListener("pagehide", () => stream.close());
}
