/** The local chat page: who speaks, in which room, and what is heard meanwhile. */

import { clock, dayAndClock } from "./dates.js";
import { el } from "./dom.js";
import { Talk } from "./talk.js";
import { Lost, get, listen, post as send, say } from "./wire.js";

const at = (id) => document.getElementById(id);
const [log, line, trouble, status] = ["log", "line", "trouble", "status"].map(at);
const PRIVATE = "private";
const SHOWN_FOR = 10 * 60 * 1000; // milliseconds that what tells who a child is stands here

let people = [];
let rooms = [];
let me = "";
let here = "";
let run = "";
let stopListening = () => {};
const talks = new Map();
const unread = new Map();
const waiting = new Map();
const spoken = [];

// Who and where

const nameOf = (email) => people.find((person) => person.email === email)?.name ?? email;
const placeOf = (room) => (room === PRIVATE ? `private:${me}` : room);
const isPrivate = (place) => place.startsWith("private:");
const addressOf = (room, email) => `#/${encodeURIComponent(room)}/${encodeURIComponent(email)}`;

function talkAt(place) {
  const key = `${me} ${place}`;
  if (!talks.has(key)) talks.set(key, new Talk(place, roomFor(place, me)));
  return talks.get(key);
}

/** What the posts of a place can do, as one person. */
function roomFor(place, email) {
  const room = {
    me: email,
    name: nameOf,
    press: (post, action, button) => press(room, post, action, button),
    submit: (post, values) => submit(room, post, values),
    cancel: (post) => (room.talk().remove(post.id), line.focus()),
    unsay: (post) => send("/api/unsay", { as: email, place, id: post.id }).catch(tell),
    talk: () => talks.get(`${email} ${place}`),
    place,
  };
  return room;
}

/** Without an address one begins as the first of the staff, privately. */
function readAddress() {
  const [, room, email] = location.hash.split("/").map(decodeURIComponent);
  const known = people.some((person) => person.email === email);
  const there = rooms.some((one) => one.place === room);
  return { room: there ? room : PRIVATE, email: known ? email : (me || people[0]?.email) };
}

async function go() {
  if (location.hash && !location.hash.startsWith("#/")) return;
  const { room, email } = readAddress();
  if (!email) return tell(new Error("There is nobody to speak as yet: no staff are loaded."));
  if (email !== me) become(email);
  here = room;
  unread.delete(placeOf(here));
  drawRooms();
  drawHere();
  await refresh();
}

function become(email) {
  me = email;
  waiting.delete(me);
  unread.clear();
  drawPeople();
  drawElsewhere();
  stopListening();
  stopListening = listen(me, heard);
}

async function refresh({ follow = true } = {}) {
  const place = placeOf(here);
  const talk = talkAt(place);
  log.setAttribute("aria-live", "off");
  if (!talk.node.isConnected) log.replaceChildren(noticeFor(place), talk.node, hello(place));
  try {
    talk.reconcile(await get(`/api/rooms/${encodeURIComponent(place)}?as=${encodeURIComponent(me)}`));
  } catch (error) {
    tell(error);
  }
  if (talk.node.isConnected && follow) toBottom();
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
}

// Drawing what is around the conversation

function drawPeople() {
  const agencies = [...new Set(people.map((person) => person.agency))];
  at("who").replaceChildren(
    ...agencies.map((agency) =>
      el(
        "optgroup",
        { label: agency },
        people
          .filter((person) => person.agency === agency)
          .map(({ email, name, role }) => {
            const news = waiting.get(email) ? ` (${waiting.get(email)} new)` : "";
            return el("option", { value: email, selected: email === me }, `${name}, ${role}${news}`);
          }),
      ),
    ),
  );
}

/** In the demo, whom the bot has told something privately meanwhile: a click speaks as them. */
function drawElsewhere() {
  const links = [...waiting].map(([email, count]) => el("a", { href: addressOf(PRIVATE, email) }, `${nameOf(email)} (${count})`));
  at("elsewhere").replaceChildren("New privately for ", ...links.flatMap((link, n) => (n ? [", ", link] : [link])));
  at("elsewhere").hidden = !links.length;
}

