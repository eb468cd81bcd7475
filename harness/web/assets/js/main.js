// The modules of the page. Each works on what the server rendered, and finds
// its elements by data attributes.
import "./live.js";
import "./copy.js";
import "./article.js";
import "./sessions.js";
import "./faults.js";
import "./opening.js";
import "./paging.js";
import "./searching.js";
import "./bulk.js";
import "./side.js";
import "./divider.js";
import "./times.js";
import "./keys.js";
import "./palette.js";

document.documentElement.classList.add("scripted");
