"""What each kind of file may hold (文件格式): one model a kind, of which reader, JSON Schema and reference are made."""
