"""The words of sayings in English: by what they mean, phrases with "|" between them."""

GREETINGS = {
    "greeting": (
        "hello|hi|hey|good morning|good afternoon|good evening|dear crieur|crieur|hello there|hi there|ok"
        "|okay|so|well|right|alright|all right|then|actually|oh"
    ),
}

POLITE = {
    "ask": (
        "could u|can u|could you please|could you|can you please|can you|would you please|would you|will you please"
        "|will you|would you mind|can we|could we|can you help me|can you help me to|would it be possible to"
        "|is it possible to"
    ),
    "wish": (
        "i'd like|i would like|we'd like|i want|i need|"
        "i would like you to|i would like to|i'd like you to|i'd like to|i want you to|i want to"
        "|i need you to|i need to|we need to|we want to|we would like to|we'd like to|let's|let us|please|pls"
        "|plz|kindly|just|i wish to|i'd love to|you can|you could|help me|help me to|go ahead and"
    ),
}

#: said at the end, or anywhere, and meaning nothing for the campaign
FILLERS = {
    "": (
        "please|pls|plz|thanks|thank you|thanks a lot|many thanks|cheers|if you can|if possible|if you could"
        "|a message|the message|this message|the following message|the following|this|it|that|them|a note"
        "|a short message|the|a|an|our|my|out|know|of|on|at|in|to|for|with|be|should|must|will|is|are|go|goes"
        "|going|sent|send it|send this|send them|it goes|it should go|please send|message|text|campaign"
        "|a campaign|new campaign|the campaign|colleagues|people|there|here|now please|as follows|saying"
        "|that says|which says|reading|it out|a quick message|sending|schedule it|schedule this|schedule"
        "|scheduled|start|starts|starting|start it|deliver it|delivery|so|then|and then|and|or|the draft"
        "|draft|of it|as a|as an|as|one|kind|type|mark|marked|mark it|hello|hi|also please|a push|push"
        "|notification|a notification|announcement|an announcement|set|set it|put|put it|do|use|have|make it"
        "|make|make that|move|move it|shift it|change it|change|change that|let it|from|stay|addressed to|was"
        "|meant|need|to go|to be sent|to be|enough|would|'s|it's|its|postpone|postpone it|bring it forward"
        "|reschedule|reschedule it|needed|you|can|could|by the way|start time|date|when|who|to all|recipients"
        "|sharp|push it back|push back|push it|delay it|delay|spread|spread it|spread it out|spread them|repeat it"
        "|audience|reads|sorry|no|yes|ok|okay|new|note|following|ask|too|as well|style|with the|with a"
        "|with an|with no|same time|at the same time|same hour|at all|please make|run it|let"
    ),
}

ORDERS = {
    "tell": (
        "tell|inform|notify|let|warn|alert|advise|update|remind|ping|brief|announce|announce to|share with"
        "|say to|give|make sure"
    ),
    "ask": "ask|get|invite|encourage|urge|request|survey",
    "send": (
        "send|send it|send this|send them|send that|send out|message|write|write to|post|post to|publish"
        "|broadcast|deliver|push|pass the word to|spread the word to|communicate|dispatch|share|announcement"
        "|announcement for|announcement to"
        "|memo for|memo to|forward|message for|message to|a message for|a message to|note to|note for"
        "|reminder for|reminder to|campaign for|campaign to|push to|push for"
    ),
    "make": (
        "campaign|new campaign|new message|create|create a campaign|create a new campaign|prepare"
        "|prepare a campaign|make a campaign|draft|draft a campaign|draft a message|start a campaign|launch"
        "|launch a campaign|set up|set up a campaign|build|build a campaign|plan|plan a campaign|schedule"
        "|schedule a campaign|schedule a message|make a new campaign|start a new campaign|i need a campaign"
        "|a new campaign|a campaign|another campaign"
    ),
    "poll": "poll|a poll|survey|create a poll|make a poll|send a poll|quick poll|new poll|vote",
}

REMIND = "remind|remember"

#: verbs that an infinitive follows: "remind X to"
ASKING = "remind ask invite tell encourage urge request advise warn get want"

QUESTIONS = (
    "what who whom whose which when where why how is are was were am do does did have has had can could may might"
    " should shall will would isn't aren't doesn't didn't what's who's how's where's when's"
)

#: what a sentence begins with that tells something, and orders nothing
STATEMENTS = "i we he she they i'm i've i'll we're we've he's she's they're there it's that's this"