function drawRooms() {
  const all = [...rooms, { place: PRIVATE, name: "Private chat", agency: "" }];
  at("rooms").replaceChildren(
    ...all.map(({ place, name, agency }) => {
      const count = unread.get(placeOf(place)) ?? 0;
      const label = [el("span", { class: "name" }, name), agency && agency.toLowerCase() !== name.toLowerCase() ? el("span", { class: "quiet" }, agency) : null];
      const news = count ? el("span", { class: "news" }, `${count}`, el("span", { class: "word" }, " new")) : null;
      return el("li", {}, el("a", { href: addressOf(place, me), "aria-current": place === here ? "page" : null }, el("span", {}, label), news));
    }),
  );
  at("rooms").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function drawHere() {
  const room = rooms.find((one) => one.place === here);
  at("here").textContent = room ? room.name : "Private chat";
  at("about").textContent = room ? "Everyone in this room reads what is said here." : `Between ${nameOf(me)} and referralbot`;
  at("line-label").textContent = room ? `Say something in ${room.name}, as ${nameOf(me)}` : `Say something privately, as ${nameOf(me)}`;
  document.title = `${at("here").textContent} – referralbot`;
}

/** Shown while nothing has been said. */
function hello(place) {
  const examples = ["help", "referral new", "list overdue"];
  const start = (text) => el("button", { type: "button", class: "plain", onclick: () => speak(text) }, text);
  return el(
    "div",
    { class: "hello" },
    el("p", {}, isPrivate(place) ? "Ask anything about your cases here. Only you see the answers." : "Nothing has been said here yet. Type a line below, or start with one of these."),
    el("div", { class: "actions" }, examples.map(start)),
  );
}

/** Private answers live in this tab alone; after a reload the person is told that they are gone. */
function noticeFor(place) {
  const key = `had private answers ${me} ${place}`;
  const had = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  const text = had
    ? "Private answers from before this page was loaded again are gone: they are kept in the open page only. Ask again to see them."
    : isPrivate(place)
      ? "Private answers are kept in this open page only. They are gone when it is closed or loaded again."
      : "";
  return text ? el("p", { class: "notice" }, text) : "";
}

// Saying

async function speak(text) {
  const room = talkAt(placeOf(here)).room;
  trouble.replaceChildren();
  const own = { id: crypto.randomUUID(), by: me, text };
  if (isPrivate(room.place)) addAlone(room, own);
  const answer = await deliver(room, { line: text, shown: text, delivery: own.id });
  if (answer && isPrivate(room.place)) room.talk().settle(own.id, answer.post);
}

async function press(room, post, action, button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  await deliver(room, {
    line: action.line,
    shown: action.acts && !post.alone ? action.label : "",
    nonce: action.acts ? post.message.nonce : "",
    delivery: crypto.randomUUID(),
  });
  button.removeAttribute("aria-disabled");
}

/** A form's answer takes its place; one with errors is the form again; a plain "no" leaves what was typed standing. */
async function submit(room, post, values) {
  const { form, nonce } = post.message;
  const answer = await deliver(room, { line: form.line, values, nonce, delivery: crypto.randomUUID() }, post);
  if (!answer) return;
  const { message } = answer.post;
  if (!message.form && message.error) {
    const blanks = form.blanks.map((blank) => ({ ...blank, value: values[blank.name], error: "" }));
    again(room, post, { ...post.message, form: { ...form, blanks } }, message.text);
  }
}

const again = (room, post, message, banner) =>
  room.talk().put({ ...post, message, banner, fresh: true, version: post.version + 0.001 });

/** Send one line and show what came back. A form that it answers is given as `form`. */
async function deliver(room, body, form = null) {
  const patience = setTimeout(() => (trouble.textContent = "referralbot is looking…"), 500);
  trouble.classList.remove("bad");
  try {
    const answer = await say({ as: room.me, place: room.place, ...body });
    trouble.replaceChildren();
    show(room, answer, form);
    return answer;
  } catch (error) {
    tell(error, error instanceof Lost ? () => deliver(room, body, form) : null);
    return null;
  } finally {
    clearTimeout(patience);
  }
}

function show(room, { private: alone, post }, form) {
  const talk = room.talk();
  const { message } = post;
  if (form && !message.form && message.error) return;
  if (form && message.form) {
    again(room, form, message, message.error && !message.form.blanks.some((blank) => blank.error) ? message.text : "");
    return;
  }
  if (form) talk.remove(form.id);
  if (alone) addAlone(room, { ...post, fresh: Boolean(message.form) });
  else talk.put(post);
  const node = talk.items.get(post.id)?.node;
  if (!node) return;
  reveal(node);
  if (form) node.focus({ preventScroll: true });
}

/** Something only this tab knows. It stands where the clock and the last post put it. */
function addAlone(room, post) {
  const talk = room.talk();
  const last = [...talk.items.values()].reduce((most, item) => Math.max(most, item.post.order), 0);
  const whole = { at: now().toISOString().replace("Z", "+00:00"), order: last + 0.5, version: 1, ...post, place: room.place, alone: true };
  talk.put({ ...whole, onlyYou: Boolean(post.message) && !isPrivate(room.place) });
  if (post.message) sessionStorage.setItem(`had private answers ${room.me} ${room.place}`, "yes");
  reveal(talk.items.get(whole.id).node);
  if (post.fades) setTimeout(() => fade(talk, whole), SHOWN_FOR);
}

/** What told who a child is gives way; a form that is still open does not, for its person is typing in it. */
function fade(talk, post) {
  const here = talk.items.get(post.id);
  if (!here || here.post.message.form) return;
  const text = `Shown at ${clock(post.at)}, no longer here. Ask again to see it.`;
  talk.put({ ...here.post, version: here.post.version + 1, message: { ...here.post.message, text, facts: [], actions: [], table: null, aside: "" } });
}

function tell(error, retry = null) {
  trouble.classList.add("bad");
  const once = retry && el("button", { type: "button", class: "plain", onclick: () => (trouble.replaceChildren(), retry()) }, "Try again");
  trouble.replaceChildren(error.message, retry ? " What you said may not have arrived; trying again cannot double it. " : "", once ?? "");
}

// Hearing

const heard = {
  hello(event) {
    if (run && run !== event.run) for (const talk of talks.values()) talk.forgetVersions();
    run = event.run;
    document.body.classList.remove("down");
    refresh({ follow: nearBottom() });
  },
  post: (post) => arrive(post, true),
  edit: (post) => arrive(post, false),
  withdraw: ({ id, place, version }) => talks.get(`${me} ${place}`)?.remove(id, version),
  elsewhere({ email }) {
    waiting.set(email, (waiting.get(email) ?? 0) + 1);
    drawPeople();
    drawElsewhere();
  },
  clock: ({ now }) => setClock(now),
  down() {
    if (!document.body.classList.contains("down")) status.textContent = "Not connected; trying again";
    document.body.classList.add("down");
  },
};

function arrive(post, isNew) {
  const showing = post.place === placeOf(here);
  const stick = showing && nearBottom();
  const added = talks.get(`${me} ${post.place}`)?.put(post) ?? isNew;
  if (showing && added) stick || post.by === me ? toBottom() : (at("newer").hidden = false);
  if (!showing && isNew) {
    unread.set(post.place, (unread.get(post.place) ?? 0) + 1);
    drawRooms();
    status.textContent = `New in ${rooms.find((room) => room.place === post.place)?.name ?? "your private chat"}`;
  }
}

// Scrolling

const nearBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function toBottom() {
  log.scrollTop = log.scrollHeight;
  at("newer").hidden = true;
}

/** An answer is read from its first line: one taller than the view is shown from its top. */
function reveal(node) {
  if (node.offsetHeight < log.clientHeight) toBottom();
  else log.scrollTop = node.offsetTop - 8;
}

// The clock

let clockBase = { now: 0, since: 0 };
const now = () => new Date(clockBase.now + performance.now() - clockBase.since);

function setClock(iso) {
  clockBase = { now: Date.parse(iso), since: performance.now() };
  drawClock();
}

function drawClock() {
  at("moment").textContent = dayAndClock(now());
  at("moment").dateTime = now().toISOString();
}

async function jump(button) {
  if (!button || at("jumps").dataset.moving) return;
  at("jumps").dataset.moving = "yes";
  try {
    setClock((await send("/api/clock", { to: button.dataset.to })).now);
    trouble.replaceChildren();
    status.textContent = `It is now ${dayAndClock(now())}`;
  } catch (error) {
    tell(error);
  }
  delete at("jumps").dataset.moving;
}

// Starting

at("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = line.value.trim();
  if (!text) return;
  line.value = "";
  if (spoken.at(-1) !== text) spoken.push(text);
  back = 0;
  speak(text);
});

let back = 0;
line.addEventListener("keydown", (event) => {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!step || !spoken.length) return;
  event.preventDefault();
  back = Math.min(Math.max(back + step, 0), spoken.length);
  line.value = back ? spoken.at(-back) : "";
});

at("skip").addEventListener("click", (event) => (event.preventDefault(), line.focus()));
at("newer").addEventListener("click", toBottom);
log.addEventListener("scroll", () => nearBottom() && (at("newer").hidden = true));
at("who").addEventListener("change", (event) => (location.hash = addressOf(here, event.target.value)));
at("jumps").addEventListener("click", (event) => jump(event.target.closest("button")));
window.addEventListener("hashchange", go);
setInterval(drawClock, 10000);

async function start() {
  const known = await get("/api/now");
  ({ people, rooms } = known);
  at("clock").hidden = !known.movable;
  setClock(known.now);
  await go();
  line.focus();
}

start().catch((error) => tell(error, start));
