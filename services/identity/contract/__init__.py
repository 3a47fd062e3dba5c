"""What others may know of identity: requests, answers, refusals."""
