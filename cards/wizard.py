"""The forms with which a campaign is built: message, audience, schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cards.elements import (
    AdaptiveCard,
    ChoiceInput,
    DateInput,
    NumberInput,
    TextBlock,
    TextInput,
    TimeInput,
    ToggleInput,
)
from cards.parts import act, beside, card, go, handle, heading, hint, notices, reach_text, subheading, with_error
from cards.presence import presence_fields
from cards.texts import Texts
from storage.records import Campaign, Channel, DistributionList, Reach, Style

Values = Mapping[str, str]
Errors = Mapping[str, str]

STEPS = ("message", "audience", "schedule", "review")


def step_name(texts: Texts, step: str) -> str:
    return {
        "message": texts("Message"),
        "audience": texts("Audience"),
        "schedule": texts("Schedule"),
        "review": texts("Review"),
    }[step]


def steps_bar(texts: Texts, current: str) -> Any:
    """Where the author is: "1 Message · 2 Audience · ..."."""
    return beside(
        *(
            [
                TextBlock(
                    text=f"{number} {step_name(texts, step)}",
                    size="Small",
                    wrap=True,
                    weight="Bolder" if step == current else None,
                    color="Accent" if step == current else None,
                    subtle=None if step == current else True,
                )
            ]
            for number, step in enumerate(STEPS, 1)
        )
    )


def _form(
    texts: Texts, campaign: Campaign, step: str, title: str, fields: Sequence[Any], notice: str, errors: Errors
) -> AdaptiveCard:
    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    before, after = STEPS[: STEPS.index(step)], STEPS[STEPS.index(step) + 1]
    payload = handle(campaign, step=step)
    actions = [
        act(
            texts("Next: {step}", step=step_name(texts, after).lower()),
            "form.save",
            {**payload, "go": after},
            style="positive",
        )
    ]
    if before:
        actions.append(act(texts("Back"), "form.save", {**payload, "go": before[-1]}))
    if step != "schedule":
        # where there are four, clients cut their words: one goes into the menu behind "..."
        mode = "secondary" if before else None
        actions.append(act(texts("To the review"), "form.save", {**payload, "go": "review"}, mode=mode))
    actions.append(act(texts("Save and leave"), "form.save", {**payload, "go": "leave"}))
    return card(
        texts,
        [*notices(notice, "attention" if errors else "accent"), steps_bar(texts, step), heading(title), *fields],
        actions,
    )


def message_form(texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "") -> AdaptiveCard:
    def text(id: str, label: str, **properties: Any) -> list[Any]:
        return with_error(TextInput(id=id, label=label, value=values.get(id, ""), **properties), errors.get(id))

    styles = [
        (Style.MESSAGE, texts("Plain message")),
        (Style.IDEA, texts("💡 Idea")),
        (Style.SUCCESS, texts("✅ Success")),
        (Style.IMPORTANT, texts("❗ Important")),
    ]
    fields = [
        *text("name", texts("Name of the campaign (only you see it)"), placeholder=texts("Autumn newsletter")),
        *text("title", texts("Title (optional)"), placeholder=texts("What people read first")),
        *text(
            "body",
            texts("Text"),
            multiline=True,
            placeholder=texts("Hello [FIRSTNAME], …"),
        ),
        hint(
            texts(
                "\\[FIRSTNAME\\], \\[LASTNAME\\] and \\[EMAIL\\] become each person's own;"
                " \\[FIRSTNAME|there\\] says “there” where we have no name."
                " \\*\\*Bold\\*\\*, \\_italic\\_, \\[links\\]\\(https://…\\) and “- ” lists work."
            ),
            spacing="Small",
        ),
        *with_error(
            ChoiceInput(
                id="style",
                label=texts("Style"),
                choices=styles,
                value=values.get("style", Style.MESSAGE),
                style="compact",
            ),
            errors.get("style"),
        ),
        subheading(texts("Buttons")),
        beside(
            text("link_title", texts("Link: words on the button"), placeholder=texts("Read more")),
            text("link_url", texts("Link: address"), placeholder="https://…", style="Url"),
        ),
        ToggleInput(
            id="ack",
            label=texts("Acknowledgement"),
            title=texts("Ask people to confirm that they have read it"),
            value=values.get("ack", "false"),
            wrap=True,
        ),
        *text("ack_title", texts("Confirm: words on the button"), placeholder=texts("I have read it")),
    ]
    return _form(texts, campaign, "message", texts("What do you want to say?"), fields, notice, errors)


def audience_form(
    texts: Texts,
    campaign: Campaign,
    values: Values,
    errors: Errors,
    everyone: Mapping[Channel, int],
    lists: Sequence[tuple[DistributionList, Reach]],
    notice: str = "",
) -> AdaptiveCard:
    """``everyone``: how many have installed the bot on each channel."""
    channel = Channel(values.get("channel", campaign.channel))
    choices = [
        (
            "everyone",
            texts.many(
                "Everyone who has installed Crieur ({count} person)",
                "Everyone who has installed Crieur ({count} people)",
                everyone.get(channel, 0),
            ),
        ),
        *((f"list:{item.id}", f"{item.name} – {reach_text(texts, reach)}") for item, reach in lists),
        ("new", texts("A new list: paste addresses below")),
    ]
    fields = [
        *with_error(
            ChoiceInput(
                id="channel",
                label=texts("Channel"),
                choices=[(Channel.TEAMS, "Microsoft Teams"), (Channel.SKYPE, "Skype")],
                value=channel,
                style="expanded",
            ),
            errors.get("channel"),
        ),
        *with_error(
            ChoiceInput(
                id="audience",
                label=texts("Who receives it?"),
                choices=choices,
                value=values.get("audience", "everyone"),
                style="expanded",
                wrap=True,
            ),
            errors.get("audience"),
        ),
        subheading(texts("A new list")),
        *with_error(
            TextInput(
                id="list_name",
                label=texts("Name of the list"),
                value=values.get("list_name", ""),
                placeholder=texts("Managers"),
            ),
            errors.get("list_name"),
        ),
        *with_error(
            TextInput(
                id="addresses",
                label=texts("Addresses"),
                value=values.get("addresses", ""),
                multiline=True,
                placeholder=texts("ada@contoso.com, Louis Pasteur <louis@contoso.com>, …"),
            ),
            errors.get("addresses"),
        ),
        hint(texts("One on each line, or separated by commas or semicolons. Doubles are dropped."), spacing="Small"),
    ]
    return _form(texts, campaign, "audience", texts("Who is it for?"), fields, notice, errors)


def schedule_form(
    texts: Texts,
    campaign: Campaign,
    values: Values,
    errors: Errors,
    zones: Sequence[tuple[str, str]],
    notice: str = "",
    no_presence: str = "",
) -> AdaptiveCard:
    """``no_presence``: why nobody can tell who is there; "" where somebody can."""

    def at(kind: type[DateInput] | type[TimeInput], id: str, label: str) -> list[Any]:
        return with_error(kind(id=id, label=label, value=values.get(id, "")), errors.get(id))

    units = [("minutes", texts("minutes")), ("hours", texts("hours")), ("days", texts("days"))]
    fields = [
        *with_error(
            ChoiceInput(
                id="start",
                label=texts("When does it start?"),
                choices=[("now", texts("As soon as I schedule it")), ("at", texts("On this day, at this time:"))],
                value=values.get("start", "at"),
                style="expanded",
            ),
            errors.get("start"),
        ),
        beside(at(DateInput, "date", texts("Day")), at(TimeInput, "time", texts("Time"))),
        *with_error(
            ChoiceInput(
                id="zone", label=texts("Time zone"), choices=zones, value=values.get("zone", ""), style="compact"
            ),
            errors.get("zone"),
        ),
        subheading(texts("Over how long?")),
        *with_error(
            beside(
                [NumberInput(id="duration", label=texts("Duration"), **_number(values.get("duration", "")))],
                [
                    ChoiceInput(
                        id="unit",
                        label=texts("Unit"),
                        choices=units,
                        value=values.get("unit", "hours"),
                        style="compact",
                    )
                ],
            ),
            errors.get("duration"),
        ),
        hint(
            texts("Each person receives it at their own random moment in this time, during working hours."),
            spacing="Small",
        ),
        subheading(texts("Working hours")),
        beside(at(TimeInput, "opens", texts("From")), at(TimeInput, "closes", texts("To"))),
        *with_error(
            ChoiceInput(
                id="days",
                label=texts("Working days"),
                choices=[(str(day), texts.weekday(day)) for day in range(7)],
                value=values.get("days", ""),
                style="expanded",
                multiple=True,
            ),
            errors.get("days"),
        ),
        ToggleInput(
            id="anytime",
            label=texts("Evenings, nights, weekends"),
            title=texts("Send outside working hours too"),
            value=values.get("anytime", "false"),
            wrap=True,
        ),
        *presence_fields(texts, values, errors, no_presence),
    ]
    return _form(texts, campaign, "schedule", texts("When does it go out?"), fields, notice, errors)


def _number(raw: str) -> dict[str, Any]:
    """A number field shows numbers only: what is none stays in the draft, named by the error."""
    try:
        value = float(raw.replace(",", "."))
    except ValueError:
        return {}
    return {"value": int(value) if value.is_integer() else value} if abs(value) < 1e9 else {}


def try_form(
    texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "", tone: str = "good"
) -> AdaptiveCard:
    fields = [
        heading(texts("Try it")),
        hint(texts("The message goes to one person, exactly as it is now, marked as a test. It counts in no report.")),
        *with_error(
            TextInput(id="address", label=texts("Their address"), value=values.get("address", ""), style="Email"),
            errors.get("address"),
        ),
    ]
    payload = handle(campaign, step="try")
    actions = [
        act(texts("Send the test"), "try.send", payload, style="positive"),
        go(texts("Back"), "campaign.open", payload),
    ]
    return card(texts, [*notices(notice, tone), *fields], actions)