CHAT = {
    "thanks": (
        "thanks|thank you|thank you very much|thanks a lot|many thanks|thx|cheers|thank you so much"
        "|much appreciated|thanks so much|ty"
    ),
    "praise": (
        "looks good|look good|perfect|great|nice|cool|excellent|awesome|wonderful|good|well done|good job"
        "|very good|that's great|it's perfect|that's perfect|all good|fine|lovely|brilliant|super|top"
        "|sounds good|amazing|good work|that was perfect|it was perfect|that works|great job|nice job"
        "|that's fine|looks great|looks fine|i like it"
    ),
    "hello": (
        "hello|hi|hey|good morning|good afternoon|good evening|hello there|hi there|how are you"
        "|how are you today|how are you doing|how is it going|how's it going|what's up|you ok"
    ),
    "bye": "bye|goodbye|see you|see you later|good night|have a nice day|see you tomorrow|have a good day",
    "who": (
        "who are you|what are you|what is this|what is crieur|who is this|are you a bot|are you human"
        "|what can you do|what do you do|are you a robot|who made you|what's your name|what is your name"
    ),
    "filler": (
        "ok|okay|yes|all|so|very much|a lot|really|very|to you|for that|for this|for your help|then|oh|wow"
        "|crieur|today|everyone|again|just|bot|lol|haha|and|you|now"
    ),
    "no": "never mind|nevermind|no thanks|no thank you|forget it|nothing|not now",
}

SEND = {
    "send": (
        "send|send it|send it now please|send it out|go|go ahead|schedule it|launch it|launch|send this"
        "|publish it|send the campaign|schedule the campaign|send it please|do it|ship it|approve it|start it"
        "|send them|schedule|just send it|you can send it|confirm|post it|release it|let's go"
        "|send the message|send that|submit it|submit"
    ),
}

DELETE = {
    "delete": "delete|cancel|erase|discard|remove|throw away|scrap|bin",
}

THE_CAMPAIGN = {
    "draft": (
        "the draft|this draft|my draft|the campaign|this campaign|draft|campaign|it|this|everything|all of it"
        "|that|the whole thing|the message|the list|the template"
    ),
}

EVERYONE = {
    "everyone": "everyone|everybody|every one|the whole company|the whole organisation|the whole organization",
}

NOT_KNOWN = "all staff|all employees|the team|the office|the company|customers|clients|them all"

EXCEPT = {
    "except": (
        "don't tell|do not tell|don't inform|don't notify|do not inform|do not notify|don't bother|except"
        "|except for|excepting|excluding|but not|but without|without|apart from|other than|not|not to"
        "|but not to|not for|leave out|leaving out|minus|save for|exclude|and not|don't include"
        "|do not include|never to|do not send it to|don't send it to|don't send to|but leave out|omit|skip"
        "|everyone but|all but|but|not in|who are not in|who aren't in|not from|outside|outside of"
        "|unless they are|unless they're|unless they are in"
    ),
}

#: between these words and where people are
THOSE = {
    "": (
        "those in|those of|those from|those at|those who are in|those who work in|those based in|the ones in"
        "|the ones from|the ones at|people in|people from|people at|the people in|the people from|anyone in"
        "|anyone from|anybody in|anybody from|all those in|everyone in|everybody in|the team in|the folks in|folks in"
    ),
}

ADD = {
    "add": ("add|also|also add|also to|include|plus|as well|too|and also|also send it to|also send to|additionally"),
}

REMOVE = {
    "remove": (
        "remove|delete|drop|take out|take off|take away|no|no more|get rid of|without|leave out|exclude|take"
        "|cut|lose|strip|delete the|remove the|not|don't send it to|do not send it to|no longer|leave off"
    ),
}

ONLY = {
    "only": "only|just|only to|just to|solely|exclusively|nobody but|only for",
}

INSTEAD = {
    "instead": "instead|rather|i meant|i mean|no i meant|in fact|replace the audience by|correction|oops",
}

NOT_THAT = {
    "not": "instead of|rather than|and not|in place of",
}

JOINING = {
    "and": "and|or|and to|and for|plus|as well as|and the|along with|together with",
}

TO = {
    "to": "to|for|to the|for the|to all|to all the|for all the|for all|let",
}

ARTICLES = "the both our my all every each of those these this that whole entire a an your"

GENERIC = "team teams list lists group groups folks people crew colleagues staff department members distribution guys"

