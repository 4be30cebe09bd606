"""Who somebody is here: arriving, a proven address, two chats, the place that distances are measured from."""
