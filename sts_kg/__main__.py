"""`python -m sts_kg` is the command line `sts-kg`."""

from sts_kg.cli import main

main()
