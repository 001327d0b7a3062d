"""Studies: experiments that are no list of runs, such as what the statistics themselves are worth."""
