// Buttons that copy the text of an element.
async function put(text) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		// Without a secure context, or without leave: the old way, by a selection.
		const area = document.createElement("textarea");
		area.value = text;
		area.className = "hidden";
		document.body.append(area);
		area.select();
		const done = document.execCommand("copy");
		area.remove();
		return done;
	}
	return true;
}

document.addEventListener("click", async (e) => {
	const button = e.target.closest("[data-copy]");
	if (!button) return;
	const from = document.querySelector(button.dataset.copy);
	if (!from || !(await put(from.textContent))) return;
	button.dataset.label ??= button.textContent;
	button.textContent = button.dataset.done;
	setTimeout(() => { button.textContent = button.dataset.label; }, 2000);
});