#: what says of whom people are, and what they did: "people in Paris who have not confirmed …"
ANYBODY = "people colleagues employees staff users folks those all"
PLACED = "in from of at on within inside based working located"
WHO = "who that which"
NOT = "not never haven't hasn't didn't don't doesn't aren't isn't outside"
AUXILIARY = "have has had did do does haven't hasn't didn't don't doesn't not never yet already"
ARE = "are is aren't isn't work works live lives sit sits not"
SPEAK = "speak speaks speaking"
ACTS = {
    "received": "received|receive|got|get",
    "opened": "opened|open|read",
    "clicked": "clicked|click",
    "confirmed": "confirmed|confirm|acknowledged|acknowledge",
    "answered": "answered|answer",
}
#: between people and their manager
LED_BY = {
    "": (
        "who report to|who reports to|that report to|reporting to|managed by|who are managed by|led by|who are led by"
        "|whose manager is|whose boss is|who work for|working for"
    ),
    "not": (
        "who do not report to|who don't report to|not reporting to|not managed by|who are not managed by"
        "|who aren't managed by|whose manager is not|whose manager isn't"
    ),
}
BEFORE_CAMPAIGN = "on to in at the of for link campaign message"

PLACEHOLDERS = {
    "me": "me|us|myself|ourselves",
}

BUTTON = {
    "button": "button|link button|buttons|link|call to action",
}

BUTTON_OPENS = {
    "button": (
        "add buttons|with buttons|add two buttons|two buttons|with two buttons|with a button|with button"
        "|add a button|add button|a button|button|and a button|with the button|plus a button|include a button"
        "|put a button|with a link|add a link|and add a button|a link|with a link button|the button"
        "|add a link button|link|add another button|another button|one more button|and button"
    ),
}

LEADS = {
    "to": (
        "to|linking to|leading to|pointing to|that leads to|that goes to|which leads to|at|for|that opens"
        "|opening|called|named|labelled|that says|saying|titled|with|link|going to|url|address|to the page"
    ),
}

CALLED = {
    "called": "called|named|labelled|labeled|that says|saying|titled|reading|with the words|which says|with text",
}

CONFIRM = {
    "ack": (
        "ask them to confirm|ask people to confirm|ask everyone to confirm|ask for confirmation"
        "|ask for a confirmation|ask to confirm|get them to confirm|have them confirm|they should confirm"
        "|they must confirm|they have to confirm|they need to confirm|with confirmation|confirmation button"
        "|a confirmation button|with a confirmation|ask for a read receipt|ask for an acknowledgement"
        "|ask them to acknowledge|with acknowledgement|ask for acknowledgement|require confirmation"
        "|require a confirmation|with a confirmation button|must read|add a confirmation"
        "|add a confirmation button|add confirmation|make them confirm|want them to confirm"
        "|confirmation required|acknowledgement required|acknowledge button|ask readers to confirm"
        "|let them confirm|add an acknowledgement|with an i have read it button|add a read confirmation"
        "|ask if they have read it|ask for their confirmation|and a confirmation|request confirmation"
        "|request a confirmation|ask recipients to confirm"
    ),
}

CONFIRM_MORE = {
    "": (
        "they've read it|they have read it|that they have read it|that they've read it|reading|reading it"
        "|having read it|it|they read it|receipt|it was read|that they read it|please|they have read"
        "|they've read this|of reading"
    ),
}

NO_CONFIRM = {
    "ack": (
        "no confirmation needed|no confirmation|without confirmation|remove the confirmation"
        "|no need to confirm|they don't need to confirm|don't ask them to confirm|drop the confirmation"
        "|no acknowledgement|remove the acknowledgement|remove the confirmation button|no confirmation button"
        "|delete the confirmation|delete the confirmation button|they needn't confirm"
        "|don't ask for confirmation|without the confirmation"
    ),
}

ANSWERS = {
    "answers": (
        "answers|choices|options|quick answers|possible answers|the answers|add answers|add quick answers"
        "|with answers|with the answers|with options|with the options|with choices|reply options|poll options"
        "|with quick answers|answer|the options|add the answers|add options|add a poll|with the choices"
        "|let them answer|they can answer|response options"
    ),
}

YES_OR_NO = {"": "yes or no|yes and no|yes / no"}

TITLE = {
    "title": (
        "title|the title|with title|with the title|with a title|headline|heading|subject|titled|entitled"
        "|add a title|change the title|change title|set the title|make the title|change the headline"
        "|add the title|title it|give it the title|the headline|the heading|the subject|rename the title"
        "|change the subject|change the heading"
    ),
}

NAME = {
    "name": (
        "called|named|name|the name|name it|call it|rename it|rename the campaign|change the name"
        "|campaign name|call the campaign|name the campaign|rename|the campaign is called"
    ),
}

IS = {
    "is": "is|to|as|should be|should say|should read|:|=|into|be|must be|becomes",
}

