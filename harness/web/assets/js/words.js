// The texts of the catalogue that scripts say, in the language of the page.
const texts = new Map();
for (const word of document.getElementById("words")?.content.children ?? []) texts.set(word.dataset.word, word.textContent);

// say returns a text; of two forms the number chooses.
export function say(key, n) {
	const [one, many = one] = (texts.get(key) ?? key).split("|");
	return (n === 1 ? one : many).replace("%d", String(n));
}
