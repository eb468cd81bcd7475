// Notifications of the browser, which are asked for by a click only. A burst of
// mail is one of them.
import { say } from "./words.js";
import { toast } from "./toast.js";

const kept = "smtpspec.notify";
const button = document.querySelector("[data-notify]");
const allowed = () => "Notification" in window && Notification.permission === "granted";
const isOn = () => allowed() && localStorage.getItem(kept) === "on";

function show() {
	if (!button) return;
	button.hidden = !("Notification" in window);
	button.setAttribute("aria-pressed", String(isOn()));
}

button?.addEventListener("click", async () => {
	if (isOn()) localStorage.removeItem(kept);
	else if (await Notification.requestPermission() === "granted") {
		localStorage.setItem(kept, "on");
		toast(say("say.notified"));
	} else toast(say("say.notify.denied"));
	show();
});

// notify tells of messages, summaries of the API, while the page is hidden.
export function notify(messages) {
	if (!messages.length || !document.hidden || !isOn()) return;
	const [last] = messages;
	const one = messages.length === 1;
	const from = last.from[0]?.name || last.from[0]?.address || last.envelope_from;
	const note = new Notification(one ? last.subject || from : say("say.new", messages.length), {
		body: one ? from : last.subject, tag: "smtpspec",
	});
	note.onclick = () => {
		window.focus();
		note.close();
	};
}

show();
