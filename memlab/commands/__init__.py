"""The commands, a file for each group: `add` says what it takes, the functions below it call and print."""
