"""`python -m qifu` is the `qifu` command."""

from qifu.cli.main import main

if __name__ == "__main__":
    main()
