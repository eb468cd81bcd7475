// How long ago something was, kept fresh by the clock of the server.
import { list } from "./list.js";
import { say } from "./words.js";

const ahead = list() ? Number(list().dataset.now) - Date.now() : 0;
const units = [["ago.minutes", 60e3, 3600e3], ["ago.hours", 3600e3, 24 * 3600e3], ["ago.days", 24 * 3600e3, 30 * 24 * 3600e3]];

function ago(at) {
	const since = Date.now() + ahead - at;
	if (since < 60e3) return say("ago.now");
	const unit = units.find(([, , upto]) => since < upto);
	return unit ? say(unit[0], Math.floor(since / unit[1])) : new Date(at).toISOString().slice(0, 10);
}

function refresh() {
	for (const time of document.querySelectorAll(".row time[datetime]")) {
		const text = ago(Date.parse(time.dateTime));
		if (time.textContent !== text) time.textContent = text;
	}
}

setInterval(() => { if (!document.hidden) refresh(); }, 20e3);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
