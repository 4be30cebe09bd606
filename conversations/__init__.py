"""What is asked and said, the same on every chat. Knows no chat library and no SQL.

- What goes in and out: `turn`, `reply`, `buttons`, and `chat_context`, one person's input being worked on.
- What runs it: `update_handler` (one transaction an input), `engine`, `router` (what a conversation answers to).
- Words: `wording` and `locales`, `dates`, `countries`, `vat_numbers`; `event_sentences` and `differences` tell what has
  happened.
- For every room alike: `steps` (a press, asked once more where it costs), `contact_warnings` (contacts in free text),
  `keyboard_layout` (the other letters), `market_questions` (about the market itself), `language_offer` (another
  language is offered), `last_query`, `reputation_badge`, `fees`, `charts`.
- By themselves: `home` (`/me`), `settings`, `cases` (what operators look at), `moderation` (report and block), `links`,
  and what is shown before anybody has said anything, `inline_results` and `link_previews`.

The rooms are in the map of ARCHITECTURE.md.
"""
