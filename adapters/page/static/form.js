/** A form: one control for each kind of blank, errors beside the fields, and what was typed kept. */

import { written } from "./dates.js";
import { el, newId } from "./dom.js";

const FEW = 6;

/**
 * `intro` says below its heading what the form is for;
 * `submit(values)` sends it; `cancel()` puts it away; `banner` is a "no" that belongs to no field;
 * `start` moves the focus: to what is wrong, or else to the first field.
 */
export function formOf(form, { submit, cancel, intro = "", banner = "", start = false }) {
  const title = newId("form");
  const fields = form.blanks.map(fieldOf);
  const wrong = fields.filter((field) => field.blank.error);
  const summary = banner || wrong.length ? summaryOf(banner, wrong) : null;
  const send = el("button", { type: "submit", class: "primary" }, form.submit);
  const node = el(
    "form",
    { class: "blanks", novalidate: true, autocomplete: "off", "aria-labelledby": title },
    el("h2", { id: title, tabindex: "-1" }, form.title),
    intro ? el("p", { class: "intro" }, intro) : null,
    summary,
    fields.map((field) => field.node),
    el("div", { class: "actions" }, send, el("button", { type: "button", class: "plain", onclick: cancel }, "Cancel")),
  );
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled") === "true") return;
    send.setAttribute("aria-disabled", "true");
    await submit(Object.fromEntries(fields.map((field) => [field.blank.name, field.read()])));
    send.removeAttribute("aria-disabled");
  });
  if (start) queueMicrotask(() => (summary ?? firstStop(fields, node)).focus());
  return node;
}

/** On a touch screen the first field would raise the keyboard over the form, so its heading is shown instead. */
function firstStop(fields, node) {
  const touch = window.matchMedia("(pointer: coarse)").matches;
  return (!touch && fields[0]?.node.querySelector("input, select, textarea")) || node.querySelector("h2");
}

function summaryOf(banner, wrong) {
  const id = newId("problem");
  return el(
    "div",
    { class: "problem", role: "alert", tabindex: "-1", "aria-labelledby": id },
    el("h3", { id }, "There is a problem"),
    banner ? el("p", {}, banner) : null,
    wrong.length
      ? el(
          "ul",
          {},
          wrong.map((field) =>
            el("li", {}, el("a", { href: `#${field.id}`, onclick: (event) => (event.preventDefault(), focusOn(field.id)) }, field.blank.error)),
          ),
        )
      : null,
  );
}

function focusOn(id) {
  const field = document.getElementById(id);
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

function fieldOf(blank) {
  const id = newId("blank");
  const control = CONTROLS[blank.kind](blank, id);
  const hint = blank.hint || control.hint;
  const described = [hint ? `${id}-hint` : "", blank.error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const title = [blank.label, blank.required ? null : el("span", { class: "optional" }, " (optional)"), blank.private ? el("span", { class: "private" }, "private") : null];
  const notes = [
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    blank.error ? el("p", { class: "error", id: `${id}-error` }, el("span", { class: "unseen" }, "Error: "), blank.error) : null,
  ];
  for (const input of control.inputs) {
    if (described && !control.group) input.setAttribute("aria-describedby", described);
    if (blank.error) input.setAttribute("aria-invalid", "true");
    if (blank.required && !control.group) input.setAttribute("aria-required", "true");
  }
  const kind = `field${blank.error ? " wrong" : ""}`;
  const node = control.group
    ? el("fieldset", { class: kind, "aria-describedby": described || null }, el("legend", {}, title), notes, control.node)
    : el("div", { class: kind }, el("label", { for: id }, title), notes, control.node);
  return { id, blank, node, read: control.read };
}

const CONTROLS = {
  text: (blank, id) => line(el("input", { id, type: "text", value: blank.value, maxlength: blank.longest })),
  long_text: (blank, id) => line(el("textarea", { id, rows: "4", maxlength: blank.longest }, blank.value)),
  date: dateControl,
  choice: (blank, id) => (blank.choices.length > FEW ? selectControl(blank, id) : several(blank, id, "radio")),
  choices: (blank, id) => several(blank, id, "checkbox"),
  yes_no: (blank, id) => several({ ...blank, choices: [{ value: "yes", label: "Yes" }, { value: "no", label: "No" }] }, id, "radio"),
};

const line = (input) => ({ node: input, inputs: [input], read: () => input.value.trim() });

/** A date is typed as people write it ("10 Aug", "last Friday") or picked; unchanged, it goes back as it came. */
function dateControl(blank, id) {
  let iso = blank.value;
  const input = el("input", { id, type: "text", class: "date", value: written(blank.value) });
  const picker = el("input", { type: "date", class: "picker", tabindex: "-1", "aria-hidden": "true" });
  picker.addEventListener("change", () => {
    if (picker.value) [iso, input.value] = [picker.value, written(picker.value)];
    input.focus();
  });
  const choose = el("button", { type: "button", class: "plain", "aria-label": `Pick a date: ${blank.label}`, onclick: () => picker.showPicker?.() }, "Pick");
  return {
    node: el("div", { class: "dated" }, input, choose, picker),
    inputs: [input],
    hint: "For example 10 Aug 2026",
    read: () => (input.value.trim() === written(iso) ? iso : input.value.trim()),
  };
}

function selectControl(blank, id) {
  const options = [{ value: "", label: blank.required ? "Choose one" : "Not said" }, ...blank.choices];
  const select = el(
    "select",
    { id },
    options.map(({ value, label }) => el("option", { value, selected: value === blank.value }, label)),
  );
  return { node: select, inputs: [select], read: () => select.value };
}

function several(blank, id, type) {
  const chosen = type === "radio" ? [blank.value] : blank.value.split(",").map((value) => value.trim());
  const inputs = blank.choices.map(({ value }, n) =>
    el("input", { type, name: id, value, id: n ? `${id}-${n}` : id, checked: value !== "" && chosen.includes(value) }),
  );
  const node = el(
    "div",
    { class: blank.choices.length <= 2 ? "several side-by-side" : "several" },
    inputs.map((input, n) => el("div", { class: "one" }, input, el("label", { for: input.id }, blank.choices[n].label))),
  );
  return { node, inputs, group: true, read: () => inputs.filter((input) => input.checked).map((input) => input.value).join(",") };
}
