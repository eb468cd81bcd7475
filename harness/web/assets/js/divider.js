// The width of the list, by pointer or by keys, is kept by the browser.
const kept = "smtpspec.list";
const least = 20;
const greatest = 80;
const divider = document.querySelector("[data-divider]");

function set(percent, keep = true) {
	const width = Math.round(Math.min(greatest, Math.max(least, percent)));
	document.documentElement.style.setProperty("--list", width + "%");
	divider.setAttribute("aria-valuenow", width);
	if (keep) localStorage.setItem(kept, width);
}

const now = () => Number(divider.getAttribute("aria-valuenow"));

function follow(e) {
	const panes = divider.parentElement.getBoundingClientRect();
	const list = document.getElementById("main").getBoundingClientRect();
	set((e.clientX - list.left) / panes.width * 100);
}

function drag(on, e) {
	divider.classList.toggle("dragging", on);
	document.body.classList.toggle("dragging-pane", on);
	divider[on ? "setPointerCapture" : "releasePointerCapture"](e.pointerId);
}

const keys = { ArrowLeft: () => now() - 2, ArrowRight: () => now() + 2, Home: () => least, End: () => greatest };

if (divider) {
	const before = Number(localStorage.getItem(kept));
	if (before) set(before, false);
	divider.addEventListener("pointerdown", (e) => {
		e.preventDefault();
		drag(true, e);
	});
	divider.addEventListener("pointermove", (e) => { if (divider.hasPointerCapture(e.pointerId)) follow(e); });
	divider.addEventListener("pointerup", (e) => { if (divider.hasPointerCapture(e.pointerId)) drag(false, e); });
	divider.addEventListener("pointercancel", (e) => drag(false, e));
	divider.addEventListener("dblclick", () => set(40));
	divider.addEventListener("keydown", (e) => {
		if (!keys[e.key]) return;
		e.preventDefault();
		set(keys[e.key]());
	});
}
