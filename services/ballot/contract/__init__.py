"""What others may know of the ballot box: requests, answers, refusals."""
