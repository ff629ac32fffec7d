"use strict";

// TextBlock Markdown in Teams knows bold, italic, lists and links; nothing else of CommonMark.
const UNKNOWN_TO_TEAMS = [
  "blockquote", "code", "fence", "heading", "hr", "html_block", "lheading", "reference", "table",
  "autolink", "backticks", "html_inline", "image",
];
const markdown = markdownit().disable(UNKNOWN_TO_TEAMS);

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

/** Turns the page to "light" or "dark". */
async function setTheme(theme) {
  const sheet = document.getElementById("designer");
  const loaded = new Promise((resolve, reject) => {
    sheet.onload = resolve;
    sheet.onerror = () => reject(new Error(`no stylesheet for the theme ${theme}`));
  });
  sheet.href = `/npm/adaptivecards-designer/dist/containers/teams-container-${theme}.css`;
  document.documentElement.dataset.theme = theme;
  const answer = await fetch(`/npm/adaptivecards-designer/lib/hostConfigs/microsoft-teams-${theme}.json`);
  window.hostConfig = { ...(await answer.json()), fontFamily: FONTS };
  window.hostConfig.fontTypes.default.fontFamily = FONTS;
  await loaded;
  await document.fonts.ready;
}

// Selawik has the widths of Segoe UI, which is not free
const FONTS = "'Segoe UI', Selawik, 'Noto Sans', 'Open Sans', sans-serif";

/** Draws a card; with `checked`, as after a press while its inputs are not valid. Gives what the renderer complains of. */
async function drawCard(json, checked) {
  const bubble = document.getElementById("bubble");
  bubble.replaceChildren();
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(window.hostConfig);
  const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
  card.parse(json, context);
  const element = card.render();
  if (!element) {
    throw new Error("the renderer drew nothing");
  }
  bubble.appendChild(element);
  if (checked) {
    card.getAllInputs().forEach((input) => input.validateValue());
  }
  document.activeElement?.blur();
  await document.fonts.ready;
  await Promise.all([...bubble.querySelectorAll("img")].map((image) => image.decode().catch(() => {})));
}
