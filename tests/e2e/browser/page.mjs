/** The demo in a browser: a case from its form to its nudges and its received advice, at desk and phone width. */

import { given, picture, scenario, step } from "./scenario.mjs";

const [PRIYA, LUCY, MOIRA] = ["priya.shah@anyshire.example", "lucy.tran@nhs.example", "moira.bell@anyshire.example"];
const CHILD = "Wilhelmina Thistlewood";
const MOST_JUMPS = 120;
const daysAgo = (days) =>
  new Date(Date.now() - days * 864e5).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** Go to a room as somebody, and wait for what stands there. */
async function enter(page, room, email) {
  const read = page.waitForResponse((answer) => answer.url().includes("/api/rooms/"));
  await page.goto(`${given.url}/#/${room}/${encodeURIComponent(email)}`);
  await read;
}

async function say(page, line) {
  await page.locator("#line").fill(line);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Every nudge about the case's health advice that stands in a room: a post of its own, or a row of a bundle. */
const nudgesOn = (page, reference) =>
  page.locator("#log article.bot").evaluateAll((posts, reference) => {
    const about = (words) => words.includes(reference) && /health advice/i.test(words);
    const lines = (post) => [...post.querySelectorAll("tbody tr, .answer")].map((line) => line.innerText);
    const isNudge = (post) => /advice (is|was) due|the last working day is|need an answer/.test(post.innerText);
    return posts.filter(isNudge).flatMap((post) => lines(post).filter(about));
  }, reference);

/** Move the demo's clock on; the moment it then shows. */
async function jump(page, button) {
  const moved = page.waitForResponse((answer) => answer.url().endsWith("/api/clock"));
  await page.getByRole("button", { name: button }).click();
  return (await (await moved).json()).now;
}

/** The case's living card: the post with its buttons that is headed by its reference. */
const cardOf = (page, reference) =>
  page.locator("#log article.bot").filter({ has: page.locator(".answer", { hasText: new RegExp(`^${reference} ·`) }) }).first();

/** When a card was last written anew; empty for one that stands as it was first written. */
const editedAt = async (card) => {
  const mark = card.locator(".edited time");
  return (await mark.count()) ? mark.getAttribute("datetime") : "";
};

await scenario(async ({ desk, phone, errors }) => {
  const priya = await desk();
  await priya.goto(given.url);
  await priya.locator("#rooms [aria-current]").waitFor();
  step("at first", [await priya.locator("#who option:checked").innerText(), await priya.locator("#here").innerText()]);
  await say(priya, "status 42");
  await priya.locator("#log article.bot", { hasText: "SEND-" }).waitFor();
  step("first answer", await priya.locator("#log article.bot").innerText());
  await picture(priya, "at-first");

  await enter(priya, "education", PRIYA);
  step("rooms", await priya.locator("#rooms li").allInnerTexts());
  await picture(priya, "education-at-first");

  await say(priya, "new");
  const form = priya.locator("form.blanks");
  await form.getByLabel("Child's name").fill(CHILD);
  await form.getByLabel("Date of birth", { exact: false }).first().fill("31 Feb 2019");
  await form.getByLabel("School, college or nursery").fill("Oakhurst Primary");
  await picture(priya, "form");
  await form.getByRole("button", { name: "Save" }).click();
  await form.locator(".problem").waitFor();
  step("errors", await form.locator(".field.wrong").allInnerTexts());
  step("focus", await priya.evaluate(() => document.activeElement.className));
  step("kept", await form.getByLabel("Child's name").inputValue());
  await picture(priya, "form-with-errors");

  await form.getByLabel("Date of birth", { exact: false }).first().fill("14 Mar 2019");
  await form.getByLabel("Date the council received", { exact: false }).first().fill(daysAgo(14));
  await form.getByLabel("Parent").check();
  await form.getByRole("button", { name: "Save" }).click();
  const opened = priya.locator("#log article.bot", { hasText: "is open" }).last();
  await opened.waitFor();
  const answer = await opened.innerText();
  const reference = answer.match(/SEND-\d{4}-\d+/)[0];
  step("opened", { answer, reference });
  await picture(priya, "opened");

  await say(priya, `ask ${reference} health`);
  await priya.locator("#log article.bot", { hasText: "1 request sent" }).last().waitFor();
  const rooms = { education: priya, health: await desk(), "social-care": await desk() };
  await enter(rooms.health, "health", LUCY);
  await enter(rooms["social-care"], "social-care", "joe.byrne@anyshire.example");
  const cards = {};
  for (const [room, page] of Object.entries(rooms)) {
    await cardOf(page, reference).waitFor();
    cards[room] = await cardOf(page, reference).innerText();
  }
  step("cards", cards);
  await cardOf(rooms.health, reference).scrollIntoViewIfNeeded();
  await picture(rooms.health, "card-in-health");
  await picture(rooms["social-care"], "card-in-social-care");

  const moira = await desk();
  await enter(moira, "private", MOIRA);
  const owner = await desk();
  await enter(owner, "private", PRIYA);
  const listeners = { room: rooms.health, owner, manager: moira };
  const heard = { room: [], owner: [], manager: [] };
  for (let jumps = 0; jumps < MOST_JUMPS && !heard.manager.length; jumps += 1) {
    const at = await jump(moira, jumps ? "next nudge" : "A week later");
    for (const [who, page] of Object.entries(listeners)) {
      const lines = await nudgesOn(page, reference);
      for (const line of lines.slice(heard[who].length)) heard[who].push({ at, line });
    }
  }
  step("heard", heard);
  for (const [who, page] of Object.entries(listeners)) {
    await picture(page, `nudges-${who}`);
  }

  const sent = cardOf(rooms.health, reference).getByRole("button", { name: /Advice sent|Sent/ }).first();
  await sent.click();
  await rooms.health.locator("#log article.bot", { hasText: "Waiting for the council to confirm" }).last().waitFor();
  await cardOf(rooms.education, reference).locator("text=advice sent").first().waitFor();
  step("sent", await cardOf(rooms.education, reference).innerText());
  await cardOf(rooms.health, reference).scrollIntoViewIfNeeded();
  await picture(rooms.health, "advice-sent");

  const before = {};
  for (const [room, page] of Object.entries(rooms)) before[room] = await editedAt(cardOf(page, reference));
  await cardOf(priya, reference).getByRole("button", { name: "Advice received" }).click();
  await priya.locator("#log article.bot", { hasText: "health advice received today" }).last().waitFor();
  const changed = {};
  for (const [room, page] of Object.entries(rooms)) {
    const card = cardOf(page, reference);
    await card.locator(`.edited time:not([datetime="${before[room]}"])`).waitFor();
    changed[room] = await card.innerText();
    await card.scrollIntoViewIfNeeded();
    await picture(page, `received-${room}`);
  }
  step("changed", changed);
  step("named in a room", (await Promise.all(Object.values(rooms).map((page) => page.locator("#log").innerText()))).some((words) => words.includes(CHILD)));

  const hand = await phone();
  await enter(hand, "health", LUCY);
  await cardOf(hand, reference).scrollIntoViewIfNeeded();
  await picture(hand, "phone-health");
  await enter(hand, "private", PRIYA);
  await say(hand, `status ${reference}`);
  await hand.locator("#log article.bot", { hasText: reference }).last().waitFor();
  await picture(hand, "phone-status");
  await say(hand, "new");
  await hand.locator("form.blanks").waitFor();
  await picture(hand, "phone-form");
  await say(hand, "list overdue");
  await hand.locator("#log article.bot table").last().waitFor();
  await picture(hand, "phone-list");
  step("wide", await hand.evaluate(() => document.documentElement.scrollWidth - window.innerWidth));
  step("script errors", errors);
});
