"""What operators bring: the electoral roll and the definition of a voting event, read as they were meant. Pure: the command
line, the portal and identity read alike.
"""
