// How much is unread, in the side bar, the title and the icon of the page.
import { list } from "./list.js";
import { goingCount } from "./bulk.js";
import { say } from "./words.js";

const name = document.title.replace(/^\(\d+\) /, "");

export function setUnread(n) {
	const count = document.getElementById("unread");
	if (count) {
		count.textContent = n;
		count.hidden = n === 0;
	}
	document.title = (n ? `(${n}) ` : "") + name;
	drawIcon(n);
}

// setTotal is told whether there are more than n, which are not counted.
export function setTotal(n, least) {
	if (!list()) return;
	list().dataset.total = n;
	list().toggleAttribute("data-least", least);
	showTotal();
}

// showTotal leaves out what is about to be deleted.
function showTotal() {
	const total = document.getElementById("total");
	if (!total) return;
	const n = Math.max(0, Number(list().dataset.total) - goingCount());
	total.textContent = say(list().hasAttribute("data-least") ? "say.total.least" : "say.total", n);
	const empty = document.querySelector("[data-empty]");
	if (empty) empty.hidden = n > 0 || document.querySelector("#wrong .where") !== null;
}

const icon = document.querySelector("link[rel=icon]");
const plain = icon?.href;
let picture; // of the icon without a number

async function drawIcon(n) {
	if (!icon) return;
	icon.dataset.unread = n;
	if (!n) return void (icon.href = plain);
	picture ??= load(plain);
	const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 32 });
	const pen = canvas.getContext("2d");
	pen.drawImage(await picture, 0, 0, 32, 32);
	pen.fillStyle = "#cf222e";
	pen.beginPath();
	pen.arc(22, 10, 10, 0, 7);
	pen.fill();
	pen.fillStyle = "#fff";
	pen.font = "bold 13px sans-serif";
	pen.textAlign = "center";
	pen.textBaseline = "middle";
	pen.fillText(n > 99 ? "99+" : n, 22, 11, 18);
	if (icon.dataset.unread === String(n)) icon.href = canvas.toDataURL("image/png");
}

async function load(src) {
	const image = new Image(32, 32);
	image.src = src;
	await image.decode();
	return image;
}

document.addEventListener("list:changed", showTotal);
const first = Number(document.getElementById("unread")?.textContent ?? 0);
if (first) setUnread(first);
