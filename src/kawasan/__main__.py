"""``python -m kawasan`` is the ``kawasan`` command."""

from kawasan.cli import main

if __name__ == "__main__":
    main()
