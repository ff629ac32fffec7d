"""Who may speak to the bot, and as whom the bot speaks."""
