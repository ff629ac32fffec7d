"""A campaign said in the chat: what it makes of a draft."""
