"""One module for each command (各命令); each has a function ``command`` that typer reads."""
