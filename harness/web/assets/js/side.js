// What leads away from the list says where one is.
import { here, placeOf } from "./place.js";

const places = ["/sessions", "/faults"]; // beside the list

function mark() {
	const { q, run } = here();
	for (const link of document.querySelectorAll("nav.side a[href]")) {
		const to = placeOf(link.href);
		const { pathname } = new URL(link.href);
		const list = ["/", "/search"].includes(pathname) && to.q === q && to.run === run;
		if (places.includes(location.pathname) ? pathname === location.pathname : list) link.setAttribute("aria-current", "page");
		else link.removeAttribute("aria-current");
	}
}

if (places.includes(location.pathname)) mark();

document.addEventListener("list:changed", mark);

document.addEventListener("change", (e) => {
	if (e.target.closest("[data-runs]")) e.target.form.submit();
});

// Language and theme lead back to where one is by now.
document.addEventListener("submit", (e) => {
	if (e.target.matches(".settings")) e.target.elements.back.value = location.pathname + location.search;
});
