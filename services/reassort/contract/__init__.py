"""What others may know of the credential authority: requests, answers, refusals."""
