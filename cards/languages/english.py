"""English: the language of the source, so its texts and commands stand in the code."""

from cards.languages.language import Language, ScheduleWords

ENGLISH = Language(
    code="en",
    name="English",
    called=("english", "anglais"),
    headings={
        "address": "email mail emailaddress mailaddress address addresses emails mails emailaddresses workemail"
        " businessemail primarysmtpaddress smtp smtpaddress primarysmtp mailbox emailid mailid",
        "sign in": "upn userprincipalname user username userid login loginname signin signinname sip sipaddress"
        " account accountname logonname imaddress",
        "given": "firstname givenname forename first given forenames firstnames givennames preferredfirstname"
        " preferredgivenname legalfirstname",
        "surname": "lastname surname familyname last lastnames surnames legallastname preferredlastname",
        "whole": "name fullname displayname person employee names fullnames employeename preferredname displayas"
        " firstandlastname firstnamelastname commonname cn contactname",
        "surname first": "lastnamefirstname surnamefirstname surnameandfirstname lastandfirstname surnameforename"
        " lastnameandfirstname surnamegivenname lastfirst fileas",
        "another's": "manager managers supervisor supervisors boss assistant assistants leader teamlead head"
        " sponsor approver reviewer mentor buddy tutor coach delegate emergency spouse parent sender requester"
        " requestor referrer recruiter hr hrbp inviter creator created modified reportsto director secretary"
        " linemanager manageremail approvedby",
        "other": "personal private home alternate alternative secondary other others recovery backup second third"
        " old former previous alias aliases proxy proxyaddresses proxies additional extra 2 3 4 5 othermails"
        " otheremails",
        "work": "work business office company corporate corp professional primary main official organisation"
        " organization internal default preferred 1",
        "small": "of the s address value required optional employee user staff member contact participant"
        " attendee guest recipient your their and or",
        "also": "department dept site location city country office title jobtitle role position company"
        " organisation organization phone mobile telephone team division costcentre costcenter id employeeid number"
        " status type date language notes comments street state region postcode zip group function unit building",
    },
    titles="mr mrs ms miss mx dr prof professor",
    schedule=ScheduleWords(
        culture="en-us",
        small="at|from|to|the|for|in|and|on|next|tomorrow|noon|hours?|days?|am|pm",
        starts="in|now|right away|at once|asap|today|tonight|tomorrow|noon|midnight|morning|afternoon|evening|week"
        "|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day",
        lasts="and|for|over|during|to|till|until|between|from|all|morning|afternoon|evening|weekend|week|minutes?|hours?"
        "|days?",
    ),
)
