/** Building the page: elements and text nodes. Nothing that was said is ever read as markup. */

/** An element. Options are attributes, `class`, and `on…` listeners; children are nodes, text, or nothing. */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** Text with **strong** and `code` words in it. */
export function rich(text) {
  return text.split(/(\*\*[^*\n]+\*\*|`[^`\n]+`)/).filter(Boolean).map((part) => {
    if (part.startsWith("**") && part.length > 4) return el("strong", {}, part.slice(2, -2));
    if (part.startsWith("`") && part.length > 2) return el("code", {}, part.slice(1, -1));
    return document.createTextNode(part);
  });
}

/** Words that only a screen reader says. */
export const unseen = (text) => el("span", { class: "unseen" }, text);

let last = 0;

/** An id that is new on this page. */
export const newId = (stem) => `${stem}-${++last}`;
