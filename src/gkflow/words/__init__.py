"""
What people read (用语): English in the source, Chinese in a catalogue of messages (gettext), one place for every door.

``Language`` is a value: the command line chooses one for a call, a page or a letter may speak another at the same time.
"""
