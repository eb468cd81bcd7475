// A line at the foot of the page that says what was done.
import { say } from "./words.js";

export const shown = 6000; // milliseconds

// toast shows a text, with a button if there is something to do about it.
// Only the last one is there.
export function toast(text, undo) {
	const box = document.getElementById("toasts");
	if (!box) return;
	const line = document.createElement("p");
	line.className = "toast";
	line.append(Object.assign(document.createElement("span"), { textContent: text }));
	if (undo) {
		const button = Object.assign(document.createElement("button"), { type: "button", textContent: say("say.undo") });
		button.dataset.undo = "";
		button.addEventListener("click", undo);
		line.append(button);
	}
	box.replaceChildren(line);
	setTimeout(() => line.remove(), shown);
}
