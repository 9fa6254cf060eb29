"""What an experiment asks for before it runs: sizes, memory, time, disk, and the estimate of the whole."""
