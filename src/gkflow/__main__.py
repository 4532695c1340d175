"""``python -m gkflow`` is the command ``gkflow``."""

from gkflow.cli import main

if __name__ == "__main__":
    main()