TEXT = {
    "text": (
        "text|the text|with the text|with text|body|the body|message text|wording|the wording|content"
        "|the content|reads|change the text|change the message|change text|new text|the message|message"
        "|the message is|the text is|rewrite|replace the text|with the message|say|it should say"
        "|it should read|the text should be|the text should say|change the wording|with the words"
        "|change the body|the following text|this text|following text|the message should be"
        "|change the text to|change the message to|make the text|with this text|the new text is|saying"
        "|make it say"
    ),
}

STYLES = {
    "important": (
        "important|make it important|mark it important|mark it as important|as important|with high importance"
        "|high importance|style important|important style|in the important style|an important message"
        "|important message|as an important message|high priority|with high priority|priority high|top priority"
        "|with importance high|the style is important"
        "|send it as important|flag it as important"
    ),
    "idea": ("as an idea|idea style|style idea|in the idea style|an idea|make it an idea|as idea|in idea style|idea"),
    "success": (
        "as a success|success style|style success|as a success story|a success story|make it a success"
        "|success story|as success|in the success style|in success style|success|good news style"
        "|as a success message"
    ),
    "message": (
        "as a normal message|a normal message|normal message|make it normal|normal style|plain message"
        "|not important|style message|ordinary message|a plain message|style normal|plain style"
        "|regular message|a regular message|as a message|no longer important|remove the importance"
        "|standard style|not as important|make it a message|as a plain message"
    ),
}

PRESENCE = {
    "available": (
        "only when they're available|only when they are available|only if they are available"
        "|when they're available|when they are available|only if they're available"
        "|only to people who are available|only when available|if available|only to those who are available"
        "|only when people are available|when people are available|only if available"
        "|only when someone is available|only to available people|only those available"
        "|while they are available|while they're available|only while they are available|only while available"
        "|when available|presence available|only when the recipients are available|if they are available"
        "|if they're available|only when they are free|only when everyone is available|available only"
        "|to those who are available|to people who are available|only those who are available"
        "|only people who are available|once they are available|when they are free"
        "|only if people are available|only for those who are available|only to those available"
        "|only when recipients are available|only when the person is available|wait until they are available"
    ),
    "present": (
        "available away or busy|only when they are present|only if they are online|when they are online"
        "|when online|only when online|only when they're online|only if online|only if they're online"
        "|only when people are online|only when they are there|only to people who are online"
        "|only people who are online|only those who are online|only online people"
        "|when they are present|if they are present|only when present|even if they are away or busy"
        "|even when away or busy|only to those who are online|only when they are connected"
        "|when they're online|only when signed in|only when they are signed in|only if they are present"
    ),
    "always": (
        "whether they are available or not|regardless of presence|whatever their presence|even when offline"
        "|even if offline|even if they are offline|ignore presence|any presence|even when they are offline"
        "|whether they're available or not|no matter if they are available|not only when available"
    ),
}

LANGUAGES = {
    "en": "in english|english version|an english version|the english version|english",
    "fr": "in french|french version|a french version|the french version|french",
}

OTHER_LANGUAGES = "german spanish italian dutch portuguese polish chinese japanese arabic russian"

NOT_SUPPORTED = {
    "": (
        "the attached|attached|enclosed|an attachment|the attachment|attachments|a picture|the picture"
        "|a photo|the photo|an image|the image|a poster|the poster|a video|the video|a file|the file|a pdf"
        "|the pdf|this file|this picture|this image|this photo|by email|by mail|an email|an e-mail|emails"
        "|an sms|by sms|by e-mail|by text message|email|e-mail|sms|in red|in blue|in green|in bold|in colour"
        "|in color|translate it|translated|translate|by post|by letter|a letter|a gif|an emoji|a sound"
        "|a voice message|on sharepoint|on whatsapp|via email|via e-mail|via sms|on slack|on skype"
        "|in a channel|in the channel|a spreadsheet|a document|the document|a logo|the logo"
    ),
}

NOUNS_AFTER = (
    "poster picture photo image video file pdf document attachment letter logo flyer leaflet presentation slides"
)

CHASE = {
    "": (
        "remind them|chase them|follow up|follow up with|and remind|send a reminder|send reminders|nudge them"
        "|chase|reminder|remind those|remind everyone who|then remind|keep reminding|remind people who"
        "|reminders|with a reminder|with reminders|remind whoever|remind anyone|chase those|remind the ones"
        "|repeat until|until they confirm|until they have confirmed|until confirmed|until they answer"
        "|until everyone has|take it back|recall it|take them back"
    ),
}

