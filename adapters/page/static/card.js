/** A message as a person sees it: the answer, its facts or table, its buttons, its small print. */

import { clock, day, dayAndClock } from "./dates.js";
import { el, newId, rich, unseen } from "./dom.js";
import { formOf } from "./form.js";

const WORDS = { late: "Late", soon: "Due soon", waiting: "Waiting", done: "Done" };

/** One coloured mark with the word beside it. */
function mark(state) {
  return state ? el("span", { class: `mark ${state}` }, el("i", { "aria-hidden": "true" }), WORDS[state]) : null;
}

/** A post as an article. `room` knows names, and what pressing, submitting and taking back do. */
export function article(post, room) {
  const id = newId("by");
  const mine = post.by === room.me;
  const author = post.by ? room.name(post.by) : "referralbot";
  const node = el(
    "article",
    { class: post.by ? `post person${mine ? " mine" : ""}` : "post bot", tabindex: "-1", "aria-labelledby": id },
    el("p", { class: "day", hidden: true }, el("span", {}, day(post.at))),
    el("span", { class: "face", "aria-hidden": "true" }, post.by ? initials(author) : ""),
    el(
      "div",
      { class: "body" },
      el("p", { class: "by", id }, el("b", {}, author), " ", el("time", { datetime: post.at }, clock(post.at)), edited(post)),
      post.message ? messageOf(post, room) : el("p", { class: "spoken" }, post.text),
    ),
  );
  if (mine && !post.alone) node.querySelector(".by").append(takeBack(post, room));
  return node;
}

function edited(post) {
  if (!post.edited) return null;
  const when = day(post.edited) === day(post.at) ? clock(post.edited) : dayAndClock(post.edited);
  return el("span", { class: "edited" }, "updated ", el("time", { datetime: post.edited }, when));
}

function takeBack(post, room) {
  return el("button", { type: "button", class: "quietly", onclick: () => room.unsay(post) }, "Delete", unseen(" what you said"));
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return words.length > 1 ? words[0][0] + words[words.length - 1][0] : name.slice(0, 2);
}

function messageOf(post, room) {
  const message = post.message;
  const [answer, ...more] = message.text.split("\n");
  const card = message.copy || message.facts.length || message.table || message.form || message.actions.length;
  const intro = message.form && !message.facts.length && !message.table && message.form.title ? answer : "";
  const kinds = ["message", card ? "card" : "", message.error ? "refusal" : "", post.onlyYou ? "alone" : ""];
  return el(
    "div",
    { class: kinds.filter(Boolean).join(" ") },
    post.onlyYou ? el("p", { class: "only-you" }, "Only you can see this") : null,
    answer && !intro && !said(message.form, answer) ? el("p", { class: "answer" }, rich(answer)) : null,
    more.length ? el("p", { class: "more" }, rich(more.join("\n").trim())) : null,
    message.copy ? el("pre", { class: "copy", tabindex: "0" }, message.copy) : null,
    message.facts.length ? factsOf(message.facts) : null,
    message.table ? tableOf(message, post, room) : null,
    message.form ? formOf(message.form, { intro: said(message.form, intro) ? "" : intro, start: post.fresh, banner: post.banner, submit: (values) => room.submit(post, values), cancel: () => room.cancel(post) }) : null,
    message.attachment ? downloadOf(message.attachment) : null,
    message.actions.length ? el("div", { class: "actions" }, message.actions.map((action) => button(action, post, room))) : null,
    message.aside ? el("p", { class: "aside" }, rich(message.aside)) : null,
  );
}

/** Whether the form's own heading says this already. */
const said = (form, words) => form && words.replace(/\.$/, "") === form.title;

function factsOf(facts) {
  return el(
    "dl",
    { class: "facts" },
    facts.map((fact) =>
      el(
        "div",
        { class: `fact${fact.depth ? " under" : ""}` },
        el("dt", {}, rich(fact.label)),
        el(
          "dd",
          {},
          el(
            "div",
            { class: "told" },
            fact.value ? el("span", { class: "value" }, rich(fact.value)) : null,
            fact.detail ? el("span", { class: "detail" }, rich(fact.detail)) : null,
          ),
          mark(fact.state),
        ),
      ),
    ),
  );
}

/** Roles are said outright: on a phone the rows stand as blocks, which would take a table's meaning from it. */
function tableOf(message, post, room) {
  const { columns, rows } = message.table;
  const states = rows.some((row) => row.state);
  const presses = rows.some((row) => row.actions.length);
  const heads = [...columns.map((name) => [name]), states ? [unseen("State")] : null, presses ? [unseen("Buttons")] : null];
  return el(
    "div",
    { class: "table", tabindex: "0", role: "group", "aria-label": message.text.split("\n")[0] },
    el(
      "table",
      { role: "table" },
      el(
        "thead",
        { role: "rowgroup" },
        el("tr", { role: "row" }, heads.filter(Boolean).map((head) => el("th", { role: "columnheader", scope: "col" }, head))),
      ),
      el(
        "tbody",
        { role: "rowgroup" },
        rows.map((row) =>
          el(
            "tr",
            { role: "row" },
            row.cells.map((cell, n) => el("td", { role: "cell", "data-column": columns[n] ?? "" }, rich(cell))),
            states ? el("td", { role: "cell", class: "state" }, mark(row.state)) : null,
            presses ? el("td", { role: "cell", class: "presses" }, row.actions.map((action) => button(action, post, room, row.cells[0]))) : null,
          ),
        ),
      ),
    ),
  );
}

function button(action, post, room, about = "") {
  return el(
    "button",
    { type: "button", class: action.style || "plain", "data-line": action.line, onclick: (event) => room.press(post, action, event.currentTarget) },
    action.label,
    about ? unseen(`, ${about}`) : null,
  );
}

/** A file made in the browser from the answer: it is nowhere on the server. */
function downloadOf(attachment) {
  const kind = attachment.name.endsWith(".csv") ? "text/csv" : "text/plain";
  const file = new Blob([attachment.text], { type: `${kind};charset=utf-8` });
  return el("p", {}, el("a", { class: "download", download: attachment.name, href: URL.createObjectURL(file) }, `Download ${attachment.name}`));
}
