"""Conversations: the questions and answers of Parley, the same on every chat platform.

They know no chat library and no SQL.

- Input and output: `turn`, `reply`, `buttons`, and `chat_context` (the context of one update).
- The engine: `update_handler` (one transaction per update), `engine`, `router` (a module's handlers).
- Words: `wording` and `locales`, `dates`, `countries`; `event_sentences` and `differences`.
- Output on its way to an address: `outgoing_replies`.
- Shared by all contexts: `steps` (confirmed presses), `keyboard_layout`, `market_questions`, `language_offer`,
  `last_query`, `reputation_badge`, `fees`, `charts`.
- Pages of their own: `home` (`/me`), `settings`, `cases` (for operators), `moderation`, `links`, `inline_results`.

One folder for each context of core holds its conversations; see the map in ARCHITECTURE.md.
"""
