"""The command line (命令行): a door. It chooses words and colours, and decides nothing."""
