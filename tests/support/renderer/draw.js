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

// Selawik has the widths of Segoe UI, which is not free
const FONTS = "'Segoe UI', Selawik, 'Noto Sans', 'Open Sans', sans-serif";

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

/** Date and time fields as Teams writes them, in the card's language: Chromium's own follow the machine. */
function writeDates(bubble, language) {
  const written = {
    date: (value) => new Date(`${value}T00:00Z`).toLocaleDateString(language, { timeZone: "UTC" }),
    time: (value) =>
      new Date(`2000-01-01T${value}Z`).toLocaleTimeString(language, { timeZone: "UTC", timeStyle: "short" }),
  };
  for (const input of bubble.querySelectorAll("input[type=date], input[type=time]")) {
    const { type, value } = input;
    input.type = "text";
    input.value = value && written[type](value);
  }
}

/**
 * Draws a card; with `checked`, as after a press while its inputs are not valid.
 * Gives what the renderer complains of, but for elements it does not know: charts have their fallback.
 */
async function drawCard(json, checked) {
  const bubble = document.getElementById("bubble");
  bubble.replaceChildren();
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(window.hostConfig);
  const parsing = new AdaptiveCards.SerializationContext();
  card.parse(json, parsing);
  bubble.appendChild(card.render());
  if (checked) {
    card.getAllInputs().forEach((input) => input.validateValue());
  }
  writeDates(bubble, json.lang || "en-GB");
  document.activeElement?.blur();
  await document.fonts.ready;
  await Promise.all([...bubble.querySelectorAll("img")].map((image) => image.decode().catch(() => {})));

  const events = Array.from({ length: parsing.eventCount }, (_, number) => parsing.getEventAt(number));
  events.push(...card.validateProperties().validationEvents);
  return events
    .filter(({ event }) => event !== AdaptiveCards.ValidationEvent.UnknownElementType)
    .map(({ message }) => message);
}

/** What of a drawn card does not fit: elements that stand out of the card, texts that are cut. */
function misfits() {
  const bubble = document.getElementById("bubble");
  const edge = bubble.getBoundingClientRect();
  const found = new Set();
  for (const element of bubble.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || element.closest("datalist, svg, option")) continue;
    const words = (element.getAttribute("aria-label") || element.innerText || "").trim().slice(0, 40);
    const name = `${element.className || element.tagName} “${words}”`;
    // what is in a coloured box may bleed to the edge, and no further
    if (box.right > edge.right + 1 || box.left < edge.left - 1) found.add(`${name} stands out of the card`);
    // what is typed scrolls in its field
    const typed = ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
    const over = element.scrollWidth - element.clientWidth;
    if (!typed && element.clientWidth && over > 1) found.add(`${name} is cut by ${over} px`);
  }
  return [...found];
}
