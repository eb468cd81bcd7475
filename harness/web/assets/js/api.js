// Requests of the API that change something.
import { here, withParams } from "./place.js";
import { say } from "./words.js";
import { toast } from "./toast.js";

// ask sends a body and says whether it was done; what failed is shown unless
// it is to be quiet.
export async function ask(method, path, body, { quiet = false, leaving = false } = {}) {
	let why = say("say.offline");
	try {
		const answer = await fetch(withParams(path, { run: here().run }), {
			method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, keepalive: leaving,
		});
		if (answer.ok) return true;
		why = (await answer.json()).detail;
	} catch { /* nobody answered */ }
	if (!quiet) toast(say("say.failed") + " " + why);
	return false;
}

const changing = new Map(); // how many changes of a message are under way, by its ID
const changed = new Set(); // IDs of what was changed since the rows were asked for

// askRows begins a question for rows; isOld says of an answered row that it may
// be from before a change that this page has made meanwhile.
export const askRows = () => changed.clear();
export const isOld = (id) => changing.has(id) || changed.has(id);

export async function change(body, options) {
	const ids = body.ids ?? [];
	for (const id of ids) changing.set(id, (changing.get(id) ?? 0) + 1);
	const done = await ask("PATCH", "/api/messages", body, options);
	for (const id of ids) {
		changed.add(id);
		if (changing.get(id) > 1) changing.set(id, changing.get(id) - 1);
		else changing.delete(id);
	}
	return done;
}
