// The modules of the page. Each works on what the server rendered, and finds
// its elements by data attributes.
import "./live.js";
import "./copy.js";
import "./sessions.js";
import "./faults.js";
