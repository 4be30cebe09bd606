"""State of the chats: drafts of forms, and the messages that show each subject."""
