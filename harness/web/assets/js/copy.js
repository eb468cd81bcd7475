// What stands in data-copy is copied. Where the browser keeps its clipboard
// from pages that are not secure, a selection is copied instead.
async function copy(text) {
	if (navigator.clipboard) return navigator.clipboard.writeText(text);
	const field = document.createElement("textarea");
	field.value = text;
	field.className = "hidden";
	document.body.append(field);
	field.select();
	document.execCommand("copy");
	field.remove();
}

document.addEventListener("click", async (e) => {
	const button = e.target.closest("[data-copy]");
	if (!button) return;
	await copy(button.dataset.copy);
	const before = button.textContent;
	if (before === button.dataset.done) return;
	button.textContent = button.dataset.done;
	setTimeout(() => { button.textContent = before; }, 1500);
});
