"""The pages (网页): a door. It chooses words and colours, and decides nothing."""
