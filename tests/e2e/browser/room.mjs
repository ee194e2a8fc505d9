/** One case's card in one room of the local page, once it holds the words that are waited for. */

import { given, picture, scenario, step } from "./scenario.mjs";

await scenario(async ({ desk, errors }) => {
  const page = await desk();
  await page.goto(`${given.url}/#/${given.room}/${encodeURIComponent(given.email)}`);
  const card = page.locator("#log article.bot").filter({ hasText: `${given.reference} ·` }).first();
  await card.filter({ hasText: given.words }).waitFor();
  step("card", await card.innerText());
  await picture(page, "card");
  step("script errors", errors);
});
