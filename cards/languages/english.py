"""English: the language of the source, so its texts and commands stand in the code."""

from cards.languages.language import Language, ScheduleWords

ENGLISH = Language(
    code="en",
    name="English",
    headings={
        "address": "email mail emailaddress mailaddress address addresses emails mails upn userprincipalname user login"
        " sip sipaddress workemail businessemail primarysmtpaddress",
        "given": "firstname givenname forename first",
        "surname": "lastname surname familyname last",
        "whole": "name fullname displayname person employee",
    },
    schedule=ScheduleWords(
        culture="en-us",
        small="at|from|to|the|for|in|and|on|next|tomorrow|noon|hours?|days?|am|pm",
        starts="in|now|right away|at once|asap|today|tonight|tomorrow|noon|midnight|morning|afternoon|evening|week"
        "|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day",
        lasts="and|for|over|during|to|till|until|between|from|all|morning|afternoon|evening|weekend|week|minutes?|hours?"
        "|days?",
    ),
)
