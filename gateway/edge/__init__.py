"""What every request passes on its way in and out: limits, headers, language, failures, the request log."""
