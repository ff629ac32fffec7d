"""Taking the messages of a campaign back out of people's chats."""
