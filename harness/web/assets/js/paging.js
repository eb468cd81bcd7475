// Older mail comes as one scrolls towards it. Behind so many rows the page
// begins anew there, by the link itself.
import { list, mostRows, pane } from "./list.js";

const more = () => list()?.querySelector("[data-more]");

function load() {
	const end = more();
	if (!end || list().childElementCount > mostRows || "asked" in end.dataset) return;
	end.dataset.asked = "";
	// Not by an event: htmx may not have come to the element yet.
	window.htmx.ajax("GET", end.dataset.more, { source: end, target: end, swap: "outerHTML" });
}

const near = list() && new IntersectionObserver((seen) => {
	if (seen.some((s) => s.isIntersecting)) load();
}, { root: pane(), rootMargin: "1200px 0px" });

function watch() {
	near.disconnect();
	const end = more();
	if (end) near.observe(end);
}

if (near) {
	watch();
	document.addEventListener("list:changed", watch);
	document.addEventListener("list:end", load);
	for (const failed of ["htmx:responseError", "htmx:sendError"]) {
		document.addEventListener(failed, (e) => { delete e.target.dataset?.asked; });
	}
	pane().addEventListener("click", (e) => {
		if (!e.target.closest("[data-more] a") || list().childElementCount > mostRows) return;
		e.preventDefault();
		load();
	});
}
