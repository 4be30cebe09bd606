"""What is asked and said, the same on every chat. Knows no chat library and no SQL.

- What goes in and out: `turn`, `reply`, `buttons`, and `talk`, one person's input being worked on.
- What runs it: `reception` (one transaction an input), `engine`, `book` (what a conversation answers to).
- Words: `wording` and `locales`, `dates`, `countries`, `vat_numbers`; `facts` and `differences` tell what has happened.
- For every room alike: `steps` (a press, asked once more where it costs), `around` (contacts in free text),
  `keyboard` (the other letters), `questions` (about the market itself), `tongues` (another language is offered),
  `looked_for`, `standing`, `fees`, `charts`.
- By themselves: `desk` (`/me`), `settings`, `cases` (what operators look at), `apart` (report and block), `links`, and
  what is shown before anybody has said anything, `glances` and `previews`.

The rooms are in the map of ARCHITECTURE.md.
"""
