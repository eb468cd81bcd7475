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

export const change = (body, options) => ask("PATCH", "/api/messages", body, options);
