"""The one command line, `isoloir`: a module for each subcommand that runs or checks a process."""
