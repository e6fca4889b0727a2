"""The command line of Courtside.

Each module offers the commands of one group; it parses options, calls another room and prints the result.
"""