#: of a reminder: who gets it, how far apart, how often; nothing else may stand in its sentence
REMINDERS = {
    "": (
        "remind them|remind|reminding|keep reminding|send a reminder|send reminders|send them a reminder|chase them"
        "|chase|nudge them|nudge|follow up|follow up with|with a reminder|with reminders|a reminder|reminder"
        "|reminders"
        "|repeat"
    ),
}
UNTIL = {
    "until": "until they|until everyone|until everybody|until all|until",
    "who": (
        "those who|everyone who|everybody who|people who|anyone who|whoever|the ones who|all who|who|if they"
        "|if somebody"
    ),
}
HAVING = "have has had they all of them do does did haven't hasn't didn't don't doesn't yet still"
ACTS_DONE = {
    "opened": "opened it|opened|open it|open|opens it",
    "confirmed": "confirmed it|confirmed|confirm it|confirm|confirms|confirmed that they have read it",
    "answered": "answered it|answered|answer it|answer|answers|replied|reply|responded|respond|voted|vote",
}
DISTANCES = {"every": "every", "after": "after|in"}
DAY_UNITS = {"day": "day|days", "week": "week|weeks"}
LATER = {"": "later|after|afterwards"}
DAILY = {
    "1": "every day|daily|each day|every working day|the next day|the day after",
    "2": "every other day|every second day",
    "5": "every week|weekly|each week",
}
OFTEN = {"1": "once|one time", "2": "twice|two times", "3": "three times|thrice"}
WORKING = "working business"
REMINDER_FILLERS = ", and then it to again please at most only a maximum of up for those"

#: what becomes of the message, before the words that say when
ENDINGS = {
    "delete": (
        "take it back|take them back|take the message back|take the messages back|recall it|recall the message"
        "|delete it everywhere|delete it in every chat|take it down"
    ),
    "line": "replace it by one line|replace it with one line|let it end|it ends|end it",
    "close": (
        "close the poll|close the vote|close the survey|close the question|close the answers|end the poll"
        "|end the vote|close it|the poll closes|the vote closes|the poll ends"
    ),
}

DEADLINES = {
    "": "by|before|no later than|at the latest|not later than|until at the latest|within the",
}

EVERY = {
    "": (
        "every|each|every single|every other|every second|every two|every three|every 2|every 3|every first|every last"
    ),
}

PERIODS = (
    "day days week weeks weekday month months monday tuesday wednesday thursday friday saturday sunday mondays"
    " tuesdays wednesdays thursdays fridays morning mornings afternoon evening evenings hour quarter year"
    " fortnight working"
)

AGAIN = {
    "": (
        "daily|weekly|monthly|fortnightly|quarterly|yearly|once a week|twice a week|once a month|once a day"
        "|twice a day|biweekly|repeatedly|recurring|on mondays|on tuesdays|on wednesdays|on thursdays"
        "|on fridays|mondays|tuesdays|wednesdays|thursdays|fridays|on weekdays at|repeat weekly|repeat daily"
        "|repeat monthly|repeat it|repeat"
    ),
}

RELATIVE_DAYS = {
    "": "today|tomorrow|tonight|this morning|this afternoon|this evening|yesterday|the day after tomorrow",
}

#: what a line may begin with, before a colon that leads to no text
FIELDS = "to for when who audience recipients date start style time presence"

FOLLOWS = {
    "": "this|the following|as follows|below|following",
}

THANKS = {
    "": "please|pls|plz|thanks|thank you|thanks a lot|many thanks|cheers|please thanks|thank you very much",
}

ADDRESS_WORDS = {
    "they": "you",
    "their": "your",
    "them": "you",
    "theirs": "yours",
    "themselves": "yourselves",
    "they're": "you're",
    "they've": "you've",
    "they'll": "you'll",
    "they'd": "you'd",
}

AUXILIARIES = (
    "are can will would could should have were had did do must may might need shall aren't can't won't haven't"
)

IN_TEXT = {
    "": "in the text|in the message|in the body|in the wording|of the text|in text",
}

MORE_TEXT = {
    "": (
        "at the end|at the bottom|below|a line|another line|one more line|a sentence|another sentence|one more sentence"
        "|a paragraph|the line|the sentence|this line|this sentence|the words|to the text|to the message|to the end"
        "|at the end of the text|at the end of the message|to the end of the text|to the end of the message"
        "|a line at the end|a sentence at the end|at the end of it"
    ),
}

SWAP = {
    "": "replace|swap|substitute|change|correct|write|exchange|put|use",
}

SWAP_BY = {
    "": "by|with|to|into|for|instead of",
}
