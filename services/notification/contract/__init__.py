"""What others may know of notification: requests, answers, refusals."""
