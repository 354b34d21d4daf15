"""`python -m pipeline` is the command `harmattan`."""

from pipeline.cli.main import main

if __name__ == "__main__":
    main()
