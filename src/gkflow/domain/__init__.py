"""The nouns (概念): cases, limits, calendars and deadlines as values. No input, no output, no clock."""
