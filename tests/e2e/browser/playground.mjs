/** A case in Microsoft's Agents Playground: a form, a mention in a channel, a button, a card written anew, a nudge. */

import { execFileSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";

import { given, picture, scenario, step } from "./scenario.mjs";

const CHILD = "Wilhelmina Thistlewood";

/** Go to a chat or a channel by what the tree calls it. */
async function enter(page, name) {
  await page.getByRole("treeitem", { name }).first().click();
  await page.getByRole("textbox").last().waitFor();
}

/** Say a line in the personal chat. */
async function say(page, line) {
  const box = page.getByRole("textbox").last();
  await box.click();
  await box.pressSequentially(line);
  await page.getByRole("button", { name: "Send Message" }).last().click();
}

/** Begin a post in a channel with a mention of the bot. */
async function mention(page, line) {
  const box = page.getByRole("textbox").first();
  await box.click();
  await box.pressSequentially("@");
  await page.getByRole("menuitem", { name: "referralbot" }).click();
  await box.pressSequentially(line);
  await page.getByRole("button", { name: "Post" }).last().click();
}

const cards = (page) => page.locator(".ac-adaptiveCard");
const cardWith = (page, words) => cards(page).filter({ hasText: words }).last();

async function choose(card, page, label, option) {
  await card.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

async function pick(card, page, label, iso) {
  await card.getByRole("combobox", { name: label }).fill(iso);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
}

/** Show another moment on the bot's clock, and have it look at once at what is ripe. */
function moveTo(moment) {
  writeFileSync(`${given.clock}.fresh`, String((Date.parse(moment) - Date.now()) / 1000));
  renameSync(`${given.clock}.fresh`, given.clock);
  execFileSync(given.sweep[0], given.sweep.slice(1), { env: { ...process.env, ...given.environ }, cwd: given.folder });
}

await scenario(async ({ desk }) => {
  const page = await desk();
  await page.goto(given.url);
  await enter(page, /Personal Chat/);
  await say(page, "/referral new");
  const form = cardWith(page, "Child's name");
  await form.getByLabel("Child's name").fill(CHILD);
  await pick(form, page, "Date of birth", "2027-03-14");
  await form.getByLabel("School, college or nursery").fill("Oakhurst Primary");
  await pick(form, page, "Date the council received the request", "2026-09-01");
  await choose(form, page, "Who asked for the assessment", "Parent");
  await picture(page, "form");
  await form.getByRole("button", { name: "Save" }).click();
  const again = cardWith(page, "Date of birth:");
  await again.waitFor();
  step("error", await again.innerText());
  step("kept", await again.getByLabel("Child's name").inputValue());
  await picture(page, "form-with-an-error");
  await pick(again, page, "Date of birth", "2019-03-14");
  await again.getByRole("button", { name: "Save" }).click();
  const opened = cardWith(page, "is open");
  await opened.waitFor();
  const reference = (await opened.innerText()).match(/SEND-\d{4}-\d+/)[0];
  step("opened", { reference, forms: await cards(page).filter({ hasText: "Child's name" }).count() });
  await picture(page, "opened");

  await say(page, `ask ${reference} health`);
  await cardWith(page, "1 request sent").waitFor();
  await enter(page, /Health/);
  await cardWith(page, "receipt not confirmed").waitFor();
  step("card", await cardWith(page, "receipt not confirmed").innerText());
  await picture(page, "card-in-the-channel");

  await mention(page, ` status ${reference}`);
  await cards(page).filter({ hasText: reference }).nth(1).waitFor();
  step("mention", await cards(page).filter({ hasText: reference }).allInnerTexts());
  await picture(page, "mention");

  await cardWith(page, "We have the request").getByRole("button", { name: "We have the request" }).click();
  await cards(page).filter({ hasText: "request received" }).first().waitFor();
  step("written anew", await cards(page).filter({ hasText: "request received" }).first().innerText());
  await picture(page, "written-anew");

  moveTo(given.nudges);
  await cardWith(page, "health advice is due").waitFor();
  step("nudge in the channel", await cardWith(page, "health advice is due").innerText());
  await picture(page, "nudge-in-the-channel");
  await enter(page, /Personal Chat/);
  await cardWith(page, "need an answer").waitFor();
  step("nudge in person", await cardWith(page, "need an answer").innerText());
  await picture(page, "nudge-in-person");
});
