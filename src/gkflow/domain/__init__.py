"""The nouns (概念): what a case, a limit, a calendar and a deadline are. No input, no output, no clock."""
