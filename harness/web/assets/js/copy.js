// Buttons that copy: the text in data-copy, or that of the element that
// data-copy-from selects.
async function put(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return select(text);
	}
}

// Without a secure context, or without leave, a selection is copied.
function select(text) {
	const area = document.createElement("textarea");
	area.value = text;
	area.className = "hidden";
	document.body.append(area);
	area.select();
	const done = document.execCommand("copy");
	area.remove();
	return done;
}

const textOf = (button) => button.dataset.copy ?? document.querySelector(button.dataset.copyFrom)?.textContent;

document.addEventListener("click", async (e) => {
	const button = e.target.closest("[data-copy], [data-copy-from]");
	if (!button) return;
	const text = textOf(button);
	if (text === undefined || !(await put(text))) return;
	button.dataset.label ??= button.textContent;
	button.textContent = button.dataset.done;
	setTimeout(() => { button.textContent = button.dataset.label; }, 2000);
});
