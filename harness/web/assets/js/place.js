// The place is what the URL says: the search, the run, where the list begins,
// the message that is open, its tab, and how it is shown (more).
const known = ["q", "run", "after", "tab"];
const view = /^\/view\/([0-9A-Z]{26})$/;

export function placeOf(href) {
	const url = new URL(href, location);
	const of = (name) => url.searchParams.get(name) ?? "";
	return {
		q: of("q"), run: of("run"), after: of("after"), tab: of("tab"), id: url.pathname.match(view)?.[1] ?? "",
		more: Object.fromEntries([...url.searchParams].filter(([name]) => !known.includes(name))),
	};
}

export const here = () => placeOf(location.href);

// addressOf is the URL of a place.
export function addressOf({ q, run, after, tab, id, more }) {
	const path = id ? "/view/" + id : q || after ? "/search" : "/";
	return withParams(path, { q, run, after, tab: id ? tab : "", ...(id ? more : {}) });
}

// listOf is the URL of the list of a place.
export const listOf = (place) => addressOf({ ...place, id: "" });

// withParams leaves out those that are empty.
export function withParams(path, params) {
	const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value));
	return query.size ? path + "?" + query : path;
}

// isOurs says that a URL is of this page.
export function isOurs(href) {
	const { pathname, origin } = new URL(href, location);
	return origin === location.origin && (pathname === "/" || pathname === "/search" || view.test(pathname));
}

export const isNarrow = () => matchMedia("(max-width: 63.99rem)").matches;
