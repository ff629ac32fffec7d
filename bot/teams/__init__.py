"""The Bot Framework's activities and requests: what comes in from Teams and Skype, and what is sent to them."""
