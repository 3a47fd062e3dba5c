"""The official record of a vote (R211-577): what it says, and its pages. Pure: portal, board and auditors make it alike."""
