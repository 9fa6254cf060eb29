"""`python -m hsclass` is `hsclass`."""

from hsclass.cli import main

main()
